"""A conversation on its way in or out of the app, with all that belongs to it."""

from dataclasses import dataclass

from app.domain.conversation import Conversation
from app.domain.message import Message
from app.domain.queued import QueuedMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """A conversation and its whole message tree, parents before their children. `folder` is a name, empty for none.

    `queued` waits to be sent, the next one first.
    """

    conversation: Conversation
    messages: tuple[Message, ...]
    folder: str = ''
    queued: tuple[QueuedMessage, ...] = ()
