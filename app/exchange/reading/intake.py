"""A file that is being read: it counts, it can be stopped, and it can be begun again to look for a fault's place."""

import zipfile
import zlib
from collections.abc import Callable
from typing import IO

from app.errors import ImportRefused

CHUNK = 64 * 1024
"""Bytes read at a time."""

LARGEST_PIECE = 100_000_000
"""Bytes of one conversation: more than any text, and few enough to be held in memory."""

BROKEN_ARCHIVE = (zipfile.BadZipFile, zlib.error, EOFError)


class Meter:
    """How far the reading is, in bytes. The thread that reads writes it, others look at it and may stop it."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.done = 0
        self.stopped = False

    def look(self) -> None:
        """Raise `Stopped` if the reading was stopped."""
        if self.stopped:
            raise Stopped


class Stopped(Exception):
    """Raised in the thread that reads once it was asked to stop."""


class Intake:
    """One file of text, possibly inside an archive. `open_again` gives its bytes from the beginning."""

    def __init__(
        self, open_again: Callable[[], IO[bytes]], meter: Meter, name: str = '', *, counts: bool = True
    ) -> None:
        self.name = name
        self._open_again = open_again
        self._meter = meter
        self._counts = counts
        self._file = open_again()
        self._since_mark = 0

    @property
    def is_too_long(self) -> bool:
        """Tell whether more was read since the last `mark` than a piece may have."""
        return self._since_mark > LARGEST_PIECE

    def read(self, size: int = CHUNK) -> bytes:
        """Give the next bytes, none at the end.

        Raises:
            ImportRefused: an archive gives them away broken.
            Stopped: the reading was stopped.
        """
        self._meter.look()
        try:
            data = self._file.read(size)
        except BROKEN_ARCHIVE as error:
            raise ImportRefused(reason='bad_zip') from error
        if self._counts:
            self._meter.done += len(data)
        self._since_mark += len(data)
        return data

    def mark(self) -> None:
        """Say that a piece is complete and the next one begins."""
        self._since_mark = 0

    def again(self) -> 'Intake':
        """Give the same file from its beginning; what is read there does not count."""
        return Intake(self._open_again, self._meter, self.name, counts=False)

    def close(self) -> None:
        """Give the file back."""
        self._file.close()
