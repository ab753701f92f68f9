"""How much may stand beside one message, whatever the format: folded notes, and sources."""

from collections.abc import Sequence

from app.domain.message import Step
from app.exchange.reading.notes import Say

MOST_STEPS = 1_000
"""Folded notes of one message. An answer of an agent's has some dozens."""

MOST_SOURCES = 1_000
"""Sources of one message."""

MOST_OF_OURS = 10_000
"""Folded notes, and sources, of a message in a file of ours. What came by an import has at most 1,001, a command writes
one or two for each video and for each part of one."""


def bounded(steps: Sequence[Step], t: Say, most: int = MOST_STEPS) -> tuple[Step, ...]:
    """Give folded notes as far as they are kept; the last of too many says that there are more."""
    if len(steps) <= most:
        return tuple(steps)
    return (*steps[:most], Step(t('There are more notes; they are not part of the import.'), ''))
