"""How a stand-in for Ollama counts tokens, and what becomes of a prompt or an answer that does not fit.

Sources: `runner/ollamarunner/runner.go` and `llm/server.go` for versions before 0.30, `llm/llama_server.go` and
`server/sched.go` from there on, where llama.cpp's server does the work.

The rule of counting: up to six Latin letters or digits are a token, and so is any other character that is no space;
each message has six more for the template around it. `DIGITS` counts each digit for itself, as Llama 2 and Qwen 2 do.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

WORDS = re.compile(r'[A-Za-zÀ-ɏ0-9]{1,6}|\S')
DIGITS = re.compile(r'[A-Za-zÀ-ɏ]{1,6}|\S')
TOKENS_PER_MESSAGE = 6
DEFAULT_NUM_CTX = 4096
KNOWS_TRUNCATE = (0, 12, 6)
"""The version from which on `truncate` and `shift` are heeded; before, every prompt is cut and every window shifted."""

LLAMA_SERVER = (0, 30)
"""The version from which on llama.cpp's server runs the models."""

LONGER = (
    'the prompt is longer than the context length currently available to the model; shorten the prompt, adjust the '
    'context length in settings, or use a model with a longer context length'
)


def prompt_tokens(data: dict[str, Any], token: re.Pattern[str]) -> int:
    """Count the tokens of a request."""
    said = [message.get('content') or '' for message in data.get('messages', [])] or [data.get('prompt', '')]
    return sum(len(token.findall(text)) + TOKENS_PER_MESSAGE for text in said)


@dataclass(frozen=True)
class Window:
    """What a request means for a window: `num_ctx` is what was asked for, within what the model was trained for."""

    prompt: int
    num_ctx: int
    num_predict: int
    truncate: bool
    shift: bool
    by_llama_server: bool

    @classmethod
    def of(cls, data: dict[str, Any], trained: int, version: str, token: re.Pattern[str]) -> 'Window':
        options = data.get('options') or {}
        numbers = tuple(int(part) for part in version.split('.'))
        heeded = data if numbers >= KNOWS_TRUNCATE else {}
        return cls(
            prompt=prompt_tokens(data, token),
            num_ctx=min(options.get('num_ctx') or DEFAULT_NUM_CTX, trained),
            num_predict=options.get('num_predict', -1),
            truncate=heeded.get('truncate') is not False,
            shift=heeded.get('shift') is not False,
            by_llama_server=numbers >= LLAMA_SERVER,
        )

    def refusal(self) -> str:
        """Give the words of the 400 for a prompt that does not fit, empty if it is answered."""
        if self.prompt <= (self.num_ctx - 1 if self.by_llama_server else self.num_ctx):
            return ''
        if not self.by_llama_server:
            return '' if self.truncate else 'the input length exceeds the context length'
        if not self.truncate:
            return json.dumps({'error': exceeded(self.prompt, self.num_ctx)}, separators=(',', ':'))
        return '' if self.shift else LONGER

    def read(self) -> int:
        """Give how many tokens of the prompt are read: a part of it was left out in silence if it did not fit."""
        if self.prompt < self.num_ctx:
            return self.prompt
        return self.num_ctx // 2 if self.by_llama_server else min(self.prompt, self.num_ctx)

    def room(self) -> int:
        """Give how many tokens an answer may have. With `shift` it goes on for ten windows."""
        left = 10 * self.num_ctx if self.shift else max(1, self.num_ctx - self.read() + 1)
        return min(left, self.num_predict) if self.num_predict > 0 else left


def exceeded(tokens: int, num_ctx: int) -> dict[str, Any]:
    """Give what llama.cpp says of a prompt that does not fit (`format_error_response` in its `server-common.cpp`)."""
    words = f'request ({tokens} tokens) exceeds the available context size ({num_ctx} tokens), try increasing it'
    return {
        'code': 400,
        'message': words,
        'type': 'exceed_context_size_error',
        'n_prompt_tokens': tokens,
        'n_ctx': num_ctx,
    }
