"""What lives as long as the process, from before anybody can look to the last word stored."""

import asyncio
import logging
import signal
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from nicegui import background_tasks

from app.chat import Chat
from app.chat.titling import Titling
from app.domain.message import Message, Status
from app.errors import AlreadyRunning, GuilhermeError
from app.operating.door import close_door, new_key, open_door
from app.operating.listening import address
from app.operating.printing import announce
from app.providers.base import Provider
from app.replies.engine import Engine
from app.settings import Settings
from app.storage.database import Database
from app.storage.instance import InstanceLock
from app.storage.journal import SqlJournal
from app.storage.upgrading import upgrade_safely

if TYPE_CHECKING:
    from app.storage.postgres_lock import PostgresLock

log = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Parts:
    """Everything that lives as long as the process."""

    settings: Settings
    database: Database
    journal: SqlJournal
    engine: Engine
    providers: list[Provider]
    chat: Chat
    titling: Titling
    lock: 'InstanceLock | PostgresLock'
    key: str = field(default_factory=new_key)
    interrupted: list[Message] = field(default_factory=list)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _end: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where the pages are, for somebody at this machine."""
        return address(self.settings.host, self.settings.port)

    async def prepare(self) -> None:
        """Bring the database up to date and fold what an earlier run left unfinished, before anybody can look.

        Raises:
            AlreadyRunning: another process works with this database already.
            StorageUnavailable: the database cannot be used.
        """
        await self.open(self.url)
        self.interrupted = await self.journal.recover(to_be_resumed=self.settings.resume)
        if self.interrupted:
            log.info('%d replies of the last run were interrupted; their text is kept.', len(self.interrupted))

    async def open(self, url: str = '') -> None:
        """Bring the database up to date, and fold what an earlier import left unfinished: all a command needs.

        Replies are left as they are, since only the app can go on with them. `url` is where its pages will be.

        Raises:
            AlreadyRunning: another process works with this database already.
            StorageUnavailable: the database cannot be used.
        """
        await asyncio.to_thread(self.lock.take, url)
        await upgrade_safely(self.database, self.settings.resolved_database_url, self.settings.backups)
        await self.chat.importing.recover()

    async def go_on(self) -> None:
        """Let commands in. Begin what nobody asks for: unfinished replies if so set, queue, titles, undoing, trash."""
        await asyncio.to_thread(self._let_commands_in)
        if not (await self.chat.models.refresh()).models:
            as_object = self.settings.log_format == 'json'
            announce('No model can answer yet: the page says what to do.', as_object=as_object)
        if self.settings.resume:
            await self._resume()
        await self.chat.queueing.go_on()
        await self.titling.go_on()
        self.chat.undoing.go_on()
        self._tasks += [
            background_tasks.create(self._keep_lock(), name='keep the database'),
            background_tasks.create(self.chat.trash.keep_empty(), name='keep the trash empty'),
        ]

    async def close(self) -> None:
        """End: replies are interrupted and stored, connections given back. Asked again, it waits for that end."""
        if self._end is None:
            self._end = asyncio.create_task(self._close(), name='end')
        await asyncio.shield(self._end)

    async def _close(self) -> None:
        await asyncio.to_thread(close_door, self.settings.data_dir)
        for task in self._tasks:
            task.cancel()
        await self.chat.queueing.close()
        await self.titling.close()
        await self.engine.close(to_be_resumed=self.settings.resume)  # first: whoever asked us to end waits 5 s
        await self.chat.downloads.close()
        await self.chat.importing.close()
        await self.chat.trash.close()
        for provider in self.providers:
            await provider.close()
        await self.database.close()
        await asyncio.to_thread(self.lock.release)

    def _let_commands_in(self) -> None:
        try:
            open_door(self.settings.data_dir, self.url, self.key)
        except OSError as error:  # a disk may be full; the app is there for people all the same
            log.warning('Commands cannot be given while the app runs: %s', error)

    async def _keep_lock(self) -> None:
        try:
            await self.lock.keep()
        except AlreadyRunning as error:  # it was quicker when the database server came back
            log.critical('Another process works with this database now, so this one ends: %s', error)
            signal.raise_signal(signal.SIGTERM)

    async def _resume(self) -> None:
        for message in self.interrupted:
            try:
                owner_id = await self.chat.reading.owner_of(message.conversation_id)
                await self.chat.asking.resume(owner_id, message.id)
            except GuilhermeError as error:
                log.warning('Reply %s could not be continued: %s', message.id, error)
                interrupted = replace(message, status=Status.INTERRUPTED, finished_at=datetime.now(UTC))
                await self.journal.seal(interrupted, unread=True)
