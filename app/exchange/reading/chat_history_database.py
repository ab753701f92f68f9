"""The predecessor's SQLite file: tables `conversations` and `messages`.

The file is somebody else's: it is opened to be read only, and only tables are read, no views, which could do anything.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import Any

from app.domain.carried import Carried
from app.errors import ImportRefused
from app.exchange.reading import shapes
from app.exchange.reading.chat_history import FORMAT, role_of
from app.exchange.reading.intake import LARGEST_PIECE, Meter
from app.exchange.reading.tree import Node, Outline, carried, in_a_line

BEGINNING = b'SQLite format 3\x00'

STEPS = 10_000
"""Of SQLite's machine, between two looks whether to stop."""


def read(file: Path, owner_id: str, meter: Meter) -> Iterator[Carried]:
    """Yield the conversations of a file.

    Raises:
        ImportRefused: it is broken, or none of the predecessor's.
        Stopped: the reading was stopped.
    """
    try:
        address = f'{file.absolute().as_uri()}?mode=ro&immutable=1'
        # One thread after another takes a part of it.
        with closing(sqlite3.connect(address, uri=True, check_same_thread=False)) as database:
            database.text_factory = lambda data: data.decode('utf-8', 'replace')
            database.set_progress_handler(lambda: meter.stopped, STEPS)
            database.execute('PRAGMA trusted_schema = OFF')
            yield from _conversations(database, owner_id, meter)
    except sqlite3.Error as error:
        meter.look()
        raise ImportRefused(reason='bad_database') from error


def _conversations(database: sqlite3.Connection, owner_id: str, meter: Meter) -> Iterator[Carried]:
    said, outlines = _columns(database, 'messages'), _columns(database, 'conversations')
    if not {'conversation_id', 'role', 'content'} <= said or 'id' not in outlines:
        raise ImportRefused(reason='unknown_format')
    [[count]] = database.execute('SELECT count(*) FROM messages')
    read = 0
    for number, (key, rows) in enumerate(groupby(_rows(database, said, outlines), key=lambda row: row[0]), 1):
        messages = list(_within_limits(rows))
        try:
            made = _conversation(str(key), messages, owner_id)
        except ImportRefused as refusal:
            raise ImportRefused(**{'conversation': number, **refusal.details}) from refusal
        read += len(messages)
        meter.done = meter.total * read // max(count, 1)
        meter.look()
        if made is not None:
            yield made


def _columns(database: sqlite3.Connection, table: str) -> set[str]:
    kinds = database.execute("SELECT type FROM sqlite_master WHERE name = ? AND type = 'table'", [table]).fetchall()
    return {row[1] for row in database.execute(f'PRAGMA table_info({table})')} if kinds else set()


def _rows(database: sqlite3.Connection, said: set[str], outlines: set[str]) -> Iterator[tuple[Any, ...]]:
    """Yield conversation, message, role, content, time, title and time of the conversation; messages in order."""
    message = ', '.join(f'm.{name}' if name in said else 'NULL' for name in ('id', 'role', 'content', 'timestamp'))
    outline = ', '.join(f'c.{name}' if name in outlines else 'NULL' for name in ('title', 'timestamp'))
    query = (
        f'SELECT m.conversation_id, {message}, {outline} FROM messages m LEFT JOIN conversations c '  # noqa: S608
        'ON c.id = m.conversation_id ORDER BY m.conversation_id, m.rowid'
    )
    return iter(database.execute(query))


def _within_limits(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    length = 0
    for row in rows:
        length += len(row[3]) if isinstance(row[3], str | bytes) else 0
        if length > LARGEST_PIECE:
            raise ImportRefused(reason='too_long', limit=LARGEST_PIECE // 1_000_000)
        yield row


def _conversation(key: str, rows: list[tuple[Any, ...]], owner_id: str) -> Carried | None:
    nodes = in_a_line([_node(row, number) for number, row in enumerate(rows, 1)])
    *_, title, written_at = rows[0]
    return carried(
        Outline(
            format=FORMAT,
            owner_id=owner_id,
            key=key,
            title=shapes.text(title, 'title'),
            created_at=shapes.moment(written_at, 'timestamp'),
            current=nodes[-1].key,
        ),
        nodes,
    )


def _node(row: tuple[Any, ...], number: int) -> Node:
    _, key, role, content, written_at, *_ = row
    with shapes.at_message(number):
        return Node(
            key=f'#{number}' if key is None else shapes.name(key, 'id'),
            parent='',
            number=number,
            role=role_of(role),
            content=shapes.text(content, 'content'),
            created_at=shapes.moment(written_at, 'timestamp'),
        )
