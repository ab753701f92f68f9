"""The predecessor's SQLite file: tables `conversations` and `messages`.

The file is somebody else's, and a database can do a lot: it is opened to be read only, by queries that may do nothing
but read the plain columns of two real tables, and looked through for broken pages before. Nothing of it is sorted but
keys, and rows are read one by one, so that no join makes more of it than it is.
"""

import re
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

from app.domain.carried import Carried
from app.errors import ImportRefused
from app.exchange.reading import notes, shapes
from app.exchange.reading.chat_history import FORMAT, ROLES
from app.exchange.reading.context import Reading
from app.exchange.reading.intake import LARGEST_PIECE, Meter
from app.exchange.reading.json_bytes import LARGEST_TEXT
from app.exchange.reading.nodes import Node, unread
from app.exchange.reading.remarks import Remark
from app.exchange.reading.tree import MOST_MESSAGES, Outline, carried, in_a_line

BEGINNING = b'SQLite format 3\x00'

TABLES = 'messages', 'conversations'
MESSAGE = 'id', 'role', 'content', 'timestamp'
OUTLINE = 'title', 'timestamp'

_TABLE = re.compile(r'CREATE\s+TABLE\b', re.IGNORECASE)
"""Of a real table; one that is virtual is somebody's program."""

STEPS = 10_000
"""Of SQLite's machine, between two looks whether to stop."""

LONGEST_KEY = 200
"""Characters of a conversation's id; they are sorted."""

MOST_CONVERSATIONS = 200_000
"""Their ids are held in memory, 200 bytes each."""

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


def read(file: Path, reading: Reading, meter: Meter) -> Iterator[Carried | Remark]:
    """Yield the conversations of a file.

    Raises:
        ImportRefused: it is broken, or none of the predecessor's.
        Stopped: the reading was stopped.
    """
    try:
        with closing(opened(file, meter)) as database:
            yield from _conversations(database, reading, meter)
    except (sqlite3.Error, OverflowError) as error:
        meter.look()
        reason = 'long_text' if isinstance(error, sqlite3.DataError) else 'bad_database'
        raise ImportRefused(reason=reason, limit=LARGEST_TEXT // 1_000_000) from error


def opened(file: Path, meter: Meter) -> sqlite3.Connection:
    """Open a file for nothing but reading. One thread after another takes a part of it."""
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
    database.set_authorizer(_allowed)
    return database


def _allowed(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    """Allow to read the two tables and what is said of them. Their statements are parsed without asking here."""
    readable = action == sqlite3.SQLITE_READ and first in (*TABLES, 'sqlite_master')
    harmless = action == sqlite3.SQLITE_PRAGMA and first in HARMLESS
    functions = action == sqlite3.SQLITE_FUNCTION and second in ('count', 'length')
    good = action == sqlite3.SQLITE_SELECT or readable or harmless or functions
    return sqlite3.SQLITE_OK if good else sqlite3.SQLITE_DENY


def _conversations(database: sqlite3.Connection, reading: Reading, meter: Meter) -> Iterator[Carried | Remark]:
    said, outlines = (_columns(database, table) for table in TABLES)
    if not {'conversation_id', 'role', 'content'} <= said or 'id' not in outlines:
        raise ImportRefused(reason='unknown_format')
    for table in TABLES:  # what is sound has no more rows than pages can hold
        if database.execute(f"PRAGMA quick_check('{table}')").fetchone() != ('ok',):
            raise ImportRefused(reason='bad_database')
    [[count]] = database.execute('SELECT count(*) FROM messages')
    known, read = _known(database), 0
    for number, (key, places) in enumerate(groupby(_places(database), key=lambda place: place[0]), 1):
        made, messages, outline = None, [], ('', None)
        with reading.conversation():
            outline = _row(database, 'conversations', OUTLINE, outlines, known.get(str(key)))
            messages = _within_limits(_row(database, 'messages', MESSAGE, said, place) for _, place in places)
            made = _conversation(str(key), messages, outline, reading)
        read += len(messages)
        meter.done = meter.total * read // max(count, 1)
        meter.look()
        if made is not None:
            yield made
        title = made.conversation.title if made else notes.plain(shapes.side_text(outline[0]))
        yield from (replace(remark, conversation=number, title=title) for remark in reading.take())


def _columns(database: sqlite3.Connection, table: str) -> set[str]:
    """Give the columns of a table, without those that are reckoned; none if it is no real table."""
    statement = database.execute("SELECT sql FROM sqlite_master WHERE name = ? AND type = 'table'", [table]).fetchone()
    if statement is None or not _TABLE.match(str(statement[0])):
        return set()
    return {row[1] for row in database.execute(f'PRAGMA table_info({table})')}


def _known(database: sqlite3.Connection) -> dict[str, int]:
    """Give where each conversation stands; of two with the same id the first counts."""
    known: dict[str, int] = {}
    for key, place in database.execute('SELECT id, rowid FROM conversations WHERE length(id) <= ?', [LONGEST_KEY]):
        known.setdefault(str(key), place)
        if len(known) > MOST_CONVERSATIONS:
            raise ImportRefused(reason='bad_database')
    return known


def _places(database: sqlite3.Connection) -> Iterator[tuple[Any, int]]:
    """Yield the conversation and the place of each message, in order."""
    too_long = 'SELECT 1 FROM messages WHERE length(conversation_id) > ? LIMIT 1'
    if database.execute(too_long, [LONGEST_KEY]).fetchone():
        raise ImportRefused(reason='wrong_shape', field='conversation_id')
    return iter(database.execute('SELECT conversation_id, rowid FROM messages ORDER BY conversation_id, rowid'))


def _row(
    database: sqlite3.Connection, table: str, names: tuple[str, ...], columns: set[str], place: int | None
) -> tuple[Any, ...]:
    """Give what stands at a place: null where there is no such column, or no such place."""
    wanted = ', '.join(name if name in columns else 'NULL' for name in names)
    found = database.execute(f'SELECT {wanted} FROM {table} WHERE rowid = ?', [place]).fetchone()  # noqa: S608
    return tuple(found) if found else (None,) * len(names)


def _within_limits(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    kept, size = [], 0
    for row in rows:
        size += sum(sys.getsizeof(value) for value in row if isinstance(value, str | bytes))
        kept.append(row)
        if size > LARGEST_PIECE:
            raise ImportRefused(reason='too_long', limit=LARGEST_PIECE // 1_000_000)
        if len(kept) > MOST_MESSAGES:
            raise ImportRefused(reason='too_many_messages', limit=MOST_MESSAGES)
    return kept


def _conversation(key: str, rows: list[tuple[Any, ...]], outline: tuple[Any, ...], reading: Reading) -> Carried | None:
    nodes = in_a_line([_node(row, number, reading) for number, row in enumerate(rows, 1)])
    title, written_at = outline
    return carried(
        reading,
        Outline(
            format=FORMAT,
            owner_id=reading.owner_id,
            key=key,
            title=shapes.text(title, 'title'),
            created_at=reading.moment(written_at, 'timestamp'),
            current=nodes[-1].key,
        ),
        nodes,
    )


def _node(row: tuple[Any, ...], number: int, reading: Reading) -> Node:
    key, said, content, written_at = row
    with reading.message(number):
        role, speaker = reading.role(said, ROLES)
        return Node(
            key=f'#{number}' if key is None else shapes.name(key, 'id'),
            parent='',
            number=number,
            role=role,
            speaker=speaker,
            content=shapes.text(content, 'content'),
            created_at=reading.moment(written_at, 'timestamp'),
        )
    value = dict(zip(MESSAGE, row, strict=True))
    return unread(reading.t, value, number=number, key=f'#{number}', is_user=said == 'user')
