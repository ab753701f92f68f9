"""Our own files: the archive of everything, and one conversation as JSON."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.carried import Carried
from app.domain.conversation import Folder
from app.domain.document import Document
from app.errors import ImportRefused
from app.exchange.reading.archive import WRONG_RECORD, Archive
from app.exchange.reading.checking import checked, checked_folder
from app.exchange.reading.context import Reading
from app.exchange.reading.conversations import read_each
from app.exchange.reading.intake import Intake, Meter
from app.exchange.reading.remarks import Remark
from app.exchange.records import Record, carried_from


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person had set, as it is stored."""

    data: Record


Item = Carried | Document | Folder | Wishes | Remark
"""What a file may hold, and what is said of it."""


def read_archive(file: Path, owner_id: str, meter: Meter) -> Iterator[Item]:
    """Yield everything in an archive."""
    with Archive(file, owner_id, meter) as archive:
        meter.done, meter.total = 0, archive.size
        yield Wishes(archive.preferences())
        yield from map(checked_folder, archive.folders())
        yield from archive.documents()
        for number, carried in enumerate(archive.conversations(), 1):
            yield checked(carried, number)


def read(file: Intake, reading: Reading) -> Iterator[Carried | Remark]:
    """Yield the conversation of a file, or several."""
    return read_each(file, reading, lambda record: _conversation(record, reading.owner_id))


def _conversation(record: Any, owner_id: str) -> Carried:
    try:
        return checked(carried_from(record, owner_id), 0)
    except WRONG_RECORD as error:
        field = ' '.join(str(error).split())[:80]
        raise ImportRefused(reason='wrong_shape', field=field) from error
