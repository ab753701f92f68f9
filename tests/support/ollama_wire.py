"""Ollama's wire format: the lines of a reply, natively and behind `/v1`. Source: `docs/api.md` and `types.go`."""

import functools
import json
import time
from typing import Any

from tests.support.http_server import Exchange, to_json
from tests.support.ollama_models import now
from tests.support.ollama_window import Window
from tests.support.playback import Line
from tests.support.script import Script, after, thinking_of, tokens_of

SECOND = 1_000_000_000  # Ollama counts nanoseconds
REPEAT_LIMIT = 30  # equal tokens after the first of them


class Reply:
    """One scripted reply in Ollama's words: its lines, the fault they run into, and the closing line."""

    def __init__(self, exchange: Exchange, script: Script, window: Window) -> None:
        self._began = time.monotonic()
        self._window = window
        self._model = json.dumps(exchange.data['model'])  # as it was asked for, with or without its tag
        self._waited = time.time() - exchange.record.began_at - script.load  # for those before it
        self._wrap = '"response":%s' if exchange.record.path == '/api/generate' else '"message":%s'
        self._load = script.load
        start, self._left = after(tokens_of(script), partial(exchange.data))
        silent = exchange.data.get('think') is False or start > 0
        self._thinking = [] if silent else thinking_of(script)
        self._is_cut = len(self._thinking) + len(self._left) > window.room()
        self._thinking = self._thinking[: window.room()]
        self._left = self._left[: window.room() - len(self._thinking)]
        self.fault, place = script.fault(start)
        if place - start > len(self._left):
            self.fault = ''
        sent = self._left[: place - start] if self.fault else self._left
        if (length := before_repeats(sent)) < len(sent):
            self.fault, sent = 'end', sent[:length]
        self.pieces = [*(('', text) for text in self._thinking), *((text, '') for text in sent)]
        self.lines: list[Line] = [functools.partial(self._line, *piece) for piece in self.pieces]

    def whole(self) -> dict[str, Any]:
        """Give the answer to a request without `stream`."""
        line = json.loads(self._line(''.join(self._left), ''.join(self._thinking)))
        return {**self.last(), **{key: line[key] for key in ('message', 'response') if key in line}}

    def last(self) -> dict[str, Any]:
        """Give the closing line with the figures."""
        total = time.monotonic() - self._began
        count = len(self._left) + len(self._thinking)
        duration = {'eval_duration': int(total * SECOND)} if count > 1 else {}  # none between one token and itself
        return {
            **json.loads(self._line('')),
            'done': True,
            'done_reason': 'length' if self._is_cut else 'stop',
            'total_duration': int((max(0.0, self._waited) + self._load + total + 0.03) * SECOND),
            'load_duration': int((self._load + 0.01) * SECOND),
            'prompt_eval_count': self._window.read(),
            'prompt_eval_duration': int(0.02 * SECOND),
            'eval_count': count,
            **duration,
        }

    def _line(self, text: str, thinking: str = '') -> bytes:
        """Make a line by hand: it is the only thing done for every token."""
        thought = ',"thinking":' + quoted(thinking) if thinking else ''
        message = '{"role":"assistant","content":' + quoted(text) + thought + '}'
        body = self._wrap % (message if 'message' in self._wrap else quoted(text))
        return f'{{"model":{self._model},"created_at":"{now()}",{body},"done":false}}\n'.encode()


def before_repeats(tokens: list[str]) -> int:
    """Give how many tokens are sent before Ollama gives up on a model that repeats itself (`llm/llama_server.go`)."""
    last, repeats = '', 0
    for index, token in enumerate(tokens):
        repeats = repeats + 1 if token.strip() == last else 0
        last = token.strip()
        if repeats > REPEAT_LIMIT:
            return index
    return len(tokens)


def question(data: dict[str, Any]) -> str:
    """Give the last message of the user."""
    asked = [message['content'] for message in data.get('messages', []) if message['role'] == 'user']
    return str((asked or [data.get('prompt', '')])[-1])


def partial(data: dict[str, Any]) -> str:
    """Give the text to go on from: the last message, if it is the assistant's."""
    messages = data.get('messages') or [{'role': 'user'}]
    return str(messages[-1]['content']) if messages[-1]['role'] == 'assistant' else ''


def quoted(text: str) -> str:
    return to_json(text).decode()
