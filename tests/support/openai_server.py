"""A stand-in for an OpenAI-compatible server: `/v1/models` and `/v1/chat/completions` as server-sent events.

It takes the directives of `script.py`. Servers differ: `style` says whose words are used, those of `openai`, `vllm`,
`llama.cpp`, `lmstudio` or `ollama` (its own `/v1`), and what it tells beside the protocol. A prompt that is longer than
`window` is refused in its words, or cut in silence by Ollama.
"""

import asyncio
import json
from collections.abc import Iterable
from functools import partial
from typing import Any

from tests.support.http_server import Exchange, HttpServer, to_json
from tests.support.ollama_window import WORDS, exceeded, prompt_tokens
from tests.support.playback import Line, fail, play
from tests.support.script import after, read_script, thinking_of, tokens_of

THINKING_KEY = {'openai': 'reasoning', 'ollama': 'reasoning'}  # `reasoning_content` in the other styles
OWNERS = {'ollama': 'library', 'llama.cpp': 'llamacpp', 'vllm': 'vllm', 'lmstudio': 'organization_owner'}


class OpenAIServer(HttpServer):
    """The server. With `key`, requests without it are refused; with `usage=False`, `stream_options` is ignored."""

    def __init__(
        self,
        *,
        models: Iterable[str] = ('local-model',),
        key: str = '',
        style: str = 'openai',
        usage: bool = True,
        window: int = 1_000_000,
    ) -> None:
        super().__init__()
        self.models = list(models)
        self.loaded: set[str] = set()
        self.key = key
        self.style = style
        self.usage = usage
        self.window = window

    async def handle(self, exchange: Exchange) -> None:
        record = exchange.record
        if self.key and record.headers.get('authorization') != f'Bearer {self.key}':
            exchange.answer(401, {'error': {'message': 'Incorrect API key provided', 'code': 'invalid_api_key'}})
        elif record.path == '/v1/models':
            exchange.answer(200, {'object': 'list', 'data': [self._entry(name) for name in self.models]})
        elif record.path == '/v1/chat/completions':
            await self._chat(exchange)
        elif (told := self._beside(record.path)) is not None:
            exchange.answer(200, told)
        else:
            exchange.answer(404, b'404 page not found', 'text/plain')

    def _beside(self, path: str) -> dict[str, Any] | None:
        """Give what this kind of server tells beside the protocol."""
        match self.style, path:
            case 'ollama', '/api/version':
                return {'version': '0.33.0'}
            case 'ollama', '/api/ps':
                return {'models': [{'name': name, 'context_length': self.window} for name in sorted(self.loaded)]}
            case 'llama.cpp', '/props':
                return {'default_generation_settings': {'n_ctx': self.window}, 'total_slots': 1}
            case 'lmstudio', path if path.startswith('/api/v0/models/'):
                name = path.removeprefix('/api/v0/models/')
                loaded = {'loaded_context_length': self.window} if name in self.loaded else {}
                return {
                    'id': name,
                    'state': 'loaded' if loaded else 'not-loaded',
                    'max_context_length': 131072,
                    **loaded,
                }
        return None

    def _entry(self, name: str) -> dict[str, Any]:
        extra: dict[str, dict[str, Any]] = {
            'vllm': {'max_model_len': min(self.window, 4096)},
            'llama.cpp': {'meta': {'n_ctx_train': 131072, 'size': 1000}},
        }
        owner = OWNERS.get(self.style, 'me')
        return {'id': name, 'object': 'model', 'created': 1700000000, 'owned_by': owner, **extra.get(self.style, {})}

    async def _chat(self, exchange: Exchange) -> None:
        model, messages = exchange.data['model'], exchange.data['messages']
        if model not in self.models:
            return exchange.answer(404, self._missing(model))
        asked = [message['content'] for message in messages if message['role'] == 'user']
        script = read_script(asked[-1])
        if script.status:
            return exchange.answer(script.status, {'error': {'message': script.message, 'type': 'server_error'}})
        if (tokens := prompt_tokens(exchange.data, WORDS)) > self.window and self.style != 'ollama':
            return self._refuse(exchange, tokens)
        await asyncio.sleep(script.load)
        self.loaded.add(model)
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

    def _missing(self, model: str) -> dict[str, Any]:
        if self.style == 'ollama':
            message = f"model '{model}' not found"
            return {'error': {'message': message, 'type': 'not_found_error', 'param': None, 'code': None}}
        return {'error': {'message': f'The model `{model}` does not exist.', 'code': 404}}

    def _refuse(self, exchange: Exchange, tokens: int) -> None:
        """Say in this server's words that the prompt is too long; LM Studio says it in mid-stream."""
        if self.style == 'lmstudio':
            message = (
                f'Trying to keep the first {tokens} tokens when context the overflows. However, the model is loaded '
                f'with context length of only {self.window} tokens, which is not enough.'
            )
            exchange.start('text/event-stream')
            exchange.write([b'event: error\ndata: ' + to_json({'error': {'message': message}}) + b'\n\n'])
            exchange.finish()
        elif self.style == 'llama.cpp':
            exchange.answer(400, {'error': exceeded(tokens, self.window)})
        else:
            message = (
                f"This model's maximum context length is {self.window} tokens. However, your request has {tokens} "
                'input tokens. Please reduce the length of the input messages.'
            )
            exchange.answer(400, {'error': {'message': message, 'type': 'BadRequestError', 'code': 400}})

    def _lines(self, thoughts: list[str], tokens: list[str]) -> list[Line]:
        key = THINKING_KEY.get(self.style, 'reasoning_content')
        deltas = [{key: thought} for thought in thoughts] + [{'content': token} for token in tokens]
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
