"""The bytes of a JSON file in pieces that a parser takes."""

import re
from collections.abc import Iterator, Mapping

import ijson

from app.errors import ImportRefused
from app.exchange.reading.intake import CHUNK, Intake

JSON_FAULTS = (ijson.JSONError, UnicodeDecodeError)

MARKS: Mapping[bytes, str] = {b'\xff\xfe': 'UTF-16', b'\xfe\xff': 'UTF-16'}
BOM = b'\xef\xbb\xbf'

_HALF_PAIR = re.compile(rb'\\u[dD][c-fC-F]')
_ESCAPES = re.compile(rb'\\(?:u[dD][89abAB]\w\w\\u[dD][c-fC-F]\w\w|(u[dD][c-fC-F]\w\w)|.)', re.DOTALL)
LONGEST_ESCAPE = len(rb'\ud83d\ude00')
LONGEST_PIECE = 16 * CHUNK


def pieces(file: Intake) -> Iterator[tuple[int, bytes]]:
    """Yield the file in pieces, each with the byte at which it begins, a byte order mark left out.

    A second half of a surrogate pair that has no first (a character cut in two by whoever wrote the file) is replaced
    by U+FFFD, since the parser refuses it. That keeps the length.

    Raises:
        ImportRefused: the file is in another encoding than UTF-8.
    """
    start, kept = 0, b''
    while data := file.read():
        if start == 0 and not kept:
            if data[:2] in MARKS:
                raise ImportRefused(reason='encoding', encoding=MARKS[data[:2]], byte=0)
            if data.startswith(BOM):
                start, data = len(BOM), data[len(BOM) :]
        kept += data
        if end := _end_of_piece(kept):
            yield start, _mended(kept[:end])
            start, kept = start + end, kept[end:]
    if kept:
        yield start, _mended(kept)


def _end_of_piece(data: bytes) -> int:
    """Give where to cut, so that no escape is cut in two."""
    if b'\\' not in data[-LONGEST_ESCAPE:] or len(data) > LONGEST_PIECE:
        return len(data)
    return data.rfind(b' ') + 1


def _mended(data: bytes) -> bytes:
    if not _HALF_PAIR.search(data):
        return data
    return _ESCAPES.sub(lambda found: rb'\ufffd' if found[1] else found[0], data)
