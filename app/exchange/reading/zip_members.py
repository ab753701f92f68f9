"""Looks into a .zip without unpacking it: what is read streams, no path is followed, and a bomb is not set off.

What the list of members says of their sizes may be a lie: no more is unpacked of any than it says, and what it says is
held against the size of the file.
"""

import io
import struct
import zipfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path, PurePosixPath
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
    found = [member for member in archive.infolist() if member.filename.lower().endswith('.json')]
    called = [member for member in found if _is_called_so(PurePosixPath(member.filename.lower()))]
    check_sizes(archive, called or found)
    return called or found


def _is_called_so(path: PurePosixPath) -> bool:
    return path.name.startswith('conversations') or path.parent.name == 'design_chats'


def check_sizes(archive: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo]) -> None:
    """Make sure that members are what the file can hold, and become no more than it may become.

    Raises:
        ImportRefused: they are a bomb, or lie over each other.
    """
    held = archive.start_dir
    if sum(member.compress_size for member in members) > held:
        raise ImportRefused(reason='bad_zip')
    if sum(member.file_size for member in members) > max(SMALL, DENSEST * held):
        raise ImportRefused(reason='zip_bomb')


def intake(archive: zipfile.ZipFile, member: zipfile.ZipInfo, meter: Meter) -> Intake:
    """Open a member.

    Raises:
        ImportRefused: it cannot be unpacked, or is a bomb.
    """
    if member.flag_bits & ENCRYPTED:
        raise ImportRefused(reason='encrypted', file=member.filename)
    if member.compress_type not in METHODS:
        raise ImportRefused(reason='bad_zip', file=member.filename)
    if member.file_size > SMALL and member.file_size > DENSEST * member.compress_size:
        raise ImportRefused(reason='zip_bomb', file=member.filename)
    return Intake(partial(_open, archive, member), meter, member.filename)


def opened(file: Path) -> zipfile.ZipFile:
    """Open an archive.

    Raises:
        ImportRefused: it is broken, or has more members than any real one.
    """
    try:
        return _Archive(file)
    except _FAULTS as error:
        raise ImportRefused(reason='bad_zip') from error


def _open(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> IO[bytes]:
    try:
        return archive.open(member)
    except _FAULTS as error:
        raise ImportRefused(reason='bad_zip', file=member.filename) from error


class _Archive(zipfile.ZipFile):
    """An archive whose list of members is no longer than it may be."""

    def __init__(self, file: Path) -> None:
        self._stream = _Stream(io.FileIO(file))
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

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > LARGEST_LIST:
            raise ImportRefused(reason='zip_bomb')
        return super().read(size)
