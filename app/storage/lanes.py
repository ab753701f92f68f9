"""Where units of work run: threads with a connection each, and how one that only reads is ended before its time.

A query runs inside the database, where nothing of Python's reaches it. Whoever waits for it is answered as soon as its
time is up; the query is told to end from a thread of its own, until it has and its thread is free.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Lock, Thread
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlmodel import Session

from app.errors import QueryTooSlow, StorageUnavailable
from app.storage.outages import outages_told

T = TypeVar('T')
Work = Callable[[Session], T]

AGAIN = 0.02
"""Seconds until work that has not ended is told once more: between two of its queries it does not hear."""

TELLING = 2.0
"""Seconds that PostgreSQL may take to be told, for which a connection is made."""


@dataclass(frozen=True)
class Lane:
    """Threads and the connections they use, one for each.

    `seconds` is what reading may take here, waiting for a thread included; None is no limit.
    """

    threads: ThreadPoolExecutor
    engine: Engine
    seconds: float | None = None

    async def read(self, work: Work[T]) -> T:
        """Run `work` in a transaction. A caller who is cancelled ends it, and does not wait for the end.

        Raises:
            QueryTooSlow: it took longer than it may.
            StorageUnavailable: the database does not answer.
        """
        reading = Interruptible()
        job = self._submit(lambda: reading.run(self.engine, work))
        try:
            async with asyncio.timeout(self.seconds) as limit:
                return await asyncio.wrap_future(job)
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise QueryTooSlow(seconds=self.seconds, message='it took too long and was ended') from error
        finally:
            if not (job.cancel() or job.done()):
                Thread(target=reading.end, args=(job,), name='database-end', daemon=True).start()

    async def run(self, transaction: Callable[[Engine], T]) -> T:
        """Run a transaction. A caller who is cancelled waits for its end: nothing happens behind its back later.

        Raises:
            StorageUnavailable: the database does not answer or did not commit.
        """
        job = self._submit(lambda: transaction(self.engine))
        try:
            return await asyncio.wrap_future(job)
        except asyncio.CancelledError:
            if not job.cancelled():
                await asyncio.gather(asyncio.wrap_future(job), return_exceptions=True)
            raise

    async def look_after(self, care: Callable[[Any], T]) -> T:
        """Do something outside of transactions, with a connection of the driver's own.

        A caller who is cancelled ends it, and waits for the end.

        Raises:
            StorageUnavailable: the database does not answer, or it was ended.
        """
        caring = Interruptible()
        job = self._submit(lambda: caring.look_after(self.engine, care))
        try:
            return await asyncio.wrap_future(job)
        except asyncio.CancelledError:
            await asyncio.to_thread(caring.end, job)
            raise

    async def close(self) -> None:
        """Finish what was begun and give back threads and connections."""
        await asyncio.to_thread(self.threads.shutdown)
        self.engine.dispose()

    def _submit(self, work: Callable[[], T]) -> Future[T]:
        def told() -> T:
            with outages_told():
                return work()

        try:
            return self.threads.submit(told)
        except RuntimeError as error:
            raise StorageUnavailable(message='the database is closed') from error


class Interruptible:
    """A unit of work that can be ended from another thread."""

    def __init__(self) -> None:
        self._connection: Any = None
        self._is_told = False
        self._lock = Lock()  # while it is held, the connection does not go on to other work

    def run(self, engine: Engine, work: Work[T]) -> T:
        """Do the work in a transaction that sees one state of the database."""
        with Session(engine, expire_on_commit=False) as session, session.begin(), self._on(session.connection()):
            return work(session)

    def look_after(self, engine: Engine, care: Callable[[Any], T]) -> T:
        """Do it outside of transactions."""
        try:
            with engine.connect() as connection, self._on(connection):
                return care(connection.connection.driver_connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise StorageUnavailable(message=' '.join(str(error).split())) from error

    def end(self, job: Future[Any]) -> None:
        """Interrupt the queries of the work, which runs as `job`, until it has ended."""
        while not job.done():
            with self._lock:
                if self._connection is not None:
                    self._is_told = True
                    _interrupt(self._connection)
            wait([job], AGAIN)

    @contextmanager
    def _on(self, connection: Connection) -> Iterator[None]:
        with self._lock:
            self._connection = connection.connection.dbapi_connection
        try:
            yield
        finally:
            with self._lock:
                self._connection = None
            if self._is_told and connection.dialect.name == 'postgresql':
                connection.invalidate()  # what was said to it may arrive late, and would end what comes next


def _interrupt(connection: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.interrupt()
        return
    from psycopg import Error

    with suppress(Error):  # the server is gone, or does not listen: then the query has its own limit
        connection.cancel_safe(timeout=TELLING)
