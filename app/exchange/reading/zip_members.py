"""Looks into a .zip without unpacking it: what is read streams, no path is followed, and a bomb is not set off."""

import struct
import zipfile
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from app.errors import ImportRefused
from app.exchange.reading.intake import Intake, Meter

BEGINNINGS = (b'PK\x03\x04', b'PK\x05\x06')

LARGEST_LIST = 32_000_000
"""Bytes of the list of members, which is read as a whole: some 300,000 members."""

DENSEST = 150
"""Times that text may grow when it is unpacked; real conversations grow 3 to 20 times."""

SMALL = 20_000_000
"""Bytes up to which it does not matter."""

METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
ENCRYPTED = 1

_END = struct.Struct('<4s4H2LH')
_END_64 = struct.Struct('<4sQ2H2L4Q')
_LOCATOR_64 = struct.Struct('<4sLQL')
_LONGEST_COMMENT = 0xFFFF


def json_members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Give the members that may hold conversations: those called so, or else every .json."""
    found = [member for member in archive.infolist() if member.filename.lower().endswith('.json')]
    called = [member for member in found if PurePosixPath(member.filename).name.lower().startswith('conversations')]
    return called or found


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
    with file.open('rb') as stream:
        if _length_of_list(stream, file.stat().st_size) > LARGEST_LIST:
            raise ImportRefused(reason='zip_bomb')
    try:
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, UnicodeDecodeError, struct.error) as error:
        raise ImportRefused(reason='bad_zip') from error


def _open(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> IO[bytes]:
    try:
        return archive.open(member)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise ImportRefused(reason='bad_zip', file=member.filename) from error


def _length_of_list(stream: IO[bytes], size: int) -> int:
    """Give the bytes of the list of members, from the record at the end of the file (APPNOTE 4.3.16, 4.3.14)."""
    start = max(0, size - _END.size - _LONGEST_COMMENT)
    stream.seek(start)
    tail = stream.read()
    at = tail.rfind(b'PK\x05\x06')
    if at < 0 or len(tail) < at + _END.size:
        raise ImportRefused(reason='bad_zip')
    *_, length, offset, _comment = _END.unpack_from(tail, at)
    if 0xFFFFFFFF not in (length, offset):
        return int(length)
    stream.seek(max(0, start + at - _LOCATOR_64.size))
    locator = stream.read(_LOCATOR_64.size)
    if len(locator) < _LOCATOR_64.size or not locator.startswith(b'PK\x06\x07'):
        return int(length)
    stream.seek(_LOCATOR_64.unpack(locator)[2])
    record = stream.read(_END_64.size)
    return int(_END_64.unpack(record)[8]) if len(record) == _END_64.size else LARGEST_LIST + 1
