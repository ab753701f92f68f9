"""A message as a foreign file has it, before it has its place in a conversation of ours."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.domain.message import Role, Source, Status, Step
from app.exchange.reading import notes
from app.exchange.reading.notes import Say


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A message as the foreign file has it: `key` and `parent` are its names there.

    One that `is_empty` is left out, and what stands below it moves up. `number` is its place in the file, from 1.
    `speaker` names who spoke, where that is none of our roles. `source` is the message as it stands in the file, unless
    nobody was shown it: then it is no wonder if nothing came of it. `stats` are figures as ours are called.
    """

    key: str
    parent: str
    number: int
    role: Role
    content: str = ''
    thinking: str = ''
    created_at: datetime | None = None
    model: str = ''
    status: Status = Status.COMPLETE
    sources: tuple[Source, ...] = ()
    steps: tuple[Step, ...] = ()
    stats: Mapping[str, Any] = field(default_factory=dict)
    speaker: str = ''
    source: Any = None

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to show of it."""
        return not (self.content.strip() or self.thinking.strip() or self.steps)


def unread(t: Say, value: Any, *, number: int, key: str, parent: str = '', is_user: bool = False) -> Node:
    """Keep a message that cannot be read in its place: folded, as it stands in the file."""
    return Node(
        key=key,
        parent=parent,
        number=number,
        role=Role.USER if is_user else Role.ASSISTANT,
        content=notes.unread(t),
        steps=(notes.folded(t, '', value),),
    )
