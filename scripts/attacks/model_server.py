"""A model server that means harm: a question of the form `attack=name` gets what stands under that name here."""

import gzip
import json
import re
from collections.abc import Callable, Iterator, Mapping

from tests.support.http_server import Exchange, to_json
from tests.support.ollama_server import NDJSON, OllamaServer

ASKED = re.compile(r'\battack=(\w+)')
PIECE = 64 * 1024

BRACKETS = '[' * 200_000
CODE: Mapping[str, str] = {
    'perl': '$a{' * 33_000,
    'rst': '`a <' * 25_000,
    'php': '<?php ' + '"$a[' * 25_000,
}
IMAGES = '\n\n'.join(
    f'![]({path})'
    for path in ('/export/archive', '/c/x/export/pdf', '//evil.example/a.png', 'data:image/png;base64,AA')
)
FIGURES: Mapping[str, str] = {
    'nan': '"eval_count":NaN,"eval_duration":NaN',
    'infinity': '"eval_count":Infinity,"prompt_eval_count":-Infinity',
    'objects': '"eval_count":{"a":1},"eval_duration":[1],"prompt_eval_count":"x","load_duration":true',
    'negative': '"eval_count":-5,"eval_duration":-1,"total_duration":-9',
    'huge': f'"eval_count":1{"0" * 400},"eval_duration":1e999',
}


class HostileModel(OllamaServer):
    """The stand-in for Ollama, with words and bodies no honest server has. `inflates` makes its list a gzip bomb."""

    inflates = 0

    async def handle(self, exchange: Exchange) -> None:
        """Answer one request."""
        if self.inflates and exchange.record.path == '/api/tags':
            self._send_bomb(exchange)
            return
        found = ASKED.search(str((exchange.data.get('messages') or [{}])[-1].get('content', '')))
        if found and exchange.record.path == '/api/chat':
            await ATTACKS[found[1]](exchange)
            return
        await super().handle(exchange)

    def _send_bomb(self, exchange: Exchange) -> None:
        body = gzip.compress(b'{"models": [' + b' ' * self.inflates + b']}', 9)
        exchange.raw(
            b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n'
            b'Content-Length: %d\r\n\r\n' % len(body) + body
        )


async def _say(exchange: Exchange, text: str, figures: str = '') -> None:
    """Answer with a text, in a few lines, and with figures written as they are."""
    exchange.start(NDJSON)
    for start in range(0, len(text), PIECE):
        line = {'model': 'gemma2:2b', 'message': {'role': 'assistant', 'content': text[start : start + PIECE]}}
        exchange.write([to_json({**line, 'done': False}) + b'\n'])
    more = f',{figures}' if figures else ''
    last = f'{{"model":"gemma2:2b","message":{{"role":"assistant","content":""}},"done":true{more}}}\n'
    exchange.write([last.encode()])
    exchange.finish()


def _saying(text: str, figures: str = '') -> Callable[[Exchange], object]:
    return lambda exchange: _say(exchange, text, figures)


async def _error_line(exchange: Exchange) -> None:
    exchange.start(NDJSON)
    exchange.write([json.dumps({'error': 'model ' * 10_000}).encode() + b'\n'])
    exchange.finish()


async def _error_body(exchange: Exchange) -> None:
    exchange.answer(500, json.dumps({'error': 'model ' * 5_000_000}).encode())


async def _line_without_end(exchange: Exchange) -> None:
    exchange.start(NDJSON)
    exchange.write([b'{"message": {"content": "' + b'x' * PIECE for _ in range(1_000)])


def _attacks() -> Iterator[tuple[str, Callable[[Exchange], object]]]:
    yield 'error_line', _error_line
    yield 'error_body', _error_body
    yield 'endless_line', _line_without_end
    yield 'brackets', _saying(BRACKETS)
    yield 'images', _saying(IMAGES)
    for language, code in CODE.items():
        yield f'code_{language}', _saying(f'```{language}\n{code}\n```\n')
    for name, figures in FIGURES.items():
        yield f'figures_{name}', _saying('An answer.', figures)


ATTACKS: Mapping[str, Callable] = dict(_attacks())  # type: ignore[type-arg]
