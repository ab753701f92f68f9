"""What a view of a conversation is told. Text changes are made once for all views; words around it are the view's."""

from dataclasses import dataclass
from typing import Protocol

from app.domain.message import Message, Step
from app.rendering.changes import Change


@dataclass(frozen=True, slots=True)
class MessageAdded:
    """A message was put at the end of the branch that is shown."""

    message: Message


@dataclass(frozen=True, slots=True)
class TextChanged:
    """The text of a message changed, block by block."""

    message_id: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class ThinkingGrew:
    """The model thought on."""

    message_id: str
    text: str


@dataclass(frozen=True, slots=True)
class StepAdded:
    """A step of the work was finished."""

    message_id: str
    step: Step


@dataclass(frozen=True, slots=True)
class StateChanged:
    """Status, error, sources, statistics or what is being waited for changed; the message's text did not."""

    message: Message


@dataclass(frozen=True, slots=True)
class BranchChanged:
    """Another branch is shown now: what a view has is worth nothing any more. The branch begins at the message `at`."""

    at: str = ''


ViewChange = MessageAdded | TextChanged | ThinkingGrew | StepAdded | StateChanged | BranchChanged


class View(Protocol):
    """Something that shows a conversation. Calls come on the event loop and must not block."""

    @property
    def watched(self) -> bool:
        """Whether a connected browser shows it now."""
        ...

    def apply(self, number: int, changes: list[ViewChange]) -> None:
        """Take changes. Numbers count up by one per conversation, so a view knows when it missed some."""
        ...
