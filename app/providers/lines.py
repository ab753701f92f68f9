"""Cutting the bytes of a stream into lines, and reading one line as a JSON object. UTF-8 may be cut anywhere."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from app.errors import BrokenStream

LONGEST_LINE = 1024 * 1024
"""Bytes. A token's line has 200, a whole answer of a server that does not stream some 100,000; as objects in memory the
worst that fits is twenty times as large."""

SHOWN = 80  # characters of a broken line that are told

_TAG = re.compile(r'<[^<>]*>?')
_DECODER = json.JSONDecoder(parse_constant=lambda _: None)
"""`NaN` and `Infinity`, which JSON does not have, count as null."""


class LineSplitter:
    """Collects chunks of bytes and gives whole lines; cheaper than httpx's decoder, which works on text.

    The cost is linear: a line that comes in many chunks is joined once.
    """

    def __init__(self, provider: str) -> None:
        self._provider = provider
        self._open: list[bytes] = []
        self._length = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        """Give the lines this chunk completes, without their ends; empty ones are left out.

        Raises:
            BrokenStream: a line is longer than `LONGEST_LINE`.
        """
        if b'\n' not in chunk:
            self._keep(chunk)
            return []
        lines = chunk.split(b'\n')
        if self._open:
            lines[0] = b''.join((*self._open, lines[0]))
            self._open, self._length = [], 0
        if rest := lines.pop():
            self._keep(rest)
        return [line for line in lines if line and line != b'\r']

    def end(self) -> list[bytes]:
        """Give what is left when the stream is over: a last line without its end."""
        rest, self._open = b''.join(self._open), []
        return [rest] if rest.strip() else []

    def _keep(self, chunk: bytes) -> None:
        self._open.append(chunk)
        self._length += len(chunk)
        if self._length > LONGEST_LINE:
            raise broken(self._open[0], self._provider)


def read_object(line: bytes, provider: str) -> dict[str, Any]:
    """Read a line that must be a JSON object.

    Raises:
        BrokenStream: it is none, or not UTF-8, or nested deeper or with longer numbers than Python reads.
    """
    try:
        data = _DECODER.decode(line.decode())
    except (ValueError, RecursionError) as error:
        raise broken(line, provider) from error
    if not isinstance(data, dict):
        raise broken(line, provider)
    return data


@contextmanager
def well_formed(data: Any, provider: str) -> Iterator[None]:
    """Turn the stumbles of a body that reads `data` by the protocol into `BrokenStream`."""
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise broken(_written(data), provider) from error


def is_page(content: bytes) -> bool:
    """Tell whether a page for a browser begins here: nothing a model server says begins like that."""
    return content.lstrip(b'\xef\xbb\xbf \t\r\n').startswith(b'<')


def broken(line: bytes, provider: str) -> BrokenStream:
    """Make the exception for a line that is not what the protocol says. Of a page its words are told, not its tags."""
    shown = line[: 4 * SHOWN].decode(errors='replace')
    words = _TAG.sub(' ', shown) if is_page(line) else shown
    return BrokenStream(provider=provider, line=words.strip()[:SHOWN])


def _written(data: Any) -> bytes:
    try:
        return json.dumps(data).encode()
    except (ValueError, RecursionError):
        return str(type(data)).encode()
