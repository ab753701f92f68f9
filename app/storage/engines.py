"""How either database is connected to."""

import json
import logging
import sqlite3
import time
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

POSTGRES_CONNECT_SECONDS = 5

LOOK_AGAIN = 0.02
"""Seconds until a new file that another process holds is tried again."""

log = logging.getLogger(__name__)


def engine_of(
    address: URL, connections: int = 1, busy_timeout: float = 5.0, *, writes: bool, seconds: float | None = None
) -> Engine:
    """Make an engine set up as the app needs it: what reads only sees one state in each transaction.

    A query that takes longer than `seconds` is ended by PostgreSQL itself; SQLite has no such limit.
    """
    if address.get_backend_name() == 'sqlite':
        return _sqlite_engine(address, connections, busy_timeout, writes=writes)
    engine = _postgres_engine(address, connections, writes=writes)
    if seconds is not None:
        _limit_queries(engine, seconds)
    return engine


def read_json(stored: Any) -> Any:
    """Read a JSON value. What is none counts as null: one column that cannot be read must not hide all the others.

    SQLite gives a number where a number is all there is.
    """
    if isinstance(stored, int | float):
        return stored
    try:
        return json.loads(stored)
    except (ValueError, TypeError, RecursionError):
        log.info('A value in the database is no JSON and counts as none.')
        return None


def _sqlite_engine(url: URL, connections: int, busy_timeout: float, *, writes: bool) -> Engine:
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
        connect_args={'timeout': busy_timeout},
        json_deserializer=read_json,
    )

    @event.listens_for(engine, 'connect')
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver would begin transactions late, and never for DDL
        _use_wal(connection, busy_timeout)
        connection.execute('PRAGMA synchronous = NORMAL')
        connection.execute('PRAGMA foreign_keys = ON')
        # What is deleted inside a page is overwritten at once, which costs nothing. `ON` would also write every page
        # that becomes free (those of the journal, at the end of each reply), and copies that SQLite left when it moved
        # rows between pages would stay all the same: only VACUUM is sure, so `traces` ends with that.
        connection.execute('PRAGMA secure_delete = FAST')
        connection.execute(f'PRAGMA query_only = {not writes}')

    # Taking the write lock at once waits for it; a reader that turns writer fails instead.
    statement = 'BEGIN IMMEDIATE' if writes else 'BEGIN'

    @event.listens_for(engine, 'begin')
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

    return engine


def _use_wal(connection: sqlite3.Connection, patience: float) -> None:
    """Let readers and the writer not wait for each other.

    Where another process writes to a file that is not in this mode yet (both start on a new one), SQLite refuses at
    once instead of waiting, so the waiting is done here.
    """
    end = time.monotonic() + patience
    while True:
        try:
            connection.execute('PRAGMA journal_mode = WAL')
        except sqlite3.OperationalError:
            if time.monotonic() >= end:
                raise
            time.sleep(LOOK_AGAIN)
        else:
            return


def _postgres_engine(url: URL, connections: int, *, writes: bool) -> Engine:
    # The encoding of our side: left alone it is that of the database, and psycopg gives bytes for SQL_ASCII.
    query = {'connect_timeout': str(POSTGRES_CONNECT_SECONDS), **url.query, 'client_encoding': 'utf8'}
    return create_engine(
        url.set(query=query),
        pool_size=connections,
        max_overflow=0,
        pool_pre_ping=True,
        json_deserializer=read_json,
        isolation_level='READ COMMITTED' if writes else 'REPEATABLE READ',
    )


def _limit_queries(engine: Engine, seconds: float) -> None:
    @event.listens_for(engine, 'connect')
    def _limit(connection: Any, _record: Any) -> None:
        connection.execute(f'SET statement_timeout = {round(seconds * 1000)}')
        connection.commit()
