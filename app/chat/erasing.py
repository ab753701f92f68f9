"""Deleting everything: what streams is stopped, what is shown goes out of sight, what is stored is deleted."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from nicegui import Event

from app.chat.asking import Asking
from app.chat.importing import Importing
from app.chat.preferring import Preferring
from app.chat.trash import Trash
from app.domain.installation import KeptCopies
from app.errors import NotFound, StorageUnavailable
from app.replies.live import LiveConversations
from app.replies.rendered import RenderedMessages
from app.storage import erasing
from app.storage.copies import Copies

AT_A_TIME = 20
"""Documents deleted in one transaction: long ones have a few hundred kilobytes each."""

STOP_PATIENCE = 10
"""Seconds replies may take to be stopped and stored before we give up: the database does not work then."""


class Erasing:
    """Deletes everything of one person. `erased` names whose everything is gone."""

    def __init__(
        self,
        stored: erasing.Erasing,
        copies: Copies,
        *,
        asking: Asking,
        trash: Trash,
        preferring: Preferring,
        importing: Importing,
        live: LiveConversations,
        rendered: RenderedMessages,
    ) -> None:
        self.erased: Event[str] = Event()
        self._stored = stored
        self._copies = copies
        self._asking = asking
        self._trash = trash
        self._preferring = preferring
        self._importing = importing
        self._live = live
        self._rendered = rendered

    async def copies(self) -> KeptCopies:
        """Say which copies of the whole database the app has kept, in which everything still stands."""
        return await asyncio.to_thread(self._copies.kept)

    async def everything(self, owner_id: str, *, copies: bool = False) -> None:
        """Delete conversations, messages, folders, tags, what was fetched and what was set, for good.

        With `copies`, those of the database go too. When it returns, nothing of it can be reached any more; what it
        leaves on the disk goes in the background. Should the database fail, everything that is not gone yet is still
        there, and it can be called again.
        """
        self._importing.cancel(owner_id)
        await self._stop(owner_id)
        await self._forget_documents(owner_id)
        await self._stored.give_up(owner_id)
        await self._stop(owner_id)  # what began between the two
        await self._forget_documents(owner_id)
        if copies:
            await asyncio.to_thread(self._copies.remove)
        self._importing.forget(owner_id)
        gone = self._live.of(owner_id)
        for state in gone:
            state.announce(replace(state.conversation, deleted_at=datetime.now(UTC)))
        self._live.forget([state.id for state in gone])
        self._rendered.forget()
        self._trash.go_on()
        self._live.reshelved.emit(owner_id)
        self._live.refiled.emit(owner_id)
        self._preferring.changed.emit(owner_id)
        self.erased.emit(owner_id)

    async def _stop(self, owner_id: str) -> None:
        try:
            async with asyncio.timeout(STOP_PATIENCE):
                for state in self._live.of(owner_id):
                    if state.replies:
                        with suppress(NotFound):  # it went meanwhile, and what streamed into it
                            await self._asking.stop(owner_id, state.id)
        except TimeoutError as error:
            raise StorageUnavailable(message='replies could not be stored') from error

    async def _forget_documents(self, owner_id: str) -> None:
        while await self._stored.forget_documents(owner_id, AT_A_TIME):
            pass
