"""Our own files: the archive of everything, and one conversation as JSON."""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.carried import Carried
from app.domain.conversation import Folder
from app.domain.document import Document
from app.exchange.archive import MANIFEST, MEMBERS
from app.exchange.reading.archive import Archive, conversation_of
from app.exchange.reading.context import Reading
from app.exchange.reading.conversations import read_each
from app.exchange.reading.intake import Intake, Meter
from app.exchange.reading.remarks import Remark
from app.exchange.records import Record


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person had set, as it is stored."""

    data: Record


@dataclass(frozen=True, slots=True)
class Origin:
    """Which program wrote what follows in the file, by its name among `origins.ORIGINS`."""

    name: str


Item = Carried | Document | Folder | Wishes | Remark | Origin
"""What a file may hold, and what is said of it."""


def size(archive: zipfile.ZipFile) -> int:
    """Give the bytes of all members of an archive, as they are when unpacked."""
    return sum(member.file_size for member in archive.infolist() if member.filename in MEMBERS)


def read_archive(opened: zipfile.ZipFile, reading: Reading, meter: Meter) -> Iterator[Item]:
    """Yield everything in an archive, and a remark if its manifest cannot be read: who knows then what is missing?"""
    archive = Archive(opened, reading, meter)
    if not archive.has_manifest:
        yield Remark(reason='no_manifest', file=MANIFEST)
    for each in archive.preferences():
        yield each if isinstance(each, Remark) else Wishes(each)
    yield from archive.folders()
    yield from archive.documents()
    yield from archive.conversations()


def read(file: Intake, reading: Reading) -> Iterator[Carried | Remark]:
    """Yield the conversation of a file, or several."""
    return read_each(file, reading, lambda record: conversation_of(record, reading))
