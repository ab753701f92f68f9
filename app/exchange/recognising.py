"""Finds out what a file is by how it begins, and reads it. A new format is joined here."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from itertools import islice
from pathlib import Path

from app.errors import ImportRefused
from app.exchange.reading import foreign_database, own, zip_members
from app.exchange.reading.chat_history import database as chat_history_database
from app.exchange.reading.chat_history import reader as chat_history
from app.exchange.reading.chatgpt import reader as chatgpt
from app.exchange.reading.claude import design as claude_design
from app.exchange.reading.claude import reader as claude
from app.exchange.reading.context import Reading
from app.exchange.reading.intake import Intake, Meter
from app.exchange.reading.json_bytes import without_mark
from app.exchange.reading.json_stream import outline
from app.exchange.reading.librechat import reader as librechat
from app.exchange.reading.notes import Say
from app.exchange.reading.open_webui import database as open_webui_database
from app.exchange.reading.open_webui import reader as open_webui
from app.exchange.reading.origins import origin_of
from app.exchange.reading.own import Item, Origin
from app.exchange.reading.remarks import Remark
from app.exchange.reading.zip_archives import Reader, ZipArchives

TELLING: Mapping[tuple[str, ...], Reader] = {
    ('conversation',): own.read,
    ('mapping',): chatgpt.read,
    ('chat_messages',): claude.read,
    ('chat',): open_webui.read,
    ('history', 'messages'): open_webui.read,
    ('conversationId',): librechat.read,
    ('messagesTree',): librechat.read,
    ('messages', 'messageId'): librechat.read,
    ('messages', 'isCreatedByUser'): librechat.read,
    ('messages', 'uuid'): claude_design.read,
    ('messages', 'role'): chat_history.read,
}
"""Keys of a conversation that tell its format, as paths."""

LOOKED_AT = 5000
"""Keys that are looked at before giving up: some write long lists before what tells."""


NOTHING_SET = own.Wishes({})
"""Preferences that are none."""


def read_file(file: Path, owner_id: str, t: Say, meter: Meter) -> Iterator[Item]:
    """Yield what is in a file for `owner_id`, whatever its format, with a remark about each thing that could not be
    read as it is; nothing is read before the first step.

    Raises:
        ImportRefused: nothing of it could be read, it is a trap, or it is in no format we know.
        Stopped: the meter was stopped.
    """
    first, is_empty = None, True
    for item in _items(file, Reading(owner_id, t), meter):
        if isinstance(item, Remark):
            first = first or item
        elif item != NOTHING_SET and not isinstance(item, Origin):
            is_empty = False
        yield item
    if first is not None and is_empty:
        raise first.as_refusal()


def _items(file: Path, reading: Reading, meter: Meter) -> Iterator[Item]:
    with file.open('rb') as stream:
        beginning = stream.read(len(foreign_database.BEGINNING))
    if beginning.startswith(foreign_database.BEGINNING):
        yield from _read_database(file, reading, meter)
    elif beginning.startswith(zip_members.BEGINNINGS):
        yield from ZipArchives(file, reading, meter, recognised).read()
    else:
        yield from _read_json(Intake(lambda: file.open('rb'), meter), reading)


def recognised(file: Intake) -> Reader | None:
    """Give the reader of a JSON file, None if its format is none we know. An empty list has nothing to read."""
    if not _looks_like_json(file.again()):
        return None
    with closing(file.again()) as beginning:
        for path in islice(outline(beginning), LOOKED_AT):
            if path in TELLING:
                return TELLING[path]
    return None


def _read_database(file: Path, reading: Reading, meter: Meter) -> Iterator[Item]:
    with foreign_database.reading_of(file, open_webui_database.TABLES, meter) as database:
        is_open_webui = bool(foreign_database.columns(database, 'chat'))
    yield origin_of(open_webui.read if is_open_webui else chat_history.read)
    yield from (open_webui_database if is_open_webui else chat_history_database).read(file, reading, meter)


def _read_json(file: Intake, reading: Reading) -> Iterator[Item]:
    with closing(file):
        reader = recognised(file)
        if reader is None:
            raise ImportRefused(reason='unknown_format')
        yield origin_of(reader)
        yield from reader(file, reading)


def _looks_like_json(file: Intake) -> bool:
    with closing(file):
        return without_mark(file.read()).lstrip()[:1] in (b'[', b'{')
