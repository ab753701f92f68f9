"""The trash: emptied by a person, and by itself of what has lain in it for long."""

import asyncio
import logging
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from app.chat.wiping import Wiping
from app.domain.shelf import TRASH_KEPT
from app.errors import NotFound, StorageUnavailable
from app.replies.live import LiveConversations
from app.storage import trash
from app.storage.giving import STAGED

LOOK_EVERY = timedelta(hours=1)
"""How often we look for what has lain in the trash for long enough."""

TEMPORARY_KEPT = timedelta(minutes=1)
"""How long a deleted temporary chat can be taken back, which its toast offers for some seconds."""

AT_A_TIME = 50
"""Rows deleted in one transaction: a few milliseconds, for which replies wait with their commits."""

TRY_AGAIN = timedelta(minutes=1)
"""When we go on with what could not be finished: a disk is full, say, or answers stream all the time."""

AT_THE_END = 1.0
"""Seconds that a process which was asked to end gives to it: the next start does the rest."""

log = logging.getLogger(__name__)


class Trash:
    """Deletes for good. What a person deletes is gone from sight at once; its rows follow in the background.

    `wiping` then takes what they leave in the files off the disk.
    """

    def __init__(self, stored: trash.Trash, live: LiveConversations, wiping: Wiping | None = None) -> None:
        self._stored = stored
        self._live = live
        self._wiping = wiping
        self._wanted = asyncio.Event()
        self._is_unfinished = False

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
            try:
                wait = LOOK_EVERY if await self.purge() else TRY_AGAIN
            except StorageUnavailable as error:
                log.info('What was deleted could not be erased, the next try is in a minute: %s', error)
                wait = TRY_AGAIN
            with suppress(TimeoutError):
                async with asyncio.timeout(wait.total_seconds()):
                    await self._wanted.wait()

    async def close(self) -> None:
        """Finish what was begun, if that takes a moment only."""
        if self._is_unfinished or self._wanted.is_set():
            with suppress(TimeoutError, StorageUnavailable):
                async with asyncio.timeout(AT_THE_END):
                    await self.purge()

    def go_on(self) -> None:
        """Delete in the background, soon, what was given to nobody elsewhere."""
        self._wanted.set()

    async def purge(self) -> bool:
        """Delete what has lain in the trash for long enough, and what was to be deleted for good already.

        Tells whether all is done, down to the traces on the disk.
        """
        self._wanted.clear()
        if gone := await self._stored.give_up_older(datetime.now(UTC) - TRASH_KEPT, but=STAGED):
            self._live.forget(gone)
            log.info('%d conversations had been in the trash for %d days and go.', len(gone), TRASH_KEPT.days)
        self._is_unfinished = True
        self._is_unfinished = not await self._erase()
        await self._stored.forget_temporary(datetime.now(UTC) - TEMPORARY_KEPT)
        return not self._is_unfinished

    async def _erase(self) -> bool:
        wiping = self._wiping
        if wiping is None:
            await self.erase_now()
            return True
        try:
            await wiping.begin()
            while erased := await self._stored.erase_some(AT_A_TIME):
                await wiping.erased(erased)
            return await wiping.finish(self._wanted.is_set)
        except StorageUnavailable:
            wiping.failed()
            raise

    async def erase_now(self) -> None:
        """Delete what was given to nobody, one transaction after the other."""
        while await self._stored.erase_some(AT_A_TIME):
            pass

    def sweep(self) -> None:
        """Say that there may be something to delete."""
        self._wanted.set()

    async def _give_up(self, owner_id: str, conversation_ids: tuple[str, ...] | None) -> list[str]:
        gone = await self._stored.give_up(owner_id, conversation_ids)
        self._live.forget(gone)
        self._live.reshelved.emit(owner_id)
        self.go_on()
        return gone
