"""The predecessor's SQLite file: tables `conversations` and `messages`."""

import sqlite3
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

from app.domain.carried import Carried
from app.domain.message import Role
from app.errors import ImportRefused
from app.exchange.reading import notes, shapes
from app.exchange.reading.chat_history.reader import FORMAT, ROLES
from app.exchange.reading.context import Reading
from app.exchange.reading.foreign_database import check_pages, columns, reading_of, row_at
from app.exchange.reading.intake import LARGEST_PIECE, Meter
from app.exchange.reading.nodes import Node, unread
from app.exchange.reading.remarks import Remark
from app.exchange.reading.tree import Outline, carried, check_number, in_a_line

TABLES = 'messages', 'conversations'
MESSAGE = 'id', 'role', 'content', 'timestamp', 'model', 'thinking'
OUTLINE = 'title', 'timestamp'

LONGEST_KEY = 200
"""Characters of a conversation's id; they are sorted."""

MOST_CONVERSATIONS = 200_000
"""Their ids are held in memory, 200 bytes each."""


def read(file: Path, reading: Reading, meter: Meter) -> Iterator[Carried | Remark]:
    """Yield the conversations of a file.

    Raises:
        ImportRefused: it is broken, or none of the predecessor's.
        Stopped: the reading was stopped.
    """
    with reading_of(file, TABLES, meter) as database:
        yield from _conversations(database, reading, meter)


def _conversations(database: sqlite3.Connection, reading: Reading, meter: Meter) -> Iterator[Carried | Remark]:
    said, outlines = (columns(database, table) for table in TABLES)
    if not {'conversation_id', 'role', 'content'} <= said or 'id' not in outlines:
        raise ImportRefused(reason='unknown_format')
    check_pages(database, TABLES)
    [[count]] = database.execute('SELECT count(*) FROM messages')
    known, read = _known(database), 0
    for number, (key, places) in enumerate(groupby(_places(database), key=lambda place: place[0]), 1):
        made, messages, outline = None, [], ('', None)
        with reading.conversation():
            outline = row_at(database, 'conversations', OUTLINE, outlines, known.get(str(key)))
            messages = _within_limits(row_at(database, 'messages', MESSAGE, said, place) for _, place in places)
            made = _conversation(str(key), messages, outline, reading)
        read += len(messages)
        meter.done = meter.total * read // max(count, 1)
        meter.look()
        if made is not None:
            yield made
        title = made.conversation.title if made else notes.plain(shapes.side_text(outline[0]))
        yield from (replace(remark, conversation=number, title=title) for remark in reading.take())


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


def _within_limits(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    kept, size = [], 0
    for row in rows:
        size += sum(sys.getsizeof(value) for value in row if isinstance(value, str | bytes))
        kept.append(row)
        if size > LARGEST_PIECE:
            raise ImportRefused(reason='too_long', limit=LARGEST_PIECE // 1_000_000)
        check_number(len(kept))
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
            title=reading.text(title, 'title'),
            created_at=reading.moment(written_at, 'timestamp'),
            current=nodes[-1].key,
        ),
        nodes,
    )


def _node(row: tuple[Any, ...], number: int, reading: Reading) -> Node:
    key, said, content, written_at, model, thinking = row
    with reading.message(number):
        role, speaker = reading.role(said, ROLES)
        return Node(
            key=f'#{number}' if key is None else reading.name(key, 'id'),
            parent='',
            number=number,
            role=role,
            speaker=speaker,
            content=shapes.text(content, 'content'),
            thinking=shapes.side_text(thinking),
            created_at=reading.moment(written_at, 'timestamp'),
            model=shapes.side_text(model) if role is Role.ASSISTANT else '',
        )
    value = dict(zip(MESSAGE, row, strict=True))
    return unread(reading.t, value, number=number, key=f'#{number}', is_user=said == 'user')
