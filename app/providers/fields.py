"""Takes values out of what model servers say: of another type than they should be, they count as not said."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.domain import figures

LONGEST_NAME = 300
"""Characters. The names of Ollama's registry have at most 350 in theory, and some 20 as a rule."""

MOST_NAMED = 1000
"""Models that are listed: nobody chooses among more, and every page carries the list."""


def count(value: Any) -> int | None:
    """Give a count, None for anything else."""
    return figures.count(value)


def seconds(value: Any, parts: int = 1) -> float | None:
    """Give a duration in seconds that is told in so many `parts` of one; None for anything else."""
    most = figures.LARGEST * parts
    good = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most  # NaN is in no range
    return value / parts if good else None


def words(value: Any) -> list[str]:
    """Give the texts of a list, none for anything else."""
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def word(value: Any) -> str:
    """Give a text, empty for anything else."""
    return value if isinstance(value, str) else ''


def mapping(value: Any) -> Mapping[str, Any]:
    """Give an object, empty for anything else."""
    return value if isinstance(value, dict) else {}


def named(value: Any, key: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give the objects of a list that have a name under `key`, with it, each name once; null is an empty list.

    Raises:
        TypeError: it is no list.
    """
    if not isinstance(value, list | None):
        raise TypeError(f'not a list: {type(value).__name__}')
    seen: set[str] = set()
    for each in value or ():
        name = word(mapping(each).get(key))
        if 0 < len(name) <= LONGEST_NAME and name not in seen:
            seen.add(name)
            yield name, each
        if len(seen) >= MOST_NAMED:
            return
