"""Finds out what a file is by how it begins, and reads it. A new format is joined here."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from itertools import islice
from pathlib import Path

from app.domain.carried import Carried
from app.errors import ImportRefused
from app.exchange.archive import is_archive
from app.exchange.reading import (
    chat_history,
    chat_history_database,
    chatgpt,
    claude,
    librechat,
    open_webui,
    own,
    zip_members,
)
from app.exchange.reading.intake import Intake, Meter, in_file
from app.exchange.reading.json_bytes import without_mark
from app.exchange.reading.json_stream import outline
from app.exchange.reading.notes import Say
from app.exchange.reading.own import Item

Reader = Callable[[Intake, str, Say], Iterator[Carried]]

TELLING: Mapping[tuple[str, ...], Reader] = {
    ('conversation',): own.read,
    ('mapping',): chatgpt.read,
    ('chat_messages',): claude.read,
    ('chat',): open_webui.read,
    ('conversationId',): librechat.read,
    ('messagesTree',): librechat.read,
    ('messages', 'messageId'): librechat.read,
    ('messages', 'isCreatedByUser'): librechat.read,
    ('messages', 'role'): chat_history.read,
}
"""Keys of a conversation that tell its format, as paths."""

LOOKED_AT = 5000
"""Keys that are looked at before giving up: some write long lists before what tells."""


def read_file(file: Path, owner_id: str, t: Say, meter: Meter) -> Iterator[Item]:
    """Yield what is in a file for `owner_id`, whatever its format; nothing is read before the first step.

    Raises:
        ImportRefused: it has a fault, or it is in no format we know.
        Stopped: the meter was stopped.
    """
    with file.open('rb') as stream:
        beginning = stream.read(len(chat_history_database.BEGINNING))
    if beginning.startswith(chat_history_database.BEGINNING):
        yield from chat_history_database.read(file, owner_id, meter)
    elif beginning.startswith(zip_members.BEGINNINGS):
        yield from _read_zip(file, owner_id, t, meter)
    else:
        yield from _read_json(Intake(lambda: file.open('rb'), meter), owner_id, t)


def recognised(file: Intake) -> Reader | None:
    """Give the reader of a JSON file, None if its format is none we know. An empty list has nothing to read."""
    if not _looks_like_json(file.again()):
        return None
    with closing(file.again()) as beginning:
        for path in islice(outline(beginning), LOOKED_AT):
            if path in TELLING:
                return TELLING[path]
    return None


def _read_json(file: Intake, owner_id: str, t: Say) -> Iterator[Carried]:
    with closing(file):
        reader = recognised(file)
        if reader is None:
            raise ImportRefused(reason='unknown_format')
        yield from reader(file, owner_id, t)


def _read_zip(file: Path, owner_id: str, t: Say, meter: Meter) -> Iterator[Item]:
    with zip_members.opened(file) as archive:
        if is_archive(archive.namelist()):
            yield from own.read_archive(file, owner_id, meter)
            return
        found = []
        for member in zip_members.json_members(archive):
            with closing(zip_members.intake(archive, member, meter)) as intake:
                if (reader := recognised(intake)) is not None:
                    found.append((member, reader))
        if not found:
            raise ImportRefused(reason='unknown_format')
        meter.total = sum(member.file_size for member, _ in found)
        for member, reader in found:
            with closing(zip_members.intake(archive, member, meter)) as intake, in_file(member.filename):
                yield from reader(intake, owner_id, t)


def _looks_like_json(file: Intake) -> bool:
    with closing(file):
        return without_mark(file.read()).lstrip()[:1] in (b'[', b'{')
