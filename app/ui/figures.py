"""The figures of an answer in words: one to see, all of them unfolded."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.domain.message import Message
from app.ui.translations import Translator
from app.ui.wording import number

NOTICED = 0.1
"""Seconds below which nobody notices a wait, so it is not told."""


def figures(t: Translator, message: Message) -> dict[str, Any] | None:
    """Give `line`, the figure people ask for first, and `rows` of (name, value); None if nothing is known."""
    rows = [*_rows(t, message)]
    line = _speed(t, message) or _tokens(t, message)
    return {'line': line, 'rows': rows} if line else None


def thought_sentence(t: Translator, message: Message) -> str:
    """Say how long a model thought, or nothing while that is not known."""
    seconds = message.stats.get('thinking_seconds')
    return '' if seconds is None else t('Thought for {seconds}').format(seconds=_seconds(t, seconds))


def _rows(t: Translator, message: Message) -> Iterator[tuple[str, str]]:
    stats = message.stats
    if message.model is not None:
        yield t('Model'), message.model.name
    if tokens := _tokens(t, message):
        yield t('Length'), tokens
    if speed := _speed(t, message):
        yield t('Speed, measured here') if stats.get('timed_here') else t('Speed'), speed
    waits = (
        (t('First word after'), 'first_token_seconds'),
        (t('Loading the model'), 'load_seconds'),
        (t('Thinking'), 'thinking_seconds'),
        (t('In all'), 'total_seconds'),
    )
    for name, key in waits:
        if (seconds := _sum(message, key)) >= NOTICED:
            yield name, _seconds(t, seconds)
    if stats.get('prompt_tokens'):
        yield t('Context used'), _context(t, stats)


def _context(t: Translator, stats: Mapping[str, Any]) -> str:
    used, window = context_used(stats)
    if window is None:
        return t.n('{n} token', '{n} tokens', used).format(n=used)
    return t('{used} of {all} tokens ({share} %)').format(used=used, all=window, share=round(100 * used / window))


def context_used(stats: Mapping[str, Any]) -> tuple[int, int | None]:
    """Give the tokens of a prompt and its answer, and of the window they stand in; None where nobody knows that.

    They are never more than the window has: a server that goes on forgets as much at the beginning.
    """
    window = stats.get('num_ctx') or None
    read = stats.get('prompt_tokens') or stats.get('prompt_estimate') or 0
    used = read + (stats.get('tokens') or 0)
    return (used, None) if window is None else (min(used, window), window)


def _tokens(t: Translator, message: Message) -> str:
    tokens = _sum(message, 'tokens')
    if message.stats.get('counted_here') and tokens:
        return t.n('about {n} token', 'about {n} tokens', tokens).format(n=tokens)
    return t.n('{n} token', '{n} tokens', tokens).format(n=tokens) if tokens else ''


def _speed(t: Translator, message: Message) -> str:
    tokens, seconds = _sum(message, 'tokens'), _sum(message, 'seconds')
    return t('{rate} tokens/s').format(rate=number(t, tokens / seconds)) if tokens and seconds else ''


def _sum(message: Message, name: str) -> float:
    """Add up a figure over the parts of an answer that was continued."""
    return (message.stats.get(name) or 0) + (message.stats.get(f'earlier_{name}') or 0)


def _seconds(t: Translator, seconds: float) -> str:
    return t('{seconds} s').format(seconds=number(t, seconds))
