"""The tests' stand-in for Ollama, with one more kind of reply: `kind=clock` says when each token was made.

A token is `w<number>:<microseconds of the monotonic clock>`; that clock is the same in all processes of a machine.
"""

import asyncio
import time
from functools import partial

from tests.support.http_server import Exchange, serve_for_ever, to_json
from tests.support.ollama_server import NDJSON, OllamaServer
from tests.support.ollama_window import Window
from tests.support.ollama_wire import Reply, question
from tests.support.playback import play
from tests.support.script import Script, read_script

PARAGRAPH = 60
"""Tokens of `kind=clock` in a paragraph."""

MODEL = 'gemma2:2b'


class ModelServer(OllamaServer):
    """Answers at once, from a process of its own."""

    async def _chat(self, exchange: Exchange) -> None:
        script = read_script(self.script, question(exchange.data))
        if script.kind != 'clock':
            return await super()._chat(exchange)
        window = Window.of(exchange.data, script.trained, self.version, self.token)
        self.loaded[MODEL] = window.num_ctx
        exchange.start(NDJSON)
        await play(exchange, [partial(_line, number) for number in range(script.tokens)], script)
        exchange.write([to_json(Reply(exchange, Script(tokens=0), window).last()) + b'\n'])
        exchange.finish()
        return None


def _line(number: int) -> bytes:
    end = '.\n\n' if number % PARAGRAPH == PARAGRAPH - 1 else ' '
    text = f'w{number}:{time.monotonic_ns() // 1000}{end}'
    message = {'role': 'assistant', 'content': text}
    return to_json({'model': MODEL, 'created_at': '2025-01-01T00:00:00Z', 'message': message, 'done': False}) + b'\n'


if __name__ == '__main__':
    asyncio.run(serve_for_ever(ModelServer(models=[MODEL]), '127.0.0.1', 0))
