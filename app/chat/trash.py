"""The trash: emptied by a person, and by itself of what has lain in it for long."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from app.domain.shelf import TRASH_KEPT
from app.errors import NotFound, StorageUnavailable
from app.replies.live import LiveConversations
from app.storage import trash
from app.storage.staging import STAGED

LOOK_EVERY = timedelta(hours=1)
"""How often we look for what has lain in the trash for long enough."""

TEMPORARY_KEPT = timedelta(minutes=1)
"""How long a deleted temporary chat can be taken back, which its toast offers for some seconds."""

AT_A_TIME = 200
"""Messages deleted in one transaction: a few milliseconds, for which replies wait with their commits."""

PAUSE = 0.05
"""Seconds between two of them, so that what waits can go."""

log = logging.getLogger(__name__)


class Trash:
    """Deletes for good. What a person deletes is gone from sight at once; its rows follow in the background."""

    def __init__(self, stored: trash.Trash, live: LiveConversations) -> None:
        self._stored = stored
        self._live = live
        self._wanted = asyncio.Event()

    async def erase(self, owner_id: str, *conversation_ids: str) -> None:
        """Delete conversations for good that lie in the trash.

        Raises:
            NotFound: none of them does, for this owner.
        """
        if not await self._give_up(owner_id, conversation_ids):
            raise NotFound(id=next(iter(conversation_ids), ''))

    async def empty(self, owner_id: str) -> list[str]:
        """Delete for good whatever lies in a person's trash; give the ids of those conversations."""
        return await self._give_up(owner_id, None)

    async def keep_empty(self) -> None:
        """Delete what is to go, now, every hour, and whenever somebody asks; runs until it is cancelled."""
        while True:
            self._wanted.clear()
            try:
                await self.purge()
            except StorageUnavailable as error:
                log.info('The trash could not be emptied, the next try is in an hour: %s', error)
            try:
                async with asyncio.timeout(LOOK_EVERY.total_seconds()):
                    await self._wanted.wait()
            except TimeoutError:
                continue

    def go_on(self) -> None:
        """Delete in the background, soon, what was given to nobody elsewhere."""
        self._wanted.set()

    async def purge(self) -> None:
        """Delete what has lain in the trash for long enough, and what was to be deleted for good already."""
        if gone := await self._stored.give_up_older(datetime.now(UTC) - TRASH_KEPT, but=STAGED):
            self._live.forget(gone)
            log.info('%d conversations had been in the trash for %d days and go.', len(gone), TRASH_KEPT.days)
        await self.erase_now(PAUSE)
        await self._stored.forget_temporary(datetime.now(UTC) - TEMPORARY_KEPT)

    async def erase_now(self, pause: float = 0.0) -> None:
        """Delete what was given to nobody, with so many seconds between two transactions."""
        left = True
        while left:
            left = await self._stored.erase_some(AT_A_TIME)
            await asyncio.sleep(pause)

    def sweep(self) -> None:
        """Say that there may be something to delete."""
        self._wanted.set()

    async def _give_up(self, owner_id: str, conversation_ids: tuple[str, ...] | None) -> list[str]:
        gone = await self._stored.give_up(owner_id, conversation_ids)
        self._live.forget(gone)
        self._live.reshelved.emit(owner_id)
        self.go_on()
        return gone
