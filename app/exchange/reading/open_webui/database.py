"""Open WebUI's own SQLite file, `webui.db`, as *Download Database* gives it: table `chat`, and names of `folder`.

It holds the chats of everybody who uses that server. Beside them lie copies of chats that were shared, whose `user_id`
begins with `shared-`: they are left out. No more is read of a file than it is long, however its pages are joined.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

from app.domain.carried import Carried
from app.errors import ImportRefused
from app.exchange.reading import notes, shapes
from app.exchange.reading.context import Reading
from app.exchange.reading.foreign_database import columns, reading_of, refusal, row_at
from app.exchange.reading.intake import CHUNK, Meter
from app.exchange.reading.json_bytes import JSON_FAULTS, pieces
from app.exchange.reading.json_events import EventParser
from app.exchange.reading.json_values import Builder
from app.exchange.reading.open_webui.reader import conversation
from app.exchange.reading.remarks import Remark

TABLES = 'chat', 'folder'
CHAT = (
    *('id', 'user_id', 'title', 'chat', 'meta', 'created_at', 'updated_at'),
    *('archived', 'pinned', 'folder_id', 'current_message_id'),
)
SHARED = 'shared-'

LARGEST_CHAT = 64_000_000
"""Bytes of a chat: images stand in it, written in letters."""

MOST_CHATS, MOST_FOLDERS = 200_000, 10_000


def read(file: Path, reading: Reading, meter: Meter) -> Iterator[Carried | Remark]:
    """Yield the conversations of a file.

    Raises:
        ImportRefused: it is broken, or none of Open WebUI's.
        Stopped: the reading was stopped.
    """
    with reading_of(file, TABLES, meter, longest=LARGEST_CHAT) as database:
        yield from _Chats(database, file.stat().st_size, reading, meter).read()


class _Chats:
    """The chats of one database of `size` bytes."""

    def __init__(self, database: sqlite3.Connection, size: int, reading: Reading, meter: Meter) -> None:
        self._database = database
        self._known = columns(database, 'chat')
        if not {'id', 'chat'} <= self._known:
            raise ImportRefused(reason='unknown_format')
        self._folders = self._names()
        self._left = size
        self._reading = reading
        self._meter = meter
        database.text_factory = bytes  # which take a quarter of the memory that a text with one emoji in it takes

    def read(self) -> Iterator[Carried | Remark]:
        """Yield the conversations, and what could not be read of them."""
        places = self._database.execute('SELECT rowid FROM chat LIMIT ?', [MOST_CHATS + 1])
        for number, (place,) in enumerate(places, 1):
            if number > MOST_CHATS:
                yield Remark(reason='more_conversations', details={'limit': MOST_CHATS})
                return
            made, chat = None, {}
            with self._reading.conversation():
                chat = self._row(place)
                made = self._conversation(chat)
            self._meter.look()
            if made is not None:
                yield made
            title = notes.plain(_text(chat.get('title')))
            yield from (replace(remark, conversation=number, title=title) for remark in self._reading.take())

    def _names(self) -> Mapping[str, str]:
        """Give the names of folders by their ids."""
        if not {'id', 'name'} <= columns(self._database, 'folder'):
            return {}
        rows = self._database.execute(
            'SELECT id, substr(name, 1, 1000) FROM folder WHERE length(id) < 100 AND name IS NOT NULL LIMIT ?',
            [MOST_FOLDERS],
        )
        return {str(key): str(name) for key, name in rows}

    def _row(self, place: int) -> dict[str, Any]:
        try:
            values = row_at(self._database, 'chat', CHAT, self._known, place)
        except sqlite3.DatabaseError as error:
            raise refusal(error, LARGEST_CHAT) from error
        read = sum(len(value) for value in values if isinstance(value, bytes))
        self._left -= read
        self._meter.done += read
        if self._left < 0:
            raise sqlite3.DatabaseError('more than its pages can hold')
        return dict(zip(CHAT, values, strict=True))

    def _conversation(self, chat: dict[str, Any]) -> Carried | None:
        if _text(chat['user_id']).startswith(SHARED):
            return None
        said, meta = _parsed(chat.pop('chat')), _parsed(chat['meta'])
        told = {name: _text(value) if isinstance(value, bytes) else value for name, value in chat.items()}
        folder = self._folders.get(shapes.side_text(told['folder_id']), '')
        return conversation({**told, 'chat': said, 'meta': meta}, self._reading, folder)


def _text(value: Any) -> str:
    return value.decode('utf-8', 'replace') if isinstance(value, bytes) else ''


def _parsed(value: Any) -> Any:
    """Give what a column of JSON says; what is no text is what it says.

    Raises:
        ImportRefused: it is no JSON, or beyond a limit.
    """
    if not isinstance(value, bytes) or not value.strip():
        return None if isinstance(value, bytes) else value
    builder, parser = Builder(), EventParser()
    found: list[Any] = []
    try:
        for _, data in pieces(_InPieces(value)):
            found += builder.take(parser.feed(data))
        found += builder.take(parser.close())
    except JSON_FAULTS as error:
        raise ImportRefused(reason='not_json') from error
    said = found[0] if found else None
    if isinstance(said, ImportRefused):
        raise said
    return said


class _InPieces:
    """Bytes that are read a piece at a time."""

    def __init__(self, data: bytes) -> None:
        self._rest = BytesIO(data)

    def read(self) -> bytes:
        """Give the next piece, nothing at the end."""
        return self._rest.read(CHUNK)
