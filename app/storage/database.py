"""The database: units of work run in threads, one transaction each. What it keeps is elsewhere in this room.

A unit of work crosses to its thread once, however many statements it has; an asynchronous driver crosses per statement.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Engine, Executable, exc, make_url
from sqlmodel import Session

from app.domain.installation import DatabaseInfo
from app.errors import SettingsInvalid, StorageUnavailable
from app.storage import migrate
from app.storage.description import describe
from app.storage.engines import engine_of
from app.storage.lanes import Lane, Work

T = TypeVar('T')
Unwanted = Callable[[], bool]

READER_THREADS = 4
SEARCHER_THREADS = 2
EXPORTER_THREADS = 2
POSTGRES_WRITER_THREADS = 4

READ_SECONDS = 10.0
"""What a page reads takes milliseconds: this is for a disk that stands still, and for what nobody foresaw."""

SEARCH_SECONDS = 3.0
"""Longer than any search of 100,000 messages takes on a small computer, and as long as a person waits while typing."""


class Database:
    """SQLite or PostgreSQL, by its SQLAlchemy address.

    On SQLite one thread with its own connection does all writing, so that writers never wait for each other's locks;
    readers do not wait for it either (WAL).
    """

    def __init__(self, url: str, *, busy_timeout: float = 5.0) -> None:
        """Prepare to connect; the first connection is made by the first unit of work.

        `busy_timeout` is how many seconds a write waits for another process that holds SQLite's lock.

        Raises:
            SettingsInvalid: the address is none that can be used.
            StorageUnavailable: the folder or file of an SQLite database cannot be made.
        """
        self._address = address = read_url(url)
        file = sqlite_file(url)
        if file is not None:
            prepare_file(file)
        self.is_file = file is not None
        self._writers = 0
        writers = 1 if file else POSTGRES_WRITER_THREADS

        def lane(name: str, size: int, seconds: float | None = None, *, writes: bool = False) -> Lane:
            engine = engine_of(address, size, busy_timeout, writes=writes, seconds=seconds)
            return Lane(ThreadPoolExecutor(size, f'database-{name}'), engine, seconds)

        self._writing = lane('write', writers, writes=True)
        self._reading = lane('read', READER_THREADS, READ_SECONDS)
        self._searching = lane('search', SEARCHER_THREADS, SEARCH_SECONDS)
        self._exporting = lane('export', EXPORTER_THREADS)

    def of(self, identifier: str) -> 'Database':  # noqa: ARG002
        """Give the database that has what the id of a conversation or message names: here, always this one."""
        return self

    @property
    def temporary(self) -> 'Database':
        """The database of temporary conversations: here, the same."""
        return self

    async def read(self, work: Work[T]) -> T:
        """Run `work` in a thread, in a transaction that sees one state of the database, and give what it returns.

        It is for what pages show: it has `READ_SECONDS`, and ends when the caller is cancelled.

        Raises:
            QueryTooSlow: it took longer.
            StorageUnavailable: the database does not answer.
        """
        return await self._reading.read(work)

    async def search(self, work: Work[T]) -> T:
        """Do the same as `read` with what a person looks for, however odd, in `SEARCH_SECONDS` and threads of its own.

        So pages have theirs whatever is looked for.
        """
        return await self._searching.read(work)

    async def read_at_length(self, work: Work[T]) -> T:
        """Do the same as `read` with what is exported or imported, which may take any time, in threads of its own."""
        return await self._exporting.read(work)

    async def write(self, work: Work[T]) -> T:
        """Run `work` in a thread, in a transaction that is committed when it returns and undone when it raises.

        It has no limit: what was said must be stored. A caller that is cancelled waits until the transaction has ended:
        nothing of it happens behind its back later.

        Raises:
            StorageUnavailable: the database does not answer or did not commit.
        """
        return await self._write(lambda engine: _in_session(engine, work))

    async def write_rows(self, statement: Executable, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run a statement for every row, as one `write`; without a session, for what is done many times a second."""
        await self._write(lambda engine: _execute(engine, statement, rows))

    async def look_after(self, care: Callable[[Any, Unwanted], T], *, writes: bool = True) -> T:
        """Run what is done outside of transactions with a connection of the driver's own, in a thread that writes.

        `care` gets the connection, and can ask whether it should make way: on SQLite as soon as somebody wants to
        write. It is ended when the caller is cancelled, who then waits for that.

        Raises:
            StorageUnavailable: the database does not answer.
        """
        lane = self._writing if writes else self._exporting
        return await lane.look_after(lambda connection: care(connection, self._is_wanted))

    def _is_wanted(self) -> bool:
        return self.is_file and self._writers > 0

    async def _write(self, transaction: Callable[[Engine], T]) -> T:
        self._writers += 1
        try:
            return await self._writing.run(transaction)
        finally:
            self._writers -= 1

    async def revision(self) -> str | None:
        """Give the revision of the schema, None for a database without tables.

        Raises:
            StorageUnavailable: the database does not answer.
        """
        return await self.read(lambda session: migrate.current(session.connection()))

    async def upgrade(self) -> bool:
        """Bring the schema to the newest revision; say whether anything had to be done.

        Raises:
            StorageUnavailable: the database does not answer, or was written by a newer version of the app.
        """
        return await self.write(lambda session: migrate.upgrade(session.connection()))

    async def check(self) -> None:
        """Make sure the database answers and has the schema this version needs.

        Raises:
            StorageUnavailable: it does not.
        """
        found = await self.revision()
        if found != migrate.HEAD:
            raise StorageUnavailable(message=f'schema revision is {found}, needed is {migrate.HEAD}')

    async def describe(self) -> DatabaseInfo:
        """Say what database this is, and how large.

        Raises:
            StorageUnavailable: it does not answer.
        """
        return await self.read(lambda session: describe(session.connection(), self._address))

    async def close(self) -> None:
        """Finish what was begun and give back threads and connections."""
        for lane in self._lanes():
            await lane.close()

    def _lanes(self) -> Sequence[Lane]:
        return self._exporting, self._searching, self._reading, self._writing


def _in_session(engine: Engine, work: Work[T]) -> T:
    with Session(engine, expire_on_commit=False) as session, session.begin():
        return work(session)


def _execute(engine: Engine, statement: Executable, rows: Sequence[Mapping[str, Any]]) -> None:
    with engine.begin() as connection:
        connection.execute(statement, rows)


def sqlite_file(url: str) -> Path | None:
    """Give the file of an SQLite database by its address, None if the address is one of PostgreSQL.

    It is the file itself, whichever links lead there: SQLite puts its `-wal` beside that, and so does our lock.

    Raises:
        SettingsInvalid: the address is none that can be used.
    """
    address = read_url(url)
    return Path(os.path.realpath(str(address.database))) if address.get_backend_name() == 'sqlite' else None


def is_there(file: Path) -> bool:
    """Tell whether there is such a file.

    Raises:
        StorageUnavailable: we may not look.
    """
    try:
        return file.exists()
    except OSError as error:
        raise StorageUnavailable(message=str(error)) from error


def read_url(text: str) -> URL:
    """Read the address of a database, whichever of its spellings it has.

    Raises:
        SettingsInvalid: the address is none that can be used.
    """
    try:
        url = make_url(_with_one_at(text))
    except exc.ArgumentError as error:
        raise SettingsInvalid(name='GUILHERME_DATABASE_URL', message=str(error)) from error
    except ValueError:  # without its words, which quote what stands behind a colon: perhaps the password
        raise SettingsInvalid(name='GUILHERME_DATABASE_URL', message='its port is no number') from None
    if url.drivername in ('postgres', 'postgresql', 'postgresql+psycopg'):
        return url.set(drivername='postgresql+psycopg')
    if url.drivername in ('sqlite', 'sqlite+pysqlite') and url.database not in (None, '', ':memory:'):
        return url
    raise SettingsInvalid(name='GUILHERME_DATABASE_URL', message='use sqlite:///FILE or postgresql+psycopg://…')


def _with_one_at(text: str) -> str:
    """Encode the `@` of a password written as it is: what stands behind it would count as the host, and be told."""
    scheme, sep, rest = text.partition('://')
    authority, slash, path = rest.partition('/')
    known, at, host = authority.rpartition('@')
    return f'{scheme}{sep}{known.replace("@", "%40")}{at}{host}{slash}{path}'


def prepare_file(file: Path) -> None:
    """Make folder and file for the owner's eyes only; what exists keeps the permissions somebody gave it."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_new = not file.exists()
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
        if is_new:
            hand_over(file, file.parent)
    except OSError as error:
        raise StorageUnavailable(message=str(error)) from error


def hand_over(file: Path, to_owner_of: Path) -> None:
    """Let a file root has made belong to whoever has what it stands with: a service goes on with it, not root."""
    if hasattr(os, 'geteuid') and os.geteuid() == 0:
        owner = to_owner_of.stat()
        os.chown(file, owner.st_uid, owner.st_gid)
