"""The bytes of a JSON file in pieces that a parser takes: none ends within a text.

The parser begins a text anew with each piece of it, and so would take the square of its length. And whoever looks for
something outside of texts knows that a piece begins outside of one.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Protocol

import ijson

from app.errors import ImportRefused

JSON_FAULTS = (ijson.JSONError, UnicodeDecodeError)

LARGEST_TEXT = 32_000_000
"""Bytes of one text: an image of 24 MB written in letters. It is held three times for a moment, once with up to four
bytes for each of its characters."""

LONG_TEXT = b'2e999'
"""What stands in the place of a text that is too large: a number that nobody reckons with."""

MARKS: Mapping[bytes, str] = {b'\xff\xfe': 'UTF-16', b'\xfe\xff': 'UTF-16'}
BOM = b'\xef\xbb\xbf'
REPLACEMENT = rb'\ufffd'

LETTERS_OF_NO_NUMBER, LONGEST_NO_NUMBER = b'NaInfity-', len('-Infinity')

_NO_NUMBERS = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|(NaN|-?Infinity)', re.DOTALL)
_HALF_PAIR = re.compile(rb'\\u[dD][89a-fA-F]')
_ESCAPES = re.compile(rb'\\(?:u[dD][89abAB]\w\w\\u[dD][c-fC-F]\w\w|(u[dD][89a-fA-F]\w\w)|.)', re.DOTALL)


class Readable(Protocol):
    """What gives bytes until there are none."""

    def read(self) -> bytes:
        """Give the next bytes."""


def pieces(file: Readable) -> Iterator[tuple[int, bytes]]:
    """Yield the file in pieces, each with the byte at which it begins, a byte order mark left out.

    Half of a surrogate pair (a character cut in two by whoever wrote the file) is replaced by U+FFFD, since the parser
    refuses a second half and makes a question mark of a first. Numbers that are none (NaN and Infinity, which some
    programs write) become empty lists, which nobody takes for a number, and a text that is too large `LONG_TEXT`. All
    that keeps the length.

    Raises:
        ImportRefused: the file is in another encoding than UTF-8.
    """
    start, held = 0, Held()
    first = file.read()
    data = without_mark(first)
    start = len(first) - len(data)
    while data:
        if piece := held.add(data):
            yield start, mended(piece)
            start += len(piece)
        data = file.read()
    if rest := held.rest():
        yield start, mended(rest)


class Held:
    """Bytes that wait for the end of the text they are in; what it gives never ends within one."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self._within_text = False
        self._escape = b''
        self._passes_over = False

    def add(self, data: bytes) -> bytes:
        """Take the next bytes, and give what is complete now."""
        data = self._escape + data
        self._escape = b'\\' if (len(data) - len(data.rstrip(b'\\'))) % 2 else b''
        data = self._blanked(data.removesuffix(self._escape))
        bare = _bare(data)
        self._within_text ^= bare.count(b'"') % 2 == 1
        if self._passes_over:
            return data
        end = bare.rfind(b'"') if self._within_text else _without_beginning(data)
        self._parts.append(data)
        self._size += len(data)
        if end < 0:  # the text goes on
            return self._passed_over() if self._size > LARGEST_TEXT else b''
        self._parts[-1] = data[:end]
        complete = b''.join(self._parts)
        self._parts, self._size = [data[end:]], len(data) - end
        return complete

    def rest(self) -> bytes:
        """Give what is left."""
        return b'' if self._passes_over else b''.join([*self._parts, self._escape])

    def _passed_over(self) -> bytes:
        """Give a text up that is too long: put a number in its place, and blanks up to its end."""
        size, self._parts, self._size, self._passes_over = self._size, [], 0, True
        return LONG_TEXT.ljust(size)

    def _blanked(self, data: bytes) -> bytes:
        """Give the next bytes without what still belongs to a text that was given up."""
        if not self._passes_over:
            return data
        end = _bare(data).find(b'"')
        if end < 0:
            return b' ' * len(data)
        self._within_text = self._passes_over = False
        return b' ' * (end + 1) + data[end + 1 :]


def _bare(data: bytes) -> bytes:
    """Give bytes of the same length without the quotation marks that end no text.

    A backslash is one sign with what follows it, also with another one.
    """
    return data.replace(rb'\\', b'  ').replace(rb'\"', b'  ')


def without_mark(data: bytes) -> bytes:
    """Give the beginning of a file without the mark of its encoding.

    Raises:
        ImportRefused: it is another than UTF-8.
    """
    if data[:2] in MARKS:
        raise ImportRefused(reason='encoding', encoding=MARKS[data[:2]], byte=0)
    return data.removeprefix(BOM)


def _without_beginning(data: bytes) -> int:
    """Give the length of a piece without what may be the beginning of a number that is none."""
    end = len(data.rstrip(LETTERS_OF_NO_NUMBER))
    return end if len(data) - end < LONGEST_NO_NUMBER else len(data)


def mended(data: bytes) -> bytes:
    """Replace what the parser refuses, in a piece that neither begins nor ends within a text; see `pieces`."""
    if not (b'NaN' in data or b'Infinity' in data or _HALF_PAIR.search(data)):
        return data
    mended = bytearray(data)  # in place: millions of parts to be joined would take ten times the memory
    for found in _ESCAPES.finditer(data):
        if found[1]:
            mended[found.start() : found.end()] = REPLACEMENT
    for found in _NO_NUMBERS.finditer(data):
        if found[1]:
            mended[found.start() : found.end()] = b'[]'.ljust(len(found[1]))
    return bytes(mended)
