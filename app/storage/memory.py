"""A database in memory, for conversations that must never reach a disk, beside the one that keeps everything else."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.pool import StaticPool

from app.domain.identifiers import is_temporary
from app.storage.database import READ_SECONDS, Database
from app.storage.lanes import Lane
from app.storage.tables import Base


class MemoryDatabase(Database):
    """An SQLite database that is gone with the process. One thread does all its work on its one connection."""

    def __init__(self) -> None:
        engine = create_engine(
            'sqlite://',
            poolclass=StaticPool,  # a second connection would have a database of its own
            connect_args={'check_same_thread': False},  # made in one thread, used in the other
        )
        event.listen(engine, 'connect', _keep_off_the_disk)
        event.listen(engine, 'engine_connect', _make_tables, once=True)
        lane = Lane(ThreadPoolExecutor(1, 'database-memory'), engine, READ_SECONDS)
        self._reading = self._writing = self._searching = self._exporting = lane
        self.is_file = False
        self._writers = 0


def _keep_off_the_disk(connection: Any, _record: Any) -> None:
    """Let SQLite sort in memory too: large sorts go to files otherwise."""
    connection.execute('PRAGMA temp_store = MEMORY')


def _make_tables(connection: Connection) -> None:
    """Make the tables when they are first needed; what is gone at the end needs no migrations."""
    Base.metadata.create_all(connection)
    connection.commit()


class DatabaseWithMemory(Database):
    """The database of the app; what belongs to temporary conversations is in another one, in memory."""

    def __init__(self, url: str, *, busy_timeout: float = 5.0) -> None:
        super().__init__(url, busy_timeout=busy_timeout)
        self._memory = MemoryDatabase()

    @property
    def temporary(self) -> Database:
        """The database of temporary conversations."""
        return self._memory

    def of(self, identifier: str) -> Database:
        """Give the database that has what an id names."""
        return self._memory if is_temporary(identifier) else self

    async def close(self) -> None:
        """Close both; what was only in memory is gone."""
        await asyncio.gather(self._memory.close(), super().close())
