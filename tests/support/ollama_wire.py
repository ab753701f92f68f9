"""Ollama's wire format: the lines of a reply, and models as they are listed. Source: `docs/api.md` and `types.go`."""

import functools
import hashlib
import json
import re
import time
from datetime import UTC, datetime
from typing import Any

from tests.support.http_server import Exchange, to_json
from tests.support.ollama_window import Window
from tests.support.playback import Line
from tests.support.script import Script, after, thinking_of, tokens_of

SECOND = 1_000_000_000  # Ollama counts nanoseconds
LAYERS = (1_629_509_152, 8_433, 11_356, 487)  # bytes, those of gemma2:2b


class Reply:
    """One scripted reply in Ollama's words: its lines, the fault they run into, and the closing line."""

    def __init__(self, exchange: Exchange, model: str, script: Script, window: Window) -> None:
        self._began = time.monotonic()
        self._window = window
        self._model = json.dumps(model)
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
        self.lines: list[Line] = [
            *(functools.partial(self._line, '', text) for text in self._thinking),
            *(functools.partial(self._line, text) for text in sent),
        ]

    def whole(self) -> dict[str, Any]:
        """Give the answer to a request without `stream`."""
        line = json.loads(self._line(''.join(self._left), ''.join(self._thinking)))
        return {**self.last(), **{key: line[key] for key in ('message', 'response') if key in line}}

    def last(self) -> dict[str, Any]:
        """Give the closing line with the figures."""
        total = time.monotonic() - self._began
        return {
            **json.loads(self._line('')),
            'done': True,
            'done_reason': 'length' if self._is_cut else 'stop',
            'total_duration': int((self._load + total) * SECOND),
            'load_duration': int((self._load + 0.01) * SECOND),
            'prompt_eval_count': self._window.read(),
            'prompt_eval_duration': int(0.02 * SECOND),
            'eval_count': len(self._left) + len(self._thinking),
            'eval_duration': int(total * SECOND),
        }

    def _line(self, text: str, thinking: str = '') -> bytes:
        """Make a line by hand: it is the only thing done for every token."""
        thought = ',"thinking":' + quoted(thinking) if thinking else ''
        message = '{"role":"assistant","content":' + quoted(text) + thought + '}'
        body = self._wrap % (message if 'message' in self._wrap else quoted(text))
        return f'{{"model":{self._model},"created_at":"{now()}",{body},"done":false}}\n'.encode()


def tagged(name: str) -> str:
    """Give the full name: no tag means `latest`."""
    return name if ':' in name else f'{name}:latest'


def question(data: dict[str, Any]) -> str:
    """Give the last message of the user."""
    asked = [message['content'] for message in data.get('messages', []) if message['role'] == 'user']
    return str((asked or [data.get('prompt', '')])[-1])


def partial(data: dict[str, Any]) -> str:
    """Give the text to go on from: the last message, if it is the assistant's."""
    messages = data.get('messages') or [{'role': 'user'}]
    return str(messages[-1]['content']) if messages[-1]['role'] == 'assistant' else ''


def capabilities(model: str) -> list[str]:
    extra = {'thinking': r'qwen|deepseek|think', 'vision': r'llava|vision'}
    return ['completion', *(name for name, pattern in extra.items() if re.search(pattern, model))]


def entry(model: str) -> dict[str, Any]:
    """Give a model as it is listed."""
    common = {'name': model, 'model': model, 'modified_at': now(), 'size': sum(LAYERS)}
    return {**common, 'digest': digest_of(model)[7:], 'details': details(model)}


def details(model: str) -> dict[str, Any]:
    family = re.split('[:.]', model.rpartition('/')[2])[0]
    sizes = {'parameter_size': '2.6B', 'quantization_level': 'Q4_0'}
    return {'parent_model': '', 'format': 'gguf', 'family': family, 'families': [family], **sizes}


def digest_of(text: str) -> str:
    return 'sha256:' + hashlib.sha256(text.encode()).hexdigest()


def now() -> str:
    """Give the time as Go writes it."""
    return datetime.now(UTC).isoformat().replace('+00:00', 'Z')


def quoted(text: str) -> str:
    return to_json(text).decode()
