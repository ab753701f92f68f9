"""What answers is a stream of deltas: a model, a slash command, any later source."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from app.domain.message import Message, Source, Step


class DeltaKind(StrEnum):
    """What a delta carries. Progress is only shown; everything else stays with the message.

    Text and thinking grow; a source and a step are whole at once. All four are stored before anybody sees them.
    """

    TEXT = 'text'
    THINKING = 'thinking'
    SOURCE = 'source'
    STEP = 'step'
    PROGRESS = 'progress'
    STATISTICS = 'statistics'


GROWING = frozenset({DeltaKind.TEXT, DeltaKind.THINKING})
"""What is joined to the text before it."""


@dataclass(frozen=True, slots=True)
class Delta:
    """One piece of a reply: `text` for text and thinking, `data` for all others."""

    kind: DeltaKind
    text: str = ''
    data: Mapping[str, Any] = field(default_factory=dict)


def text(value: str) -> Delta:
    """Make a delta of visible text."""
    return Delta(DeltaKind.TEXT, value)


def thinking(value: str) -> Delta:
    """Make a delta of the model's reasoning, shown folded."""
    return Delta(DeltaKind.THINKING, value)


def source(title: str, url: str = '', key: str = '') -> Delta:
    """Make a delta that names what the answer is made from; `key` is that of the document kept of it (see `Source`)."""
    return Delta(DeltaKind.SOURCE, data={'title': title, 'url': url, 'key': key})


def step(title: str, text: str, **data: Any) -> Delta:
    """Make a delta with a finished piece of the work that leads to the answer, shown folded (see `Step`)."""
    return Delta(DeltaKind.STEP, data={'title': title, 'text': text, 'data': data})


def bookmark(**data: Any) -> Delta:
    """Make a delta that keeps what its maker needs to go on after an interruption; a step nobody is shown."""
    return Delta(DeltaKind.STEP, data={'title': '', 'text': '', 'data': data})


def progress(code: str, **details: Any) -> Delta:
    """Make a delta that says what is being done; `code` is put into words by the screen."""
    return Delta(DeltaKind.PROGRESS, data={'code': code, **details})


def statistics(**data: Any) -> Delta:
    """Make the delta with the final figures: tokens, durations in seconds, why it ended."""
    return Delta(DeltaKind.STATISTICS, data=data)


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One row of the journal: a numbered piece of a reply that is still being written.

    `text` is the text itself, or the JSON of a source's or step's data.
    """

    message_id: str
    seq: int
    kind: DeltaKind
    text: str

    def source(self) -> Source:
        """Read the source it holds."""
        return Source(**json.loads(self.text))

    def step(self) -> Step:
        """Read the step it holds."""
        return Step(**json.loads(self.text))


def grown(message: Message, entries: Iterable[JournalEntry]) -> Message:
    """Give the message with what entries of the journal add to it."""
    pieces: dict[DeltaKind, list[JournalEntry]] = {kind: [] for kind in DeltaKind}
    for entry in entries:
        pieces[entry.kind].append(entry)
    return replace(
        message,
        content=message.content + ''.join(entry.text for entry in pieces[DeltaKind.TEXT]),
        thinking=message.thinking + ''.join(entry.text for entry in pieces[DeltaKind.THINKING]),
        sources=(*message.sources, *(entry.source() for entry in pieces[DeltaKind.SOURCE])),
        steps=(*message.steps, *(entry.step() for entry in pieces[DeltaKind.STEP])),
    )
