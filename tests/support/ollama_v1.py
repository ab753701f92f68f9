"""Ollama's own `/v1`: no window can be asked for, and what does not fit is cut. Source: `openai/openai.go`."""

import functools
from typing import TYPE_CHECKING, Any

from tests.support import ollama_words as words
from tests.support.http_server import Exchange, to_json
from tests.support.ollama_models import tagged
from tests.support.ollama_window import Window
from tests.support.ollama_wire import Reply, question
from tests.support.playback import Line, fail, play
from tests.support.script import read_script

if TYPE_CHECKING:
    from tests.support.ollama_server import OllamaServer


class V1:
    """The routes under `/v1` of a stand-in."""

    def __init__(self, server: 'OllamaServer') -> None:
        self._server = server

    async def models(self, exchange: Exchange) -> None:
        """List what is installed: names, and nothing of what they can do."""
        common = {'object': 'model', 'created': 1700000000, 'owned_by': 'library'}
        exchange.answer(200, {'object': 'list', 'data': [{'id': name, **common} for name in self._server.models]})

    async def chat(self, exchange: Exchange) -> None:
        """Answer as server-sent events."""
        server, given = self._server, exchange.data.get('model', '')
        name = next((name for name in server.models if name.casefold() == tagged(given).casefold()), '')
        if not name:
            return exchange.answer(404, error(f"model '{given}' not found", 'not_found_error'))
        script = read_script(server.script, server.models[name], question(exchange.data))
        if refusal := words.of_chat(script, exchange.data, name):
            kind = 'invalid_request_error' if refusal[0] == 400 else 'api_error'
            return exchange.answer(refusal[0], error(refusal[1], kind))
        native = {
            'messages': exchange.data['messages'],
            'options': {'num_predict': exchange.data.get('max_tokens', -1)},
        }
        window = Window.of(native, script.trained, server.version, server.token)
        async with server.slots:
            await server.load(name, script, window)
            reply = Reply(exchange, script, window)
            exchange.start('text/event-stream')
            await play(exchange, lines(reply), script)
            if reply.fault:
                return await fail(exchange, reply.fault, event(error(script.message, 'api_error')))
            self._end(exchange, reply.last())
        return None

    def _end(self, exchange: Exchange, figures: dict[str, Any]) -> None:
        exchange.write([chunk({'role': 'assistant', 'content': ''}, figures['done_reason'])])
        if (exchange.data.get('stream_options') or {}).get('include_usage'):
            prompt, tokens = figures['prompt_eval_count'], figures['eval_count']
            usage = {'prompt_tokens': prompt, 'completion_tokens': tokens, 'total_tokens': prompt + tokens}
            exchange.write([event({'object': 'chat.completion.chunk', 'choices': [], 'usage': usage})])
        exchange.write([b'data: [DONE]\n\n'])
        exchange.finish()


def lines(reply: Reply) -> list[Line]:
    """Give the events of a reply: thinking comes as `reasoning`."""
    deltas = [{'content': text, **({'reasoning': thinking} if thinking else {})} for text, thinking in reply.pieces]
    return [functools.partial(chunk, {'role': 'assistant', **delta}) for delta in deltas]


def chunk(delta: dict[str, str], finish_reason: str | None = None) -> bytes:
    choice = {'index': 0, 'delta': delta, 'finish_reason': finish_reason}
    return event({'id': 'chatcmpl-1', 'object': 'chat.completion.chunk', 'choices': [choice]})


def error(message: str, kind: str) -> dict[str, Any]:
    return {'error': {'message': message, 'type': kind, 'param': None, 'code': None}}


def event(data: dict[str, Any]) -> bytes:
    return b'data: ' + to_json(data) + b'\n\n'
