"""Reads JSON lines, one value a line, without ever holding a line beside its value."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from app.errors import ImportRefused
from app.exchange.reading.intake import CHUNK, Intake
from app.exchange.reading.json_bytes import JSON_FAULTS, pieces
from app.exchange.reading.json_events import EventParser
from app.exchange.reading.json_values import Builder


class JsonLines:
    """The lines of a file. How many came, and the checksum of their bytes, are known at the end."""

    def __init__(self, file: Intake) -> None:
        self.count = 0
        self._file = file
        self._sum = sha256()
        self._byte = 0

    @property
    def checksum(self) -> str:
        """Give the SHA-256 of all bytes that were read."""
        return self._sum.hexdigest()

    @property
    def place(self) -> dict[str, Any]:
        """Give the number of the line that was read last, from 1, and the byte at which it begins."""
        return {'line': self.count, 'byte': self._byte}

    def read(self, size: int = CHUNK) -> bytes:
        """Give the next bytes of the file, and count them in."""
        data = self._file.read(size)
        self._sum.update(data)
        return data

    def __iter__(self) -> Iterator[Any]:
        """Yield the value of each line.

        Raises:
            ImportRefused: a line is no JSON, or beyond a limit; with its place.
        """
        try:
            yield from self._values()
        except JSON_FAULTS as error:
            raise ImportRefused(reason='not_json', **self.place) from error
        except ImportRefused as refusal:
            raise ImportRefused(**{**self.place, **refusal.details}) from refusal

    def _values(self) -> Iterator[Any]:
        builder, parser = Builder(), None
        for start, data in pieces(self):
            *ended, rest = data.split(b'\n')
            byte = start
            for line in ended:
                parser = self._begun(parser, byte)
                yield from builder.take(parser.feed(line))
                yield from builder.take(parser.close())
                parser = None
                self._file.mark()
                byte += len(line) + 1
            if rest:
                parser = self._begun(parser, byte)
                yield from builder.take(parser.feed(rest))
        if parser is not None:
            yield from builder.take(parser.close())

    def _begun(self, parser: EventParser | None, byte: int) -> EventParser:
        if parser is None:
            self.count += 1
            self._byte = byte
        return parser or EventParser()
