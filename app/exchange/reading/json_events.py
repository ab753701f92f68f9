"""What stands in a JSON text, event by event, as the bytes come. The parser is ijson's, written in C.

It makes numbers of whatever digits it meets, and ends the process when Python refuses to make one (more than 4,300
digits). So numbers are looked at before it meets them, which costs a hundredth of its time.
"""

import re
from decimal import InvalidOperation
from typing import Any

import ijson

from app.errors import ImportRefused

Event = tuple[str, Any]
"""What ijson tells: `start_map`, `map_key`, `number` …, and the key or the value."""

LONGEST_NUMBER = 400
"""Characters of a number: any that a computer reckons with fits, written out in full it has 309 digits. Python's own
limit may be set as low as 640."""

NUMERIC = b'+-.0123456789Ee'
_AS_ZEROS = bytes(ord('0') if byte in NUMERIC else ord(' ') for byte in range(256))
_TOO_MANY = b'0' * (LONGEST_NUMBER + 1)
_TEXT = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)


class EventParser:
    """Tells what stands in one JSON text. Its faults are `json_bytes.JSON_FAULTS`."""

    def __init__(self) -> None:
        self._events: list[Event] = ijson.sendable_list()
        self._parser = ijson.basic_parse_coro(self._events)
        self._numbers = LongNumbers()

    def feed(self, data: bytes, byte: int = 0) -> list[Event]:
        """Take the next piece, which begins at `byte` and not within a text, and give what it told.

        The list is good until the next call.

        Raises:
            ImportRefused: a number is longer than any real one.
        """
        self._events.clear()
        if (offset := self._numbers.find(data)) is not None:
            raise ImportRefused(reason='long_number', byte=byte + offset)
        try:
            self._parser.send(data)
        except InvalidOperation as error:  # an exponent of 19 digits
            raise ImportRefused(reason='long_number') from error
        return self._events

    def close(self) -> list[Event]:
        """Say that nothing more comes, and give what was told by that: a number may end with the text."""
        self._events.clear()
        self._parser.close()
        return self._events


class LongNumbers:
    """Looks for numbers that are too long, outside of texts, in pieces none of which ends within a text."""

    def __init__(self) -> None:
        self._kept = b''

    def find(self, piece: bytes) -> int | None:
        """Give where such a number begins in the next piece (below 0: in an earlier one), None if there is none."""
        earlier = len(self._kept)
        data = self._kept + piece
        self._kept = data[len(data.rstrip(NUMERIC)) :]
        if _TOO_MANY not in data.translate(_AS_ZEROS):
            return None
        bare = _TEXT.sub(lambda text: b' ' * len(text[0]), data)
        offset = bare.translate(_AS_ZEROS).find(_TOO_MANY)
        return None if offset < 0 else offset - earlier
