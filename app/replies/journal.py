"""What the engine needs of storage. `storage` satisfies it by shape and does not import it."""

from collections.abc import Sequence
from typing import Protocol

from app.domain.delta import JournalEntry
from app.domain.message import Message


class Journal(Protocol):
    """Where a reply is written down while it grows. Every method is one transaction.

    All raise `StorageUnavailable` when the database does not commit; nothing is half done then, and the call may be
    repeated.
    """

    async def append(self, entries: Sequence[JournalEntry]) -> None:
        """Add entries of any number of messages. One that is there already (same message and seq) is left alone."""
        ...

    async def seal(self, message: Message, *, unread: bool) -> None:
        """End a reply: store the message's content, thinking, status, error, stats and finish time, remove its entries.

        `unread` marks its conversation as having news nobody has seen.
        """
        ...

    async def recover(self, *, to_be_resumed: bool = False) -> list[Message]:
        """Fold the entries of every message that is still `streaming` into it, mark it `interrupted`, return those.

        With `to_be_resumed` they stay `streaming`: should the process end before they go on, the next start finds them.
        """
        ...
