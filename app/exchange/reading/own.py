"""Our own files: the archive of everything, and one conversation as JSON."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from app.domain.carried import Carried
from app.domain.conversation import Folder
from app.domain.document import Document
from app.errors import ImportRefused
from app.exchange.reading.archive import WRONG_RECORD, Archive
from app.exchange.reading.intake import Intake, Meter
from app.exchange.reading.notes import Say
from app.exchange.records import Record, carried_from


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person had set, as it is stored."""

    data: Record


Item = Carried | Document | Folder | Wishes
"""What a file may hold."""


def read_archive(file: Path, owner_id: str, meter: Meter) -> Iterator[Item]:
    """Yield everything in an archive."""
    with Archive(file, owner_id, meter) as archive:
        meter.done, meter.total = 0, archive.size
        yield Wishes(archive.preferences())
        yield from archive.folders()
        yield from archive.documents()
        for number, carried in enumerate(archive.conversations(), 1):
            yield _with_good_ids(carried, number)


def read(file: Intake, owner_id: str, _: Say) -> Iterator[Carried]:
    """Yield the conversation of a file."""
    data = b''.join(iter(file.read, b''))
    try:
        yield _with_good_ids(carried_from(json.loads(data), owner_id), 1)
    except json.JSONDecodeError as error:
        raise ImportRefused(reason='not_json', byte=error.pos, line=error.lineno, column=error.colno) from error
    except WRONG_RECORD as error:
        raise ImportRefused(reason='wrong_shape', field=' '.join(str(error).split())[:80], conversation=1) from error


def _with_good_ids(carried: Carried, number: int) -> Carried:
    """Make sure that addresses can name everything."""
    if not _is_id(carried.conversation.id):
        raise ImportRefused(reason='wrong_shape', field='id', conversation=number)
    ids = [*(message.id for message in carried.messages), *(queued.id for queued in carried.queued)]
    for place, key in enumerate(ids, 1):
        if not _is_id(key):
            raise ImportRefused(reason='wrong_shape', field='id', conversation=number, message=place)
    return carried


def _is_id(value: str) -> bool:
    try:
        return str(UUID(value)) == value
    except ValueError:
        return False
