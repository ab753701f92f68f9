"""Messages that wait until their conversation has answered the one before."""

from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.model import ModelRef

HELD = 'held'
"""Among the figures of a message: what waits behind it waits for the person, however it ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedMessage:
    """What a person wrote while an answer was coming.

    `id` is that of the message it becomes, `text` is as it was typed (`//` and all), `model` the one chosen then,
    `language` that of the screen. `created_at` (UTC, aware) decides the order. `behind_id` is the message it was
    written behind: it is sent to the end of that branch; None where that is not known.
    """

    id: str
    conversation_id: str
    text: str
    created_at: datetime
    model: ModelRef | None = None
    language: str = 'en'
    behind_id: str | None = None


@dataclass(frozen=True, slots=True)
class WaitingMessages:
    """What waits in one conversation, the next one first.

    `held` says that it waits for the person: the answer before did not come to its end by itself.
    """

    messages: tuple[QueuedMessage, ...] = ()
    held: bool = False

    @property
    def goes_on(self) -> bool:
        """Whether the next one is sent by itself as soon as nothing streams."""
        return bool(self.messages) and not self.held

    def find(self, message_id: str) -> QueuedMessage | None:
        """Give the message with an id, None if it does not wait (any more)."""
        return next((message for message in self.messages if message.id == message_id), None)

    def having(self, message: QueuedMessage) -> 'WaitingMessages':
        """Give the same with a message put in its place, new or changed."""
        others = self.lacking(message.id).messages
        ordered = sorted((*others, message), key=lambda each: (each.created_at, each.id))
        return replace(self, messages=tuple(ordered))

    def lacking(self, message_id: str) -> 'WaitingMessages':
        """Give the same without a message."""
        return replace(self, messages=tuple(each for each in self.messages if each.id != message_id))
