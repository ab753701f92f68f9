"""What is left in the files of what was deleted for good, and how it is overwritten.

A row that was deleted is gone for every query, but its words are not: they stand in free pages, in copies SQLite leaves
behind when it moves rows from page to page, in the index of the search, which only marks what was deleted until it is
merged, and in the log of the database. So when the last row is gone, the index is merged, the database written anew
(VACUUM) and the log emptied. What is still to be done is noted in the table `erasure`; a start after a crash goes on.

FTS5 has an option for this (`secure-delete`), which SQLite 3.42 brought; an index that was used with it cannot be read
by older ones, which Python has on many systems. On PostgreSQL VACUUM frees the space for what comes next; its own log,
archives and replicas are the affair of whoever runs the server.
"""

import sqlite3
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, func, select

from app.storage.database import Database, Unwanted
from app.storage.tables import Base, ConversationRow, ErasureRow, MessageRow
from app.storage.trash import NOBODY

MERGED_AT_ONCE = 16
"""Pages of the index written in one transaction: a few milliseconds, if what was deleted is spread among them."""

STEPS = 1000
"""Steps of SQLite's virtual machine between two looks whether VACUUM should make way: well below a millisecond."""

CHECKPOINT_PAGES = 1000
"""Pages in the log after which SQLite folds it into the database by itself: its own default."""

_TABLES = tuple(Base.metadata.tables)

Asked = Mapping[str, int]
"""Owners for whom something was deleted for good, and how often they asked."""


class Traces:
    """All methods raise `StorageUnavailable` when the database fails, and can be repeated."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def on_server(self) -> bool:
        """Tell whether the files are those of a database server."""
        return not self._database.is_file

    async def asked(self) -> Asked:
        """Say for whom something still has to be overwritten."""
        query = select(ErasureRow.owner_id, ErasureRow.asked)
        return dict(await self._database.read(lambda session: session.exec(query).all()))

    async def settle(self, asked: Asked) -> None:
        """Forget what was done; who asked again meanwhile stays."""

        def work(session: Session) -> None:
            for row in session.exec(select(ErasureRow)).all():
                if asked.get(row.owner_id) == row.asked:
                    session.delete(row)

        await self._database.write(work)

    async def left(self) -> int:
        """Count the conversations and messages that are still to be deleted."""
        nobodys = select(ConversationRow.id).where(col(ConversationRow.owner_id) == NOBODY)
        messages = select(func.count()).where(col(MessageRow.conversation_id).in_(nobodys))
        conversations = select(func.count()).where(col(ConversationRow.owner_id) == NOBODY)
        return await self._database.read(
            lambda session: session.exec(conversations).one() + session.exec(messages).one()
        )

    async def clear_index(self) -> None:
        """Empty the index of the search if nobody has anything: quicker than taking every message out of it."""
        if self._database.is_file:
            await self._database.write(_clear_index)

    async def merge_some(self, *, begin: bool) -> bool:
        """Merge a part of the search's index, at first with `begin`; False when there is nothing left to merge."""
        if not self._database.is_file:
            return False
        return await self._database.write(lambda session: _merge(session, -MERGED_AT_ONCE if begin else MERGED_AT_ONCE))

    async def size(self) -> int:
        """Give how many bytes `rewrite` will write: it holds up whoever wants to write for so long."""
        return await self._database.look_after(_size, writes=False) if self._database.is_file else 0

    async def rewrite(self, *, make_way: bool) -> bool:
        """Write the database anew; with `make_way` it gives up as soon as somebody wants to write, and gives False."""
        if not self._database.is_file:
            return await self._database.look_after(_vacuum_tables)
        return await self._database.look_after(_vacuum if make_way else lambda connection, _: _vacuum(connection, None))

    async def empty_log(self) -> bool:
        """Cut the log of the database to nothing; False while somebody still reads what is in it."""
        if not self._database.is_file:
            return True
        # What is folded in by a reader's connection holds up nobody; then there is next to nothing left to be done.
        await self._database.look_after(_fold_log, writes=False)
        return await self._database.look_after(_cut_log)


def _clear_index(session: Session) -> None:
    connection = session.connection()
    if connection.exec_driver_sql("SELECT EXISTS (SELECT 1 FROM conversation WHERE owner_id <> '')").scalar():
        return
    for table in ('search_words', 'search_wide'):
        connection.exec_driver_sql(f"INSERT INTO {table} ({table}) VALUES ('delete-all')")  # noqa: S608
    for table in ('search_entry', 'search_conversation'):
        connection.exec_driver_sql(f'DELETE FROM {table}')  # noqa: S608


def _merge(session: Session, pages: int) -> bool:
    """Tell whether anything was done: SQLite's manual says that a merge without work changes less than two rows."""
    connection = session.connection()
    driver: Any = connection.connection.driver_connection
    worked = False
    for table in ('search_words', 'search_wide'):
        before = driver.total_changes
        connection.exec_driver_sql(f"INSERT INTO {table} ({table}, rank) VALUES ('merge', {pages})")  # noqa: S608
        worked = worked or driver.total_changes - before >= 2
    return worked


def _size(connection: sqlite3.Connection, _unwanted: Unwanted) -> int:
    pages, free, size = (
        connection.execute(f'PRAGMA {name}').fetchone()[0] for name in ('page_count', 'freelist_count', 'page_size')
    )
    return int((pages - free) * size)


def _vacuum(connection: sqlite3.Connection, unwanted: Unwanted | None) -> bool:
    # What it writes is folded in afterwards, by a reader: done at its end, that would double the time it takes.
    connection.execute('PRAGMA wal_autocheckpoint = 0')
    connection.set_progress_handler(unwanted, STEPS)
    try:
        connection.execute('VACUUM')
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            return False
        raise
    finally:
        connection.set_progress_handler(None, 0)
        connection.execute(f'PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}')
    return True


def _fold_log(connection: sqlite3.Connection, _unwanted: Unwanted) -> None:
    connection.execute('PRAGMA wal_checkpoint(PASSIVE)').fetchone()


def _cut_log(connection: sqlite3.Connection, _unwanted: Unwanted) -> bool:
    """Try it once: SQLite would wait for readers, and keep writers out meanwhile."""
    [patience] = connection.execute('PRAGMA busy_timeout').fetchone()
    connection.execute('PRAGMA busy_timeout = 0')
    try:
        [blocked, *_] = connection.execute('PRAGMA wal_checkpoint(TRUNCATE)').fetchone()
    finally:
        connection.execute(f'PRAGMA busy_timeout = {patience}')
    return not blocked


def _vacuum_tables(connection: Any, _unwanted: Unwanted) -> bool:
    """Vacuum what is ours on PostgreSQL; what is somebody else's is passed over by the server, with a warning."""
    connection.autocommit = True
    try:
        for table in (*_TABLES, 'search_entry'):
            connection.execute(f'VACUUM (ANALYZE) "{table}"')
    finally:
        connection.autocommit = False
    return True
