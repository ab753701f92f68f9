"""How much may stand beside one message, whatever the format: folded notes, and sources."""

from collections.abc import Sequence

from app.domain.message import Step
from app.exchange.reading.notes import Say

MOST_STEPS = 1_000
"""Folded notes of one message. An answer of an agent's has some dozens."""

MOST_SOURCES = 1_000
"""Sources of one message."""


def bounded(steps: Sequence[Step], t: Say) -> tuple[Step, ...]:
    """Give folded notes as far as they are kept; the last of too many says that there are more."""
    if len(steps) <= MOST_STEPS:
        return tuple(steps)
    return (*steps[:MOST_STEPS], Step(t('There are more notes; they are not part of the import.'), ''))
