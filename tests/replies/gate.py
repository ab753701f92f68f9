"""The journal behind a gate: what passes is stored in the real one, at a moment the test chooses."""

import asyncio
from collections.abc import Sequence

from app.domain.delta import JournalEntry
from app.domain.message import Message
from app.replies.journal import Journal
from app.storage.journal import SqlJournal


class GatedJournal(Journal):
    """Holds every write while `gate` is cleared. `poisoned` are ids of messages that can never be appended to."""

    def __init__(self, journal: SqlJournal) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.waiting = 0
        self.poisoned: set[str] = set()
        self.appended: list[list[JournalEntry]] = []
        self.sealed: list[Message] = []
        self._journal = journal

    async def append(self, entries: Sequence[JournalEntry]) -> None:
        await self._pass()
        if self.poisoned & {entry.message_id for entry in entries}:
            raise ValueError('this cannot be stored')
        await self._journal.append(entries)
        self.appended.append(list(entries))

    async def seal(self, message: Message, *, unread: bool) -> None:
        await self._pass()
        await self._journal.seal(message, unread=unread)
        self.sealed.append(message)

    async def recover(self, *, to_be_resumed: bool = False) -> list[Message]:
        return await self._journal.recover(to_be_resumed=to_be_resumed)

    def entries(self, message_id: str) -> list[JournalEntry]:
        """Give what was appended for one message, in order."""
        return [entry for batch in self.appended for entry in batch if entry.message_id == message_id]

    async def _pass(self) -> None:
        self.waiting += 1
        await self.gate.wait()
        self.waiting -= 1
