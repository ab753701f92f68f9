"""Our own files: the archive of everything, and one conversation as JSON."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.domain.carried import Carried
from app.domain.conversation import Folder
from app.domain.document import Document
from app.errors import ImportRefused
from app.exchange.reading.archive import WRONG_RECORD, Archive
from app.exchange.reading.checking import checked, checked_folder
from app.exchange.reading.intake import Intake, Meter
from app.exchange.reading.json_stream import values
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
        yield from map(checked_folder, archive.folders())
        yield from archive.documents()
        for number, carried in enumerate(archive.conversations(), 1):
            yield checked(carried, number)


def read(file: Intake, owner_id: str, _: Say) -> Iterator[Carried]:
    """Yield the conversation of a file."""
    for number, record, _piece in values(file):
        try:
            made = checked(carried_from(record, owner_id), number)
        except WRONG_RECORD as error:
            field = ' '.join(str(error).split())[:80]
            raise ImportRefused(reason='wrong_shape', field=field, conversation=number) from error
        yield made
