"""One process at a time for each PostgreSQL database: a lock of the server's, which ends with its connection.

Of several, each would take the replies of the others for ones that a crash left behind, and no page would see what
another process writes.
"""

import asyncio
import logging
import os
import socket
from contextlib import suppress

from sqlalchemy import Connection, text

from app.errors import AlreadyRunning, GuilhermeError, StorageUnavailable
from app.storage.database import read_url
from app.storage.engines import engine_of
from app.storage.instance import Holder
from app.storage.migrate import LOCK_NUMBER
from app.storage.outages import outages_told

LOOK_EVERY = 5.0
"""Seconds between two looks at whether the connection is still there: a server that was restarted has forgotten it."""

LONGEST_HOST = 20
"""Characters of the machine's name that are told; PostgreSQL keeps 63 bytes in all."""

# A machine that vanishes does not close its connections. Without these the server would keep the lock for two hours.
_SETTINGS = 'SET tcp_keepalives_idle = 20; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3'

_TAKE = text('SELECT pg_try_advisory_lock(:number, 1)').bindparams(number=LOCK_NUMBER)
_NAME = text("SELECT set_config('application_name', :name, false)")
_HOLDER = text(
    'SELECT activity.application_name FROM pg_locks JOIN pg_stat_activity AS activity USING (pid) '
    "WHERE locktype = 'advisory' AND classid = :number AND objid = 1 AND objsubid = 2 AND granted "
    'AND database = (SELECT oid FROM pg_database WHERE datname = current_database())'
).bindparams(number=LOCK_NUMBER)

log = logging.getLogger(__name__)


class PostgresLock:
    """The right to work with a database alone, as `InstanceLock` gives it for a file. It needs a connection of its own.

    A pooler that gives each transaction another connection (PgBouncer in that mode) would make it useless.
    """

    def __init__(self, url: str) -> None:
        self._address = read_url(url)
        self._url = ''
        self._connection: Connection | None = None

    def take(self, url: str = '') -> None:
        """Take the lock until `release` or the end of the process, and say at which address the pages will be.

        Raises:
            AlreadyRunning: another process has it.
            StorageUnavailable: the database does not answer.
        """
        if self._connection is not None:
            return
        engine = engine_of(self._address, writes=True)
        try:
            with outages_told():
                connection = self._connection = engine.connect().execution_options(isolation_level='AUTOCOMMIT')
                connection.exec_driver_sql(_SETTINGS)
                if not connection.execute(_TAKE).scalar():
                    raise _refusal(_holder(connection) or Holder(process=0))
            self.announce(url)
        except GuilhermeError:
            self.release()  # a connection that is kept has the lock
            raise

    def announce(self, url: str) -> None:
        """Tell the server who holds the lock, for the one who comes second; shown by `pg_stat_activity` as well."""
        self._url = url
        if self._connection is not None:
            name = f'guilherme {os.getpid()} {socket.gethostname()[:LONGEST_HOST]} {url}'
            with outages_told():
                self._connection.execute(_NAME, {'name': name.strip()})

    def release(self) -> None:
        """Let others in."""
        if self._connection is not None:
            self._connection.invalidate()  # closes it without a word to the server, which may be away
            self._connection.engine.dispose()
            self._connection = None

    def holder(self) -> Holder | None:
        """Say which process has the lock just now, None if nobody has or the database does not answer."""
        engine = engine_of(self._address, writes=False)
        try:
            with outages_told(), engine.connect() as connection:
                return _holder(connection)
        except StorageUnavailable:
            return None
        finally:
            engine.dispose()

    async def keep(self, every: float = LOOK_EVERY) -> None:
        """Hold the lock for as long as this runs: take it anew when a server that went away is back.

        Raises:
            AlreadyRunning: another process was quicker.
        """
        while True:
            await asyncio.sleep(every)
            await asyncio.to_thread(self._take_anew)

    def _take_anew(self) -> None:
        try:
            if self._connection is not None:
                with outages_told():
                    self._connection.exec_driver_sql('SELECT 1')
                return
        except StorageUnavailable:
            log.info('The lock on the database is gone with its connection; it is taken anew when the server is back.')
            self.release()
        with suppress(StorageUnavailable):  # still away
            self.take(self._url)


def _holder(connection: Connection) -> Holder | None:
    name: str | None = connection.execute(_HOLDER).scalar()
    if name is None:
        return None
    _, process, machine, url, *_ = [*name.split(' '), '', '', '']
    return Holder(process=int(process) if process.isdigit() else 0, url=url, machine=machine)


def _refusal(holder: Holder) -> AlreadyRunning:
    machine = holder.machine or '?'
    if holder.url:
        return AlreadyRunning(reason='running_database', url=holder.url, process=holder.process, machine=machine)
    return AlreadyRunning(reason='busy_database', process=holder.process, machine=machine)
