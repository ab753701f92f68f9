"""SQLite files of other programs, opened so that they can do nothing.

The file is somebody else's, and a database can do a lot: it is opened to be read only, by queries that may do nothing
but read the plain columns of some real tables, which are looked through for broken pages before. Nothing of it is
sorted but keys, and rows are read one by one, so that no join makes more of it than it is.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from app.errors import ImportRefused
from app.exchange.reading.intake import Meter
from app.exchange.reading.json_bytes import LARGEST_TEXT

BEGINNING = b'SQLite format 3\x00'

_TABLE = re.compile(r'CREATE\s+TABLE\b', re.IGNORECASE)
"""Of a real table; one that is virtual is somebody's program."""

STEPS = 10_000
"""Of SQLite's machine, between two looks whether to stop."""

LARGEST_PAGE_CACHE = 8_000
"""Kilobytes that SQLite keeps of the file."""

LIMITS: Mapping[int, int] = {
    sqlite3.SQLITE_LIMIT_LENGTH: LARGEST_TEXT,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 200,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 50,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
"""What its statements, and the values in it, may come to."""

HARMLESS = frozenset({'quick_check', 'table_info'})
"""What may be asked of the file beside its rows."""


@contextmanager
def reading_of(
    file: Path, tables: Sequence[str], meter: Meter, *, longest: int = LARGEST_TEXT
) -> Iterator[sqlite3.Connection]:
    """Open a file to read some of its tables; a value in it may have `longest` bytes.

    Raises:
        ImportRefused: it is broken, or larger in some way than such a file can be.
        Stopped: the reading was stopped.
    """
    try:
        with closing(opened(file, tables, meter)) as database:
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, longest)
            yield database
    except (sqlite3.Error, OverflowError) as error:
        meter.look()
        raise refusal(error, longest) from error


def refusal(error: Exception, longest: int) -> ImportRefused:
    """Say why a database cannot be read: a value in it is too long, or it is broken."""
    reason = 'long_text' if isinstance(error, sqlite3.DataError) else 'bad_database'
    return ImportRefused(reason=reason, limit=longest // 1_000_000)


def opened(file: Path, tables: Sequence[str], meter: Meter) -> sqlite3.Connection:
    """Open a file for nothing but reading some tables. One thread after another takes a part of it."""
    address = f'{file.absolute().as_uri()}?mode=ro&immutable=1'
    database = sqlite3.connect(address, uri=True, check_same_thread=False, cached_statements=8)
    database.text_factory = lambda data: data.decode('utf-8', 'replace')
    database.set_progress_handler(lambda: meter.stopped, STEPS)
    for limit, value in LIMITS.items():
        database.setlimit(limit, value)
    for setting in (
        'trusted_schema = OFF',
        'cell_size_check = ON',
        'ignore_check_constraints = ON',
        'mmap_size = 0',
        f'cache_size = -{LARGEST_PAGE_CACHE}',
    ):
        database.execute(f'PRAGMA {setting}')
    database.set_authorizer(_allowing(tables))
    return database


def _allowing(tables: Sequence[str]) -> Callable[..., int]:
    """Allow to read tables and what is said of them. Their statements are parsed without asking here."""

    def allowed(action: int, first: str | None, second: str | None, *_: str | None) -> int:
        readable = action == sqlite3.SQLITE_READ and first in (*tables, 'sqlite_master')
        harmless = action == sqlite3.SQLITE_PRAGMA and first in HARMLESS
        functions = action == sqlite3.SQLITE_FUNCTION and second in ('count', 'length', 'substr')
        good = action == sqlite3.SQLITE_SELECT or readable or harmless or functions
        return sqlite3.SQLITE_OK if good else sqlite3.SQLITE_DENY

    return allowed


def columns(database: sqlite3.Connection, table: str) -> set[str]:
    """Give the columns of a table, without those that are reckoned; none if it is no real table."""
    statement = database.execute("SELECT sql FROM sqlite_master WHERE name = ? AND type = 'table'", [table]).fetchone()
    if statement is None or not _TABLE.match(str(statement[0])):
        return set()
    return {row[1] for row in database.execute(f'PRAGMA table_info({table})')}


def check_pages(database: sqlite3.Connection, tables: Sequence[str]) -> None:
    """Make sure that tables are sound: they have no more rows then than their pages can hold.

    Raises:
        ImportRefused: one is not.
    """
    for table in tables:
        if database.execute(f"PRAGMA quick_check('{table}')").fetchone() != ('ok',):
            raise ImportRefused(reason='bad_database')


def row_at(
    database: sqlite3.Connection, table: str, names: Sequence[str], known: set[str], place: int | None
) -> tuple[Any, ...]:
    """Give what stands at a place: null where there is no such column, or no such place."""
    wanted = ', '.join(name if name in known else 'NULL' for name in names)
    found = database.execute(f'SELECT {wanted} FROM {table} WHERE rowid = ?', [place]).fetchone()  # noqa: S608
    return tuple(found) if found else (None,) * len(names)
