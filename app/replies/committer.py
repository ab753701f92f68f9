"""Durable before visible: one task that stores what all replies received, and only then lets pages see it."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterable

from app.errors import StorageUnavailable
from app.replies.journal import Journal
from app.replies.running import RunningReply

TICK = 0.05
"""Seconds between two commits while text streams; the first text after a pause is stored at once."""

RETRY_FIRST, RETRY_LONGEST = 0.1, 2.0
"""Seconds until a failed commit is tried again; doubled each time up to the longest."""

log = logging.getLogger(__name__)


class Committer:
    """Stores pending text of all replies in one transaction a tick, and the end of each reply after its text.

    `on_sealed` is called for each reply whose end is stored.
    """

    def __init__(self, journal: Journal, on_sealed: Callable[[RunningReply], None]) -> None:
        self._journal = journal
        self._on_sealed = on_sealed
        self._dirty: dict[str, RunningReply] = {}
        self._ended: dict[str, RunningReply] = {}
        self._unsaved: dict[str, RunningReply] = {}
        self._retry = RETRY_FIRST
        self._may_retry = True
        self._wake = asyncio.Event()
        self._settled = asyncio.Event()
        self._settled.set()
        self._task: asyncio.Task[None] | None = None

    def text_came(self, reply: RunningReply) -> None:
        """Note that a reply has text that is not stored yet."""
        self._dirty[reply.id] = reply
        self._work()

    def reply_ended(self, reply: RunningReply) -> None:
        """Note that a reply's outcome is known and must be stored."""
        self._ended[reply.id] = reply
        self._work()

    async def settle(self) -> None:
        """Wait until everything noted so far is stored."""
        await self._settled.wait()

    async def close(self) -> None:
        """Stop working. What is not stored by now stays in the journal as far as it got."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def _work(self) -> None:
        self._settled.clear()
        self._wake.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name='committer')

    async def _run(self) -> None:
        committed_at = float('-inf')  # the clock may begin with the machine, a moment ago
        while True:
            await self._wake.wait()
            await asyncio.sleep(max(0.0, committed_at + TICK - time.monotonic()))
            self._wake.clear()
            committed_at = time.monotonic()
            await self._commit()
            if not (self._dirty or self._ended):
                self._settled.set()

    async def _commit(self) -> None:
        """Store what is pending. What failed waits until it may be tried again, and the others do not wait for it."""
        again, self._may_retry = self._may_retry, False
        ended = [reply for reply in self._ended.values() if again or reply.id not in self._unsaved]
        growing = [reply for reply in self._dirty.values() if again or reply.id not in self._unsaved]
        for reply in growing:
            del self._dirty[reply.id]
        await self._append([reply for reply in growing if reply.id not in self._ended])
        for reply in ended:
            await self._seal(reply)
        if not self._unsaved:
            self._retry, self._may_retry = RETRY_FIRST, True
        elif again:
            asyncio.get_running_loop().call_later(self._retry, self._try_again)
            self._retry = min(self._retry * 2, RETRY_LONGEST)

    def _try_again(self) -> None:
        # The timer decides, not the clock: uvloop's timers may be some milliseconds early, and where no more text comes
        # nothing would wake the task a second time.
        self._may_retry = True
        self._wake.set()

    async def _append(self, replies: list[RunningReply]) -> None:
        batch = {reply.id: reply.entries_to_store() for reply in replies}
        if not any(batch.values()):
            return
        try:
            await self._journal.append([entry for entries in batch.values() for entry in entries])
        except Exception as error:  # the outermost edge: whatever went wrong, the text stays and is tried again
            if len(replies) > 1 and not isinstance(error, StorageUnavailable):
                for reply in replies:  # the database works: one that cannot be stored must not hold up the others
                    await self._append([reply])
                return
            self._dirty |= {reply.id: reply for reply in replies}
            self._failed(error, replies)
            return
        self._succeeded(replies)
        for reply in replies:
            reply.stored(batch[reply.id])

    async def _seal(self, reply: RunningReply) -> None:
        try:
            await self._journal.seal(reply.close(), unread=not reply.state.seen)
        except Exception as error:  # as above
            self._failed(error, [reply])
            return
        self._succeeded([reply])
        self._ended.pop(reply.id, None)
        self._dirty.pop(reply.id, None)
        self._on_sealed(reply)

    def _failed(self, error: Exception, replies: Iterable[RunningReply]) -> None:
        for reply in replies:
            if reply.id not in self._unsaved:
                log.warning('Reply %s is not saved yet, trying again: %s', reply.id, error)
                self._unsaved[reply.id] = reply
                reply.state.unsaved = True

    def _succeeded(self, replies: Iterable[RunningReply]) -> None:
        for reply in replies:
            if self._unsaved.pop(reply.id, None):
                log.info('Reply %s is saved again', reply.id)
                reply.state.unsaved = any(other.state is reply.state for other in self._unsaved.values())
