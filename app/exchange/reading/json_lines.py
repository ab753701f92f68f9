"""Reads JSON lines, one value a line, without ever holding a line beside its value. A bad line costs only itself."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

from app.errors import ImportRefused
from app.exchange.reading.intake import CHUNK, LARGEST_PIECE, Intake
from app.exchange.reading.json_bytes import JSON_FAULTS, Held, mended, without_mark
from app.exchange.reading.json_events import Event, EventParser
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

    def __iter__(self) -> Iterator[Any]:
        """Yield the value of each line; the `ImportRefused` in the place of one that is no JSON, or beyond a limit."""
        line, data = None, self._read()
        byte = len(data) - len(data := without_mark(data))
        while data:
            *ended, rest = data.split(b'\n')
            for part in ended:
                line = line or self._begun(byte)
                line.take(part)
                yield line.value()
                line = None
                self._file.mark()
                byte += len(part) + 1
            if rest:
                line = line or self._begun(byte)
                line.take(rest, is_too_long=self._file.is_too_long)
                byte += len(rest)
            data = self._read()
        if line is not None:
            yield line.value()

    def _read(self) -> bytes:
        data = self._file.read(CHUNK)
        self._sum.update(data)
        return data

    def _begun(self, byte: int) -> '_Line':
        self.count += 1
        self._byte = byte
        return _Line()


class _Line:
    """One line as it comes; after a fault nothing of it is kept."""

    def __init__(self) -> None:
        self._held = Held()
        self._parser = EventParser()
        self._builder = Builder()
        self._values: list[Any] = []
        self._fault: ImportRefused | None = None

    def take(self, data: bytes, *, is_too_long: bool = False) -> None:
        """Take the next bytes."""
        if is_too_long:
            self._builder.refuse('too_long', LARGEST_PIECE // 1_000_000)
        if self._fault is None:
            self._try(lambda: self._fed(self._held.add(data)))

    def value(self) -> Any:
        """Give what the line says, or why it says nothing."""
        if self._fault is None:
            self._try(lambda: self._fed(self._held.rest()))
        if self._fault is None:
            self._try(self._parser.close)
        if self._fault is None and len(self._values) != 1:
            self._fault = ImportRefused(reason='bad_line')
        return self._fault or self._values[0]

    def _fed(self, piece: bytes) -> list[Event]:
        return self._parser.feed(mended(piece)) if piece else []  # nothing means the end to it

    def _try(self, tell: Callable[[], list[Event]]) -> None:
        try:
            self._values += self._builder.take(tell())
        except JSON_FAULTS:
            self._fault = self._builder.refusal or ImportRefused(reason='bad_line')
        except ImportRefused as refusal:
            self._fault = refusal
