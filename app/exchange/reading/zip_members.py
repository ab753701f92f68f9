"""Looks into a .zip without unpacking it: what is read streams, no path is followed, and a bomb is not set off.

What the list of members says of their sizes may be a lie: no more is unpacked of any than it says, and what it says is
held against the size of the file.
"""

import io
import os
import struct
import zipfile
from collections.abc import Sequence
from functools import partial
from pathlib import PurePosixPath
from typing import IO

from app.errors import ImportRefused
from app.exchange.reading.intake import BROKEN_ARCHIVE, Intake, Meter

BEGINNINGS = (b'PK\x03\x04', b'PK\x05\x06')

LARGEST_LIST = 8_000_000
"""Bytes of the list of members, which is read as a whole and takes up to fifteen times that in memory: some 70,000
members with names as ChatGPT gives them."""

DENSEST = 150
"""Times that text may grow when it is unpacked; real conversations grow 3 to 20 times."""

SMALL = 20_000_000
"""Bytes up to which it does not matter."""

METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
ENCRYPTED = 1

_FAULTS = (*BROKEN_ARCHIVE, NotImplementedError, RuntimeError, ValueError, OverflowError, OSError, struct.error)
"""What zipfile raises at lists that say what cannot be; `UnicodeDecodeError` is a `ValueError`."""


def json_members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Give the members that may hold conversations: those called so, or else every .json.

    Raises:
        ImportRefused: together they are a bomb, or lie over each other.
    """
    found = _ending(archive, '.json')
    called = [member for member in found if _is_called_so(member)]
    check_sizes(archive, called or found)
    return called or found


def archives(archive: zipfile.ZipFile, *, all_of_them: bool) -> list[zipfile.ZipInfo]:
    """Give the members that are archives themselves; unless `all_of_them`, only those called after conversations.

    Others may be what a person had attached.
    """
    found = _ending(archive, '.zip')
    return found if all_of_them else [member for member in found if _is_called_so(member)]


def _ending(archive: zipfile.ZipFile, ending: str) -> list[zipfile.ZipInfo]:
    """Give the members whose names end so, without those that macOS puts beside each file."""
    named = [(member, PurePosixPath(member.filename.lower())) for member in archive.infolist()]
    return [
        member
        for member, path in named
        if path.suffix == ending and not path.name.startswith('._') and '__macosx' not in path.parts
    ]


def _is_called_so(member: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(member.filename.lower())
    return path.name.startswith('conversations') or path.parent.name == 'design_chats'


def most_unpacked(size: int) -> int:
    """Give how many bytes a file of so many may become, with all that lies in it."""
    return max(SMALL, DENSEST * size)


def check_sizes(archive: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo]) -> None:
    """Make sure that members are what the file can hold, and become no more than it may become.

    Raises:
        ImportRefused: they are a bomb, or lie over each other.
    """
    held = archive.start_dir
    if sum(member.compress_size for member in members) > held:
        raise ImportRefused(reason='bad_zip')
    if sum(member.file_size for member in members) > most_unpacked(held):
        raise ImportRefused(reason='zip_bomb')


def intake(archive: zipfile.ZipFile, member: zipfile.ZipInfo, meter: Meter, *, counts: bool = True) -> Intake:
    """Open a member; whether its bytes are progress, `counts` tells.

    Raises:
        ImportRefused: it cannot be unpacked, or is a bomb.
    """
    if member.flag_bits & ENCRYPTED:
        raise ImportRefused(reason='encrypted', file=member.filename)
    if member.compress_type not in METHODS:
        raise ImportRefused(reason='bad_zip', file=member.filename)
    if member.file_size > SMALL and member.file_size > DENSEST * member.compress_size:
        raise ImportRefused(reason='zip_bomb', file=member.filename)
    return Intake(partial(_open, archive, member), meter, member.filename, counts=counts)


def opened(stream: IO[bytes], depth: int = 0) -> zipfile.ZipFile:
    """Open the archive in a file, which stays open. For one that lies within others, `depth` deep, the list of members
    may only be so long that those of all of them together are hardly longer.

    Raises:
        ImportRefused: it is broken, or has more members than any real one.
    """
    try:
        return _Archive(stream, LARGEST_LIST >> 3 * depth)
    except _FAULTS as error:
        raise ImportRefused(reason='bad_zip') from error


def _open(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> IO[bytes]:
    try:
        return archive.open(member)
    except _FAULTS as error:
        raise ImportRefused(reason='bad_zip', file=member.filename) from error


class _Archive(zipfile.ZipFile):
    """An archive whose list of members is no longer than it may be."""

    def __init__(self, stream: IO[bytes], longest: int) -> None:
        self._stream = _Stream(io.FileIO(os.dup(stream.fileno())), longest)
        try:
            super().__init__(self._stream)
        except BaseException:
            self._stream.close()
            raise

    def close(self) -> None:
        super().close()
        self._stream.close()


class _Stream(io.BufferedReader):
    """A file that gives only so much at a time. The list is the only thing that zipfile reads as a whole, and how long
    it says to be stands in one of several places.
    """

    def __init__(self, raw: io.FileIO, longest: int) -> None:
        super().__init__(raw)
        self._longest = longest

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > self._longest:
            raise ImportRefused(reason='zip_bomb')
        return super().read(size)
