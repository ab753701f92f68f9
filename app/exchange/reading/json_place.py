"""Finds the place of a fault in a JSON file, by reading the file a second time and step by step where it matters."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import Any

import ijson

from app.errors import ImportRefused
from app.exchange.reading.intake import Intake
from app.exchange.reading.json_bytes import JSON_FAULTS, pieces

MOST_PLACES = 100
"""Conversations of a file whose beginnings are looked for."""

_STEPS = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[^"]', re.DOTALL)
"""A text as a whole, everything else byte by byte. In bytes, a text would take the square of its length."""


def refusal(file: Intake, last: int) -> ImportRefused:
    """Say where the file stops to be JSON: in the piece `last`, or behind it if something is missing at the end."""
    parser = ijson.basic_parse_coro(_Outline())
    end, line, column = 0, 1, 1
    for number, (start, data) in enumerate(pieces(file), 1):
        file.mark()
        if number < last:
            parser.send(data)
        elif (offset := _first_fault(parser, data)) < len(data):
            line, column = _moved(line, column, data[:offset])
            return ImportRefused(reason='not_json', byte=start + offset, line=line, column=column)
        line, column = _moved(line, column, data)
        end = start + len(data)
    return ImportRefused(reason='cut_off' if end else 'empty_file', byte=end, line=line, column=column)


class Places:
    """Finds where conversations begin, one after the other, reading the file a second time at most.

    Only the first `MOST_PLACES` are looked for: within the piece of the file where one begins each step counts.
    """

    def __init__(self, file: Intake) -> None:
        self._again = file.again
        self._file: Intake | None = None  # opened with the first that is looked for
        self._pieces: Iterator[tuple[int, bytes]] = iter(())
        self._seen = _Outline()
        self._parser = ijson.basic_parse_coro(self._seen)
        self._index = self._found = 0
        self._steps: Iterator[tuple[int, bytes]] = iter(())

    def start_of(self, number: int, piece: int) -> int | None:
        """Give the byte at which the conversation with this number begins; the one before it ended in `piece`.

        Numbers have to grow from call to call. None if that is not known.
        """
        self._found += 1
        if self._found > MOST_PLACES:
            return None
        if self._file is None:
            self._file = self._again()
            self._pieces = _marked(self._file)
        while True:
            for start, step in self._steps:
                self._parser.send(step)
                if self._seen.begun >= number:
                    return start
            if not self._next(piece):
                return None

    def close(self) -> None:
        """Give the file back."""
        if self._file is not None:
            self._file.close()

    def _next(self, piece: int) -> bool:
        """Go on to the next piece, passing over those before `piece` at once; False if there is none."""
        for start, data in self._pieces:
            self._index += 1
            if self._index >= piece:
                self._steps = ((start + found.start(), found[0]) for found in _STEPS.finditer(data))
                return True
            self._parser.send(data)
        return False


def _marked(file: Intake) -> Iterator[tuple[int, bytes]]:
    """Yield the pieces of a file, of which nothing is kept: no piece is too much."""
    for piece in pieces(file):
        file.mark()
        yield piece


def _first_fault(parser: Any, data: bytes) -> int:
    for found in _STEPS.finditer(data):
        try:
            parser.send(found[0])
        except JSON_FAULTS:
            return found.start() + _fault_within(found[0])
    return len(data)


def _fault_within(step: bytes) -> int:
    """Give where a text has a fault; 0 if it has none, but stands where none may stand."""
    if not _is_faulty(step):
        return 0
    return bisect_left(range(len(step)), True, key=lambda offset: _is_faulty(step[: offset + 1]))


def _is_faulty(beginning: bytes) -> bool:
    try:
        ijson.basic_parse_coro(_Outline()).send(beginning)
    except JSON_FAULTS:
        return True
    return False


def _moved(line: int, column: int, data: bytes) -> tuple[int, int]:
    lines = data.count(b'\n')
    return line + lines, len(data) - data.rfind(b'\n') if lines else column + len(data)


class _Outline:
    """Counts the members of the outermost list; what is no list is its own only member."""

    def __init__(self) -> None:
        self.begun = 0
        self._members_at = 0
        self._depth = 0

    def send(self, event: tuple[str, Any]) -> None:
        """Take an event of the parser."""
        kind = event[0]
        if kind in ('end_map', 'end_array'):
            self._depth -= 1
            return
        if kind == 'start_array' and self._depth == 0:
            self._members_at = 1
        elif kind != 'map_key' and self._depth == self._members_at:
            self.begun += 1
        if kind in ('start_map', 'start_array'):
            self._depth += 1
