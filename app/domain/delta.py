"""What answers is a stream of deltas: a model, a slash command, any later source."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from app.domain.figures import count
from app.domain.message import Message, Source, Step
from app.domain.plain import plain_mapping
from app.domain.stored import data_from, source_from, step_from


class DeltaKind(StrEnum):
    """What a delta carries. Progress is only shown; everything else stays with the message.

    Text and thinking grow; a source and a step are whole at once; a recast says that text was thinking. All of these
    are stored before anybody sees them.
    """

    TEXT = 'text'
    THINKING = 'thinking'
    SOURCE = 'source'
    STEP = 'step'
    RECAST = 'recast'
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


def recast(characters: int) -> Delta:
    """Make a delta that says: so many characters at the end of the text so far were thinking, not text."""
    return Delta(DeltaKind.RECAST, data={'characters': characters})


def progress(code: str, **details: Any) -> Delta:
    """Make a delta that says what is being done; `code` is put into words by the screen."""
    return Delta(DeltaKind.PROGRESS, data={'code': code, **details})


def statistics(**data: Any) -> Delta:
    """Make the delta with the final figures: tokens, durations in seconds, why it ended."""
    return Delta(DeltaKind.STATISTICS, data=data)


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One row of the journal: a numbered piece of a reply that is still being written.

    `text` is the text itself, or the JSON of the data of anything else.
    """

    message_id: str
    seq: int
    kind: DeltaKind
    text: str

    def source(self) -> Source:
        """Read the source it holds."""
        return source_from(data_from(self.text))

    def step(self) -> Step:
        """Read the step it holds."""
        return step_from(data_from(self.text))

    def recast_characters(self) -> int:
        """Read how much of the text a recast concerns."""
        return count(plain_mapping(data_from(self.text)).get('characters')) or 0


def grown(message: Message, entries: Iterable[JournalEntry]) -> Message:
    """Give the message with what entries of the journal add to it. Never raises, whatever data they hold."""
    pieces: dict[DeltaKind, list[str]] = {DeltaKind.TEXT: [message.content], DeltaKind.THINKING: [message.thinking]}
    sources, steps = [*message.sources], [*message.steps]
    for entry in entries:
        match entry.kind:
            case DeltaKind.SOURCE:
                sources.append(entry.source())
            case DeltaKind.STEP:
                steps.append(entry.step())
            case DeltaKind.RECAST:
                content, thinking = (''.join(pieces[kind]) for kind in (DeltaKind.TEXT, DeltaKind.THINKING))
                content, thinking = recast_text(content, thinking, entry.recast_characters())
                pieces = {DeltaKind.TEXT: [content], DeltaKind.THINKING: [thinking]}
            case DeltaKind.TEXT | DeltaKind.THINKING as kind:
                pieces[kind].append(entry.text)
    return replace(
        message,
        content=''.join(pieces[DeltaKind.TEXT]),
        thinking=''.join(pieces[DeltaKind.THINKING]),
        sources=tuple(sources),
        steps=tuple(steps),
    )


def recast_text(content: str, thinking: str, characters: int) -> tuple[str, str]:
    """Give text and thoughts after so many characters at the end of the text have become thoughts."""
    kept = max(0, len(content) - characters)
    return content[:kept], '\n\n'.join(filter(None, [thinking, content[kept:].strip()]))
