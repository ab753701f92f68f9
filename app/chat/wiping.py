"""Takes what was deleted for good off the disk, in the background, and says how far it is."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from nicegui import Event

from app.storage.traces import Asked, Traces
from app.storage.trash import NOBODY, Erased

PATIENCE = 60.0
"""Seconds to wait for replies that stream, or for a reader, before the matter is put off."""

PAUSE = 0.02
"""Seconds between two transactions while replies stream, so that their commits can go."""

LOOK_AGAIN = 0.5
"""Seconds until we look again whether replies still stream, or somebody still reads what is to go."""

UNMERGED = 2_000_000
"""Characters deleted until the search's index is merged: what lies together there goes in one transaction, so this is
what bounds how long that takes (some 100 ms).
"""

SMALL = 4_000_000
"""Bytes that are written so quickly (some 50 ms) that replies may stream meanwhile."""

ROWS, INDEX = 0.8, 0.9
"""How much of all is done when the rows are gone, and when the index is merged: about what they take of the time."""

State = Literal['running', 'waiting', 'failed', 'done']


@dataclass(frozen=True, slots=True)
class Wipe:
    """How far it is with what a person deleted: the part that is done, from 0 to 1.

    `waiting` is for replies that stream, or for somebody who reads what is to go; after `failed` it is tried again.
    """

    state: State
    part: float = 0.0


class Wiping:
    """One for all people. `changed` names the person for whom there is something new in `current`.

    All methods that do something raise `StorageUnavailable` when the database fails, and can be repeated.
    """

    def __init__(self, traces: Traces, is_quiet: Callable[[], bool]) -> None:
        self.changed: Event[str] = Event()
        self.on_server = traces.on_server
        self._traces = traces
        self._is_quiet = is_quiet
        self._owners: frozenset[str] = frozenset()
        self._latest: dict[str, Wipe] = {}
        self._total = self._done = self._unmerged = 0

    def current(self, owner_id: str) -> Wipe | None:
        """Say how far it is, also when it is done; None if the person has deleted nothing in this run."""
        return self._latest.get(owner_id)

    async def begin(self) -> None:
        """Look at what there is to do, before the rows are deleted."""
        if await self._asked():
            await self._traces.clear_index()
            self._total, self._done = await self._traces.left(), 0
            self._tell('running')

    async def erased(self, what: Erased) -> None:
        """Be told of rows that were deleted, between two transactions."""
        self._done += what.rows
        self._unmerged += what.characters
        self._tell('running', ROWS * min(1.0, self._done / max(1, self._total)))
        if self._unmerged >= UNMERGED:
            await self._merge()
        await self._breathe()

    async def finish(self, is_wanted: Callable[[], bool]) -> bool:
        """Overwrite what is left of the rows that are gone; False if it has to be taken up again.

        While it waits it asks whether there is something new to delete (`is_wanted`), which goes first.
        """
        if not (asked := await self._asked()):
            return True
        if await self._traces.left():  # given up a moment ago
            return False
        await self._merge()
        self._tell('running', INDEX)
        if not await self._rewrite(is_wanted) or not await self._until(self._traces.empty_log, is_wanted):
            return False
        await self._traces.settle(asked)
        again = await self._traces.asked()
        self._owners -= frozenset(again)
        self._tell('done', 1.0)
        return not again

    def failed(self) -> None:
        """Tell that the database failed."""
        self._tell('failed')

    async def _asked(self) -> Asked:
        asked = await self._traces.asked()
        self._owners = frozenset(asked) - {NOBODY}
        return asked

    async def _merge(self) -> None:
        self._unmerged = 0
        more = await self._traces.merge_some(begin=True)
        while more:
            await self._breathe()
            more = await self._traces.merge_some(begin=False)

    async def _rewrite(self, is_wanted: Callable[[], bool]) -> bool:
        if await self._traces.size() <= SMALL:
            return await self._traces.rewrite(make_way=False)
        return await self._until(self._rewrite_in_peace, is_wanted)

    async def _rewrite_in_peace(self) -> bool:
        """Try to write a large database anew, but not while a reply streams: it could not be stored meanwhile."""
        return self._is_quiet() and await self._traces.rewrite(make_way=True)

    async def _until(self, attempt: Callable[[], Awaitable[bool]], is_wanted: Callable[[], bool]) -> bool:
        """Try again and again, until there is something new to do, or it takes too long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while not await attempt():
                    if is_wanted():
                        return False
                    self._tell('waiting', INDEX)
                    await asyncio.sleep(LOOK_AGAIN)
                return True
        return False

    async def _breathe(self) -> None:
        await asyncio.sleep(0 if self._is_quiet() else PAUSE)

    def _tell(self, state: State, part: float = 0.0) -> None:
        wipe = Wipe(state, round(part, 2))
        for owner_id in self._owners:
            if self._latest.get(owner_id) != wipe:
                self._latest[owner_id] = wipe
                self.changed.emit(owner_id)
