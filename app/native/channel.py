"""How the processes speak to the one that serves: its window, and a second start that wants to come forward.

A line of JSON each way over 127.0.0.1. The port and a key are in a file only the person can read; who does not know the
key is not answered. The window stays on the line (`attend`), so either side notices at once when the other is gone.
"""

import asyncio
import json
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

ATTEND, CLOSE, FORWARD, HIDE, STAY = 'attend', 'close', 'forward', 'hide', 'stay'

PATIENCE = 2.0
"""Seconds to wait for an answer. A server that takes longer hangs, and must not keep a window from closing."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the serving process listens, and the key that proves who may speak."""

    port: int
    key: str

    def ask(self, wish: str) -> str:
        """Say what is wanted and give the answer; nothing if nobody of ours answers there."""
        try:
            with self._line(wish) as line:
                return _word(next(line, b''))
        except OSError:
            return ''

    def attend(self) -> Iterator[str]:
        """Stay on the line and give what the server says, until it is gone."""
        with suppress(OSError), self._line(ATTEND, stay=True) as line:
            yield from map(_word, line)

    @contextmanager
    def _line(self, wish: str, *, stay: bool = False) -> Iterator[Iterator[bytes]]:
        with socket.create_connection(('127.0.0.1', self.port), PATIENCE) as connection:
            connection.settimeout(None if stay else PATIENCE)
            connection.sendall(_written(key=self.key, word=wish))
            with connection.makefile('rb') as lines:
                yield iter(lines)


def write_address(file: Path, address: Address) -> None:
    """Leave the address where a second start looks for it."""
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(json.dumps(asdict(address)), 'utf-8')


def read_address(file: Path) -> Address | None:
    """Give the address that was left there, None if there is none."""
    try:
        said = json.loads(file.read_text('utf-8'))
        return Address(int(said['port']), str(said['key']))
    except (OSError, ValueError, TypeError, KeyError):
        return None


class Listener:
    """The serving process's end. `answer` gets each wish and gives the word to answer; `gone` is called when the window
    has left the line.
    """

    def __init__(self, answer: Callable[[str], str], gone: Callable[[], None]) -> None:
        self._socket = socket.create_server(('127.0.0.1', 0))
        self.address = Address(self._socket.getsockname()[1], secrets.token_urlsafe(32))
        self.attended = False
        self._answer = answer
        self._gone = gone
        self._server: asyncio.Server | None = None
        self._window: asyncio.StreamWriter | None = None

    async def start(self) -> None:
        """Begin to answer; who came earlier has waited."""
        self._server = await asyncio.start_server(self._serve, sock=self._socket)

    async def close(self) -> None:
        """Answer no more; the window sees the line end."""
        if self._server is not None:
            self._server.close()
        if self._window is not None:
            self._window.close()

    def tell(self, word: str) -> None:
        """Say something to the window, if it is on the line."""
        if self._window is not None:
            self._window.write(_written(word=word))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(TimeoutError, OSError, ValueError):
            async with asyncio.timeout(PATIENCE):
                said = await reader.readline()
            if not self._knows_key(said):
                pass
            elif (wish := _word(said)) == ATTEND:
                await self._keep(reader, writer)
            else:
                writer.write(_written(word=self._answer(wish)))
                await writer.drain()
        writer.close()

    async def _keep(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._window, self.attended = writer, True
        with suppress(OSError):
            await reader.read()  # it says nothing more: this ends when the window does
        self._window = None
        self._gone()

    def _knows_key(self, line: bytes) -> bool:
        said = _read(line).get('key', '')
        return isinstance(said, str) and secrets.compare_digest(said.encode(), self.address.key.encode())


def _written(**said: str) -> bytes:
    return json.dumps(said).encode() + b'\n'


def _read(line: bytes) -> dict[str, object]:
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _word(line: bytes) -> str:
    return str(_read(line).get('word', ''))
