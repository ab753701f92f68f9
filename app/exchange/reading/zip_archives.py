"""Reads what lies in a .zip, and in those within it: large accounts get one that holds others.

Those within are copied to the disk one after the other, beside the file that was given. However they lie in each other,
all of them together may become no more than one may.
"""

import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryFile, gettempdir
from typing import IO

from app.domain.carried import Carried
from app.errors import ImportRefused
from app.exchange.archive import is_archive
from app.exchange.reading import own, zip_members
from app.exchange.reading.claude import projects as claude_projects
from app.exchange.reading.claude import reader as claude
from app.exchange.reading.context import Reading
from app.exchange.reading.disk_space import check_space
from app.exchange.reading.intake import Intake, Meter
from app.exchange.reading.origins import origin_of
from app.exchange.reading.own import Item
from app.exchange.reading.remarks import Remark, remark_of

Reader = Callable[[Intake, Reading], Iterator[Carried | Remark]]
Found = list[tuple[zipfile.ZipInfo, Reader]]

DEEPEST_ZIP = 3
"""How many times a .zip may lie within another."""


class ZipArchives:
    """The archives in one file. `recognise` gives the reader of what lies in them, None where there is none."""

    def __init__(
        self, file: Path, reading: Reading, meter: Meter, recognise: Callable[[Intake], Reader | None]
    ) -> None:
        self._file = file
        self._reading = reading
        self._meter = meter
        self._recognise = recognise
        self._knows_any = False
        self._left = zip_members.most_unpacked(file.stat().st_size)

    def read(self) -> Iterator[Item]:
        """Yield everything in all of them. A part that cannot be read is remarked.

        Raises:
            ImportRefused: it cannot be opened, is a trap, or there is nothing in it that we know.
            Stopped: the reading was stopped.
        """
        self._meter.total = 0
        with self._file.open('rb') as stream:
            yield from self._read(stream, '', 0)
        if not self._knows_any:
            raise ImportRefused(reason='unknown_format')

    def _read(self, stream: IO[bytes], name: str, depth: int) -> Iterator[Item]:
        """Yield what is in an archive that lies `depth` others deep and is called `name`, with all before it."""
        with zip_members.opened(stream, depth) as archive:
            if is_archive(archive.namelist()):
                self._knows_any = True
                self._spend(own.size(archive))
                self._meter.total += own.size(archive)
                yield origin_of(own.read)
                yield from _named(name, own.read_archive(archive, self._reading, self._meter))
                return
            found: Found = []
            yield from self._look(archive, name, found)
            self._knows_any |= bool(found)
            yield from self._members(archive, name, found)
            for member in zip_members.archives(archive, all_of_them=not found):
                yield from self._inner(archive, member, _path(name, member), depth + 1)

    def _look(self, archive: zipfile.ZipFile, name: str, found: Found) -> Iterator[Remark]:
        """Find what can be read in an archive, and remark what might have been."""
        members = zip_members.json_members(archive)
        self._spend(sum(member.file_size for member in members))
        for member in members:
            try:
                with closing(zip_members.intake(archive, member, self._meter)) as intake:
                    if (reader := self._recognise(intake)) is not None:
                        found.append((member, reader))
            except ImportRefused as refusal:
                yield self._remarked(refusal, _path(name, member))

    def _members(self, archive: zipfile.ZipFile, name: str, found: Found) -> Iterator[Item]:
        self._meter.total += sum(member.file_size for member, _ in found)
        if any(reader is claude.read for _, reader in found):
            self._reading.projects = claude_projects.names(archive, self._meter)
        for member, reader in found:
            with closing(zip_members.intake(archive, member, self._meter)) as intake:
                yield origin_of(reader)
                yield from _named(_path(name, member), reader(intake, self._reading))

    def _inner(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, depth: int) -> Iterator[Item]:
        """Yield what is in an archive within another; it is on the disk meanwhile."""
        if depth > DEEPEST_ZIP:
            self._knows_any = True
            yield Remark(reason='deep_zip', file=name, details={'limit': DEEPEST_ZIP})
            return
        self._spend(member.file_size)
        folder = self._folder(member.file_size)
        with TemporaryFile(dir=folder) as copy:  # goes when it is closed
            try:
                with closing(zip_members.intake(archive, member, self._meter, counts=False)) as intake:
                    while data := intake.read():
                        copy.write(data)
                copy.flush()
                yield from self._read(copy, name, depth)
            except ImportRefused as refusal:
                yield self._remarked(refusal, name)

    def _folder(self, size: int) -> str:
        """Give the folder for a copy of so many bytes: where the file lies, if it lies where we may write."""
        folder = str(self._file.parent) if os.access(self._file.parent, os.W_OK) else gettempdir()
        check_space(Path(folder), size)
        return folder

    def _spend(self, size: int) -> None:
        """Count what is unpacked, over everything in the file."""
        self._left -= size
        if self._left < 0:
            raise ImportRefused(reason='zip_bomb')

    def _remarked(self, refusal: ImportRefused, name: str) -> Remark:
        """Make a remark about a part of the file; a trap is none, it ends the reading."""
        if refusal.details['reason'] in ('zip_bomb', 'no_space'):
            raise refusal
        self._knows_any = True
        return replace(remark_of(refusal), file=name)


def _path(name: str, member: zipfile.ZipInfo) -> str:
    return str(PurePosixPath(name, member.filename.lstrip('/')))


def _named(name: str, items: Iterator[Item]) -> Iterator[Item]:
    """Put the name of the part of the file into what is remarked of it; an archive of ours says the rest."""
    for item in items:
        yield replace(item, file=str(PurePosixPath(name, item.file))) if isinstance(item, Remark) else item
