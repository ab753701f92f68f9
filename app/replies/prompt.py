"""Fits a conversation to a model's context window: the system prompt, then the newest messages. Says what was left out.

Left alone, servers cut silently or refuse, so we do it and tell.
"""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.domain.message import Message, Role
from app.domain.prompt import PromptMessage
from app.replies.token_counting import TOKENS_PER_MESSAGE, UNTAUGHT, TokenEstimator

ANSWER_SHARE = 0.25
"""The part of the window kept free for the answer. So the prompt fits even if it has 1.33 times the estimate."""

LEAST_TOKENS = 16
"""What the newest message gets even if something else fills the window."""

CUT_MARK = '\n\n[…]\n\n'

NEAR_ENOUGH = 0.02
"""The part of the room that a cut may leave empty."""

FEW_CHARACTERS, AIM, MOST_LOPSIDED = 2, 0.99, 16
"""Where a cut is looked for: first at so many characters a token, then a little below the room, and never nearer to
what is known to fit (or not to) than a part of what lies between: the density may change there."""

LONGEST_CHARACTER = 16
"""Code points of the longest character that is kept whole at a cut, which is a family of emoji."""

ZERO_WIDTH_JOINER = '\u200d'


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
    """Estimate how many tokens a text has for a model nothing is known of; rather too many than too few."""
    return UNTAUGHT.tokens(text)


def budget(num_ctx: int) -> int:
    """Give how many tokens the prompt may have in a window of `num_ctx`."""
    return max(64, int(num_ctx * (1 - ANSWER_SHARE)))


def fit(
    branch: Sequence[Message],
    system_prompt: str,
    num_ctx: int = 0,
    *,
    earlier: int = 0,
    taken: int = 0,
    room: int | None = None,
    estimator: TokenEstimator = UNTAUGHT,
) -> FittedPrompt:
    """Choose what of a conversation a model gets.

    `branch` is the newest part of the conversation, oldest message first; `earlier` counts those before it that were
    not even read; `taken` are tokens that something else of the prompt needs. Empty messages are passed over: they say
    nothing, and some templates stumble over them. `room` is how many tokens the prompt may have in all; without it, as
    many as a window of `num_ctx` leaves.
    """
    room = budget(num_ctx) if room is None else room
    left = room - taken - (estimator.tokens(system_prompt) if system_prompt else 0)
    said = [message for message in branch if message.content]
    chosen: list[PromptMessage] = []
    shortened = False
    for message in reversed(said):
        content, tokens = message.content, estimator.tokens(message.content)
        if tokens > left:
            if chosen:
                break
            content, shortened = _shorten(content, left, estimator), True
            tokens = left
        chosen.append(PromptMessage(message.role, content))
        left -= tokens
    omitted = len(said) - len(chosen) + earlier
    if system_prompt:
        chosen.append(PromptMessage(Role.SYSTEM, system_prompt))
    return FittedPrompt(tuple(reversed(chosen)), room - left, omitted, shortened)


def keep_end(text: str, tokens: int, estimator: TokenEstimator = UNTAUGHT) -> str:
    """Give as much of the end of a text as fits: what an answer goes on from."""
    return text if estimator.tokens(text) <= tokens else _end(text, tokens - TOKENS_PER_MESSAGE, estimator)


def _shorten(text: str, tokens: int, estimator: TokenEstimator) -> str:
    """Leave out the middle: instructions stand at the beginning or at the end of a long text."""
    room = max(tokens - estimator.tokens(CUT_MARK) - 1, LEAST_TOKENS)
    head, tail = _beginning(text, room / 3, estimator), _end(text, room * 2 / 3, estimator)
    return head + CUT_MARK + tail if len(head) + len(tail) < len(text) else text


def _beginning(text: str, tokens: float, estimator: TokenEstimator) -> str:
    at = _most(len(text), tokens, lambda count: estimator.size(text[:count]))
    return text[: _between_characters(text, at, -1)]


def _end(text: str, tokens: float, estimator: TokenEstimator) -> str:
    count = _most(len(text), tokens, lambda count: estimator.size(text[len(text) - count :]))
    return text[_between_characters(text, len(text) - count, 1) :]


def _most(length: int, tokens: float, size: Callable[[int], float]) -> int:
    """Give about the largest count of characters whose size is not above `tokens`.

    It is looked for from below, so that a long text costs no more than what fits of it, and then where it should be if
    all of the text were as dense.
    """
    low, low_size = 0, 0.0
    high = min(length, max(1, int(FEW_CHARACTERS * tokens)))
    while (high_size := size(high)) <= tokens:
        if high == length:
            return length
        low, low_size, high = high, high_size, min(length, 2 * high)
    while high - low > 1 and low_size < (1 - NEAR_ENOUGH) * tokens:
        guess = low + (high - low) * (tokens * AIM - low_size) / (high_size - low_size)
        margin = (high - low) // MOST_LOPSIDED
        middle = min(max(int(guess), low + max(margin, 1)), high - max(margin, 1))
        middle_size = size(middle)
        if middle_size <= tokens:
            low, low_size = middle, middle_size
        else:
            high, high_size = middle, middle_size
    return low


def _between_characters(text: str, at: int, step: int) -> int:
    """Give the nearest place in one direction where nothing is torn apart that is read as one character."""
    for _ in range(LONGEST_CHARACTER):
        if not 0 < at < len(text) or not _is_inside(text, at):
            break
        at += step
    return at


def _is_inside(text: str, at: int) -> bool:
    """Tell whether a place is inside a character of several code points: an accent, a syllable, a flag, a family."""
    before, after = text[at - 1], text[at]
    return (
        ZERO_WIDTH_JOINER in (before, after)
        or unicodedata.category(after).startswith('M')
        or '\U0001f3fb' <= after <= '\U0001f3ff'  # shades of skin
        or '\u1160' <= after <= '\u11ff'  # vowels and last consonants of Korean syllables
        or (_is_of_flag(after) and _flag_letters_before(text, at) % 2 == 1)
        or (before, after) == ('\r', '\n')
    )


def _is_of_flag(character: str) -> bool:
    return '\U0001f1e6' <= character <= '\U0001f1ff'


def _flag_letters_before(text: str, at: int) -> int:
    """Count them: two letters are a flag, whose country only tells who counts from the first."""
    first = at
    while first > 0 and _is_of_flag(text[first - 1]):
        first -= 1
    return at - first
