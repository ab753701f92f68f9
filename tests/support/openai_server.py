"""A stand-in for an OpenAI-compatible server: `/v1/models` and `/v1/chat/completions` as server-sent events.

It takes the directives of `script.py`. Servers differ: `style` says whose words are used, those of `openai`, `vllm` or
`llama.cpp`.
"""

import asyncio
import json
from collections.abc import Iterable
from functools import partial
from typing import Any

from tests.support.http_server import Exchange, HttpServer, to_json
from tests.support.playback import Line, fail, play
from tests.support.script import after, read_script, thinking_of, tokens_of

THINKING_KEY = {'openai': 'reasoning', 'vllm': 'reasoning_content', 'llama.cpp': 'reasoning_content'}


class OpenAIServer(HttpServer):
    """The server. With `key`, requests without it are refused; with `usage=False`, `stream_options` is ignored."""

    def __init__(
        self, *, models: Iterable[str] = ('local-model',), key: str = '', style: str = 'openai', usage: bool = True
    ) -> None:
        super().__init__()
        self.models = list(models)
        self.key = key
        self.style = style
        self.usage = usage

    async def handle(self, exchange: Exchange) -> None:
        record = exchange.record
        if self.key and record.headers.get('authorization') != f'Bearer {self.key}':
            exchange.answer(401, {'error': {'message': 'Incorrect API key provided', 'code': 'invalid_api_key'}})
        elif record.path == '/v1/models':
            exchange.answer(200, {'object': 'list', 'data': [self._entry(name) for name in self.models]})
        elif record.path == '/v1/chat/completions':
            await self._chat(exchange)
        else:
            exchange.answer(404, b'404 page not found', 'text/plain')

    def _entry(self, name: str) -> dict[str, Any]:
        extra: dict[str, dict[str, Any]] = {
            'vllm': {'max_model_len': 4096},
            'llama.cpp': {'meta': {'n_ctx_train': 2048, 'size': 1000}},
        }
        return {'id': name, 'object': 'model', 'created': 1700000000, 'owned_by': 'me', **extra.get(self.style, {})}

    async def _chat(self, exchange: Exchange) -> None:
        model, messages = exchange.data['model'], exchange.data['messages']
        if model not in self.models:
            return exchange.answer(404, {'error': {'message': f'The model `{model}` does not exist.', 'code': 404}})
        asked = [message['content'] for message in messages if message['role'] == 'user']
        script = read_script(asked[-1])
        if script.status:
            return exchange.answer(script.status, {'error': {'message': script.message, 'type': 'server_error'}})
        await asyncio.sleep(script.load)
        exchange.start('text/event-stream')
        exchange.write([b': keep-alive\n\n', self._event({'role': 'assistant', 'content': ''})])
        begun = messages[-1]['content'] if messages[-1]['role'] == 'assistant' else ''
        start, left = after(tokens_of(script), begun)
        fault, place = script.fault(start)
        await play(exchange, self._lines(thinking_of(script), left[: place - start] if fault else left), script)
        if fault:
            return await fail(exchange, fault, b'data: ' + to_json({'error': {'message': script.message}}) + b'\n\n')
        self._end(exchange, len(left))
        return None

    def _lines(self, thoughts: list[str], tokens: list[str]) -> list[Line]:
        deltas = [{THINKING_KEY[self.style]: thought} for thought in thoughts] + [
            {'content': token} for token in tokens
        ]
        return [partial(self._event, delta) for delta in deltas]

    def _end(self, exchange: Exchange, tokens: int) -> None:
        """Send why it ended, the usage if it was asked for, and `[DONE]`."""
        exchange.write([self._event({}, finish_reason='stop')])
        if self.usage and exchange.data.get('stream_options', {}).get('include_usage'):
            usage = {'prompt_tokens': 9, 'completion_tokens': tokens, 'total_tokens': 9 + tokens}
            exchange.write([event({'object': 'chat.completion.chunk', 'choices': [], 'usage': usage})])
        exchange.write([b'data: [DONE]\n\n'])
        exchange.finish()

    def _event(self, delta: dict[str, str], finish_reason: str | None = None) -> bytes:
        choice = {'index': 0, 'delta': delta, 'finish_reason': finish_reason}
        return event({'id': 'chatcmpl-1', 'object': 'chat.completion.chunk', 'choices': [choice]})


def event(data: dict[str, Any]) -> bytes:
    """Make one server-sent event."""
    return b'data: ' + json.dumps(data, ensure_ascii=False).encode() + b'\n\n'
