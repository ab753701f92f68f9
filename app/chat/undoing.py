"""Undoing imports, in the background and one after the other. What was asked for is done, also after a crash."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal

from nicegui import Event

from app.chat.trash import Trash
from app.domain.conversation import Conversation
from app.domain.past_import import PastImport
from app.errors import StorageUnavailable
from app.replies.changes import BranchChanged
from app.replies.live import LiveConversations
from app.storage.cutting_back import Changed
from app.storage.imports import PastImports
from app.storage.staging import Staging
from app.storage.taking_out import TakenOut, TakingOut

AT_A_TIME = 50
"""Conversations or messages taken out in one transaction: a few milliseconds, for which replies wait."""

PAUSE = 0.02
"""Seconds between two transactions while replies stream, so that their commits can go."""

TELL_EVERY = 0.5
"""Seconds between two steps that are told of."""

TRY_AGAIN = 60.0
"""Seconds until the next try when the database failed."""

LISTED = 50
"""Imports of a person that are listed; older ones follow when those are gone."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Undo:
    """How far it is with an import: how many conversations are `taken` out so far.

    Their numbers are final when it is `done`; after `failed` it is tried again.
    """

    past: PastImport
    state: Literal['running', 'failed', 'done'] = 'running'
    taken: TakenOut = field(default_factory=TakenOut)

    @property
    def part(self) -> float:
        """How much is done, from 0 to 1."""
        taken, past = self.taken, self.past
        return min(1.0, (taken.gone + taken.cut + taken.kept) / max(1, past.conversations + past.with_news))


class Undoing:
    """One for all people. `changed` names the person for whom there is something new."""

    def __init__(
        self,
        past: PastImports,
        stored: TakingOut,
        staging: Staging,
        trash: Trash,
        live: LiveConversations,
        *,
        is_quiet: Callable[[], bool],
        preferences_changed: Event[str],
    ) -> None:
        self.changed: Event[str] = Event()
        self._past = past
        self._stored = stored
        self._staging = staging
        self._trash = trash
        self._live = live
        self._is_quiet = is_quiet
        self._preferences_changed = preferences_changed
        self._asking: list[str] = []
        self._waiting: dict[str, PastImport] = {}
        self._latest: dict[str, Undo] = {}
        self._task: asyncio.Task[None] | None = None
        self._told_at = 0.0

    async def imports(self, owner_id: str) -> list[PastImport]:
        """List a person's imports that can be undone, or are just being, the latest first."""
        return await self._past.latest(owner_id, LISTED)

    def current(self, owner_id: str) -> Undo | None:
        """Say how far it is with what a person undoes, or how the last one ended in this run."""
        return self._latest.get(owner_id)

    def is_busy(self, owner_id: str) -> bool:
        """Tell whether an import of this person is being undone, or about to be."""
        return owner_id in self._asking or any(past.owner_id == owner_id for past in self._waiting.values())

    async def ask(self, owner_id: str, import_id: str) -> None:
        """Undo an import: this is certain when it returns, and done in the background.

        Raises:
            NotFound: the person has no such import.
        """
        self._asking.append(owner_id)
        try:
            await self._past.ask_to_undo(import_id, owner_id)
            await self.recover()
            self.go_on()
        finally:
            self._asking.remove(owner_id)

    async def recover(self) -> None:
        """Find what was asked for, also in an earlier run."""
        for past in await self._past.to_be_undone():
            if past.id not in self._waiting:
                self._waiting[past.id] = past
                self._tell(Undo(past))

    def go_on(self) -> None:
        """Do what was asked for, in the background."""
        if self._waiting and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._work(), name='undo imports')

    async def finish(self) -> None:
        """Do what was asked for, now, and return when it is done.

        Raises:
            StorageUnavailable: the database failed; it can be called again.
        """
        await self.recover()
        for past in [*self._waiting.values()]:
            await self._undo(past)

    async def close(self) -> None:
        """Stop, between two transactions; the next start goes on."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _work(self) -> None:
        while self._waiting:
            past = next(iter(self._waiting.values()))
            try:
                await self._undo(past)
            except Exception as error:  # whatever it is, nothing is lost: what is not done yet is still noted
                if not isinstance(error, StorageUnavailable):
                    log.error('An import could not be undone', exc_info=error)
                self._tell(replace(self._latest[past.owner_id], state='failed'))
                await asyncio.sleep(TRY_AGAIN)

    async def _undo(self, past: PastImport) -> None:
        while await self._staging.follow():  # what it gave and the database did not let follow
            pass
        while taken := await self._stored.step(past, AT_A_TIME):
            self._show(taken)
            self._tell(Undo(past, taken=taken))
            await self._breathe()
        used = await self._stored.documents_used(past)
        while not (taken := await self._stored.finish(past, used, AT_A_TIME)).ended:
            await self._breathe()
        del self._waiting[past.id]
        log.info('An import was undone: %d conversations went, %d stayed.', taken.gone, taken.kept)
        self._trash.sweep()
        for changed in (self._live.reshelved, self._live.refiled, self._preferences_changed):
            changed.emit(past.owner_id)
        self._tell(Undo(past, 'done', taken))

    def _show(self, taken: TakenOut) -> None:
        """Let those who look at a conversation see that it is gone, or how it stands now."""
        for conversation_id in taken.ids:
            if state := self._live.find(conversation_id):
                state.announce(replace(state.conversation, deleted_at=datetime.now(UTC)))
        self._live.forget(taken.ids)
        if taken.changed and (state := self._live.find(taken.changed.conversation_id)):
            state.announce(_as_it_stands(state.conversation, taken.changed))
            state.tell(BranchChanged())

    async def _breathe(self) -> None:
        await asyncio.sleep(0 if self._is_quiet() else PAUSE)

    def _tell(self, undo: Undo) -> None:
        owner_id = undo.past.owner_id
        last, self._latest[owner_id] = self._latest.get(owner_id), undo
        now = time.monotonic()
        if last is None or (last.past.id, last.state) != (undo.past.id, undo.state) or now > self._told_at + TELL_EVERY:
            self._told_at = now
            self.changed.emit(owner_id)


def _as_it_stands(conversation: Conversation, changed: Changed) -> Conversation:
    return replace(conversation, head_id=changed.head_id, updated_at=changed.updated_at)
