"""Figures of an answer, checked: whatever a server, a file or an old row says, screens reckon with good numbers."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from app.domain.plain import plain

LARGEST = 10**12
"""What a count or a number of seconds can be at most; a model has been trained on 10**13 tokens in all its life."""

PLACES = 9  # digits behind the point of seconds: servers count in nanoseconds

COUNTS = frozenset({'num_ctx', 'omitted', 'prompt_estimate', 'prompt_tokens', 'tokens'})
SECONDS = frozenset(
    {'first_token_seconds', 'load_seconds', 'prompt_seconds', 'seconds', 'thinking_seconds', 'total_seconds'}
)
WORDS = frozenset({'done_reason'})

LONGEST_WORD = 100
MOST = 50  # figures of one answer


def checked(figures: Any) -> dict[str, Any]:
    """Give figures with None in the place of each that is not what its name says. Never raises.

    Names nobody reckons with are kept as plain values: another version, or a command, may know them.
    """
    if not isinstance(figures, Mapping):
        return {}
    return {str(name): _checked(str(name), value) for name, value in islice(figures.items(), MOST)}


def count(value: Any) -> int | None:
    """Give a whole number from 0 to `LARGEST`, None for anything else."""
    number = seconds(value)
    return None if number is None or number != int(number) else int(number)


def seconds(value: Any) -> float | None:
    """Give a number from 0 to `LARGEST`, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LARGEST:
        return None  # NaN is in no range
    return value


def _checked(name: str, value: Any) -> Any:
    if name in COUNTS:
        return count(value)
    if name in SECONDS:
        good = seconds(value)
        return None if good is None else round(good, PLACES)
    if name in WORDS:
        return value[:LONGEST_WORD] if isinstance(value, str) else None
    return plain(value)
