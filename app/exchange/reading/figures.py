"""What model servers reported of an answer, as other programs keep it, under the names that we reckon with."""

from collections.abc import Mapping
from typing import Any

from app.domain.figures import count, seconds

TOKENS: Mapping[str, tuple[str, ...]] = {
    'tokens': ('completion_tokens', 'output_tokens', 'eval_count'),
    'prompt_tokens': ('prompt_tokens', 'input_tokens', 'prompt_eval_count'),
}
"""Ours, and the names OpenAI's and Ollama's servers have for them; the first that is there counts."""

NANOSECONDS: Mapping[str, str] = {
    'eval_duration': 'seconds',
    'total_duration': 'total_seconds',
    'load_duration': 'load_seconds',
    'prompt_eval_duration': 'prompt_seconds',
}
"""Ollama's times, and ours."""


def figures(usage: Any) -> dict[str, Any]:
    """Give the figures of an answer; what is no good number is left out."""
    if not isinstance(usage, Mapping):
        return {}
    counted = {name: next(filter(None, map(count, map(usage.get, theirs))), None) for name, theirs in TOKENS.items()}
    timed = {ours: _from_nanoseconds(usage.get(theirs)) for theirs, ours in NANOSECONDS.items()}
    return {name: value for name, value in {**counted, **timed}.items() if value is not None}


def _from_nanoseconds(value: Any) -> float | None:
    given = seconds(value / 1e9) if isinstance(value, int | float) and abs(value) < 1e30 else None
    return None if given is None else round(given, 9)
