"""Fits a conversation to a model's context window: the system prompt, then the newest messages. Says what was left out.

Left alone, Ollama cuts silently, so we do it and tell.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain.message import Message, Role
from app.domain.prompt import PromptMessage

CHARACTERS_PER_TOKEN = 3.2
"""Cautious: English prose has about 4.2 with common tokenizers, Portuguese 3.5, code 3. Better a little too few."""

WIDE = '\u2e80'
_WIDE = re.compile(f'[{WIDE}-\U0010ffff]')
TOKENS_PER_WIDE_CHARACTER = 1.0
"""Chinese, Japanese, Korean and emoji, which begin here in Unicode: about a token each."""

TOKENS_PER_MESSAGE = 6
"""What a chat template adds around each message, roughly."""

ANSWER_SHARE = 0.25
"""The part of the window kept free for the answer."""

LEAST_TOKENS = 16
"""What the newest message gets even if something else fills the window."""

CUT_MARK = '\n\n[…]\n\n'


@dataclass(frozen=True, slots=True)
class FittedPrompt:
    """What is sent: `messages`, the estimate in tokens, and how many earlier messages were `omitted`.

    `shortened` says that even the newest message alone was too long, and its middle was left out.
    """

    messages: tuple[PromptMessage, ...]
    tokens: int
    omitted: int
    shortened: bool


def estimate_tokens(text: str) -> int:
    """Estimate how many tokens a text has, without the model's tokenizer; rather too many than too few."""
    wide = 0 if text.isascii() else len(_WIDE.findall(text))
    return int((len(text) - wide) / CHARACTERS_PER_TOKEN + wide * TOKENS_PER_WIDE_CHARACTER) + TOKENS_PER_MESSAGE


def budget(num_ctx: int) -> int:
    """Give how many tokens the prompt may have in a window of `num_ctx`."""
    return max(64, int(num_ctx * (1 - ANSWER_SHARE)))


def fit(
    branch: Sequence[Message], system_prompt: str, num_ctx: int, *, earlier: int = 0, taken: int = 0
) -> FittedPrompt:
    """Choose what of a conversation a model gets.

    `branch` is the newest part of the conversation, oldest message first; `earlier` counts those before it that were
    not even read; `taken` are tokens that something else of the prompt needs. Empty messages are passed over: they say
    nothing, and some templates stumble over them.
    """
    left = budget(num_ctx) - taken - (estimate_tokens(system_prompt) if system_prompt else 0)
    said = [message for message in branch if message.content]
    chosen: list[PromptMessage] = []
    shortened = False
    for message in reversed(said):
        content, tokens = message.content, estimate_tokens(message.content)
        if tokens > left:
            if chosen:
                break
            content, shortened = _shorten(content, left), True
            tokens = left
        chosen.append(PromptMessage(message.role, content))
        left -= tokens
    omitted = len(said) - len(chosen) + earlier
    if system_prompt:
        chosen.append(PromptMessage(Role.SYSTEM, system_prompt))
    return FittedPrompt(tuple(reversed(chosen)), budget(num_ctx) - left, omitted, shortened)


def keep_end(text: str, tokens: int) -> str:
    """Give as much of the end of a text as fits: what an answer goes on from."""
    return text if estimate_tokens(text) <= tokens else text[len(text) - _fitting(reversed(text), tokens) :]


def _shorten(text: str, tokens: int) -> str:
    """Leave out the middle: instructions stand at the beginning or at the end of a long text."""
    room = max(tokens - estimate_tokens(CUT_MARK) - 1, LEAST_TOKENS)
    head, tail = _fitting(text, room / 3), _fitting(reversed(text), room * 2 / 3)
    return text[:head] + CUT_MARK + text[len(text) - tail :] if head + tail < len(text) else text


def _fitting(characters: Iterable[str], tokens: float) -> int:
    """Count the characters that fit, from the first on."""
    count = 0
    for character in characters:
        tokens -= TOKENS_PER_WIDE_CHARACTER if character >= WIDE else 1 / CHARACTERS_PER_TOKEN
        if tokens < 0:
            break
        count += 1
    return count
