"""A message of a conversation, and what is known about how it was made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.domain.model import ModelRef


class Role(StrEnum):
    """Who speaks."""

    USER = 'user'
    ASSISTANT = 'assistant'
    SYSTEM = 'system'


class Status(StrEnum):
    """Life of a message: `streaming` becomes one of the others, and a user's message is `complete` at once."""

    STREAMING = 'streaming'
    COMPLETE = 'complete'
    STOPPED = 'stopped'
    INTERRUPTED = 'interrupted'
    FAILED = 'failed'


@dataclass(frozen=True, slots=True)
class Source:
    """What an answer was made from. `key` names the document that is kept of it, empty if there is none."""

    title: str
    url: str = ''
    key: str = ''


@dataclass(frozen=True, slots=True)
class Step:
    """A finished piece of the work that led to an answer. `data` is what its maker needs to go on from there.

    Without a title it is a bookmark: kept, and shown to nobody.
    """

    title: str
    text: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CommandCall:
    """Which slash command wrote an answer, and the language of the screen it was asked from (`pt-BR`)."""

    name: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One node of a conversation's message tree.

    `parent_id` is the message it answers or follows (None for the first); `depth` is its distance from the root, 0 for
    the first, so that a page of a long branch can be asked for by number. Siblings (same parent) are versions.
    `error` is `{'code': …, **details}`, put into words only when shown. `stats` is what the model's server reported.
    `command` is None where a model answers by itself. Times are UTC and aware.
    """

    id: str
    conversation_id: str
    parent_id: str | None
    depth: int
    role: Role
    content: str
    status: Status
    created_at: datetime
    finished_at: datetime | None = None
    thinking: str = ''
    model: ModelRef | None = None
    error: Mapping[str, Any] | None = None
    stats: Mapping[str, Any] = field(default_factory=dict)
    command: CommandCall | None = None
    sources: tuple[Source, ...] = ()
    steps: tuple[Step, ...] = ()

    @property
    def has_begun(self) -> bool:
        """Whether anything of it has arrived."""
        return bool(self.content or self.thinking or self.steps)
