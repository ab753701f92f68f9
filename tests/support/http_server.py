"""A small HTTP/1.1 server that can do what real ones do only on bad days: stop in mid-line, reset, write junk.

A handler gets an `Exchange` and writes bytes; every request is kept in `requests`, with when its client went away.
"""

import asyncio
import json
import socket
import struct
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from typing import Any, Self, TypeVar

T = TypeVar('T')

RESET = struct.pack('ii', 1, 0)  # SO_LINGER on, 0 seconds: closing sends RST instead of FIN


@dataclass
class Recorded:
    """What is known of one request. Times are seconds since the epoch, None for what has not happened.

    `ended_at`: the reply was written to its end, or broken off by the server on purpose. `disconnected_at`: the client
    went away before that. `tokens` counts what was written of a scripted reply.
    """

    number: int
    method: str
    path: str
    headers: dict[str, str]
    body: Any
    began_at: float = field(default_factory=time.time)
    first_token_at: float | None = None
    ended_at: float | None = None
    disconnected_at: float | None = None
    tokens: int = 0

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


class Exchange:
    """One request and the answer that is being written to it."""

    def __init__(self, record: Recorded, transport: asyncio.Transport, wake: Callable[[], None]) -> None:
        self.record = record
        self._transport = transport
        self._wake = wake

    @property
    def data(self) -> dict[str, Any]:
        """The JSON body, empty if it was no object."""
        return self.record.body if isinstance(self.record.body, dict) else {}

    def answer(self, status: int, body: Any, content_type: str = 'application/json; charset=utf-8') -> None:
        """Write a whole answer; anything but bytes becomes JSON."""
        raw = body if isinstance(body, bytes) else to_json(body)
        self.raw(head(status, content_type, f'Content-Length: {len(raw)}') + (b'' if self._is_head() else raw))
        self._end()

    def start(self, content_type: str) -> None:
        """Begin a chunked answer."""
        self.raw(head(200, content_type, 'Transfer-Encoding: chunked'))

    def write(self, pieces: list[bytes]) -> None:
        """Send pieces of a chunked answer at once, each as an HTTP chunk of its own, as a flushing server does."""
        self.raw(b''.join([b'%x\r\n%b\r\n' % (len(piece), piece) for piece in pieces]))

    def write_tokens(self, pieces: list[bytes]) -> None:
        """Send pieces that each carry one token, and count them."""
        self.write(pieces)
        self.record.tokens += len(pieces)
        if self.record.first_token_at is None:
            self.record.first_token_at = time.time()
        self._wake()

    def finish(self) -> None:
        """End a chunked answer."""
        self.raw(b'0\r\n\r\n')
        self._end()

    def drop(self, *, reset: bool = True) -> None:
        """Break the connection off, with RST or (more politely) FIN."""
        self._end()
        if reset:
            sock: socket.socket = self._transport.get_extra_info('socket')
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self._transport.close()

    def raw(self, data: bytes) -> None:
        """Write bytes as they are."""
        self._transport.write(data)

    @property
    def unsent(self) -> int:
        """Bytes that wait because the client does not read."""
        return self._transport.get_write_buffer_size()

    def _is_head(self) -> bool:
        return self.record.method == 'HEAD'

    def _end(self) -> None:
        self.record.ended_at = time.time()
        self._wake()


class Connection(asyncio.Protocol):
    """One client connection: cuts requests out of the bytes and answers one after the other."""

    def __init__(self, server: 'HttpServer') -> None:
        self._server = server
        self._buffer = b''
        self._record: Recorded | None = None
        self._task: asyncio.Task[None] | None = None
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._server.connections.add(self)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._task is None:
            self._begin_next()

    def connection_lost(self, error: Exception | None) -> None:
        self._server.connections.discard(self)
        if self._record and self._record.ended_at is None:
            self._record.disconnected_at = time.time()
        if self._task:
            self._task.cancel()
        self._server.wake()

    def close(self) -> None:
        """Break off whatever runs, as a server that is killed."""
        self._transport.abort()

    def _begin_next(self) -> None:
        record = self._cut_request()
        if record is None:
            return
        self._record = record
        self._server.requests.append(record)
        self._server.wake()
        exchange = Exchange(record, self._transport, self._server.wake)
        self._task = asyncio.create_task(self._server.handle(exchange), name=f'{record.method} {record.path}')
        self._task.add_done_callback(self._handled)

    def _handled(self, task: 'asyncio.Task[None]') -> None:
        self._task = None
        if task.cancelled():
            return
        if task.exception():
            self.close()  # the client need not wait for an answer; the test sees the error in the log
        task.result()
        self._begin_next()

    def _cut_request(self) -> Recorded | None:
        """Take one whole request off the buffer, None while it is not all there. Bodies need a Content-Length."""
        top, blank, rest = self._buffer.partition(b'\r\n\r\n')
        if not blank:
            return None
        first, *fields = top.decode('latin-1').split('\r\n')
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(':') for line in fields)}
        length = int(headers.get('content-length', 0))
        if len(rest) < length:
            return None
        self._buffer = rest[length:]
        method, path, _ = first.split(' ')
        return Recorded(len(self._server.requests), method, path, headers, read_json(rest[:length]))


class HttpServer:
    """Base of the stand-ins: an async context manager that listens on a port of loopback.

    `requests` holds everything that was asked; `until` waits for a condition on it.
    """

    def __init__(self) -> None:
        self.requests: list[Recorded] = []
        self.connections: set[Connection] = set()
        self._waiters: set[asyncio.Future[None]] = set()
        self._listener: asyncio.Server | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f'http://127.0.0.1:{self.port}'

    async def __aenter__(self) -> Self:
        await self.listen()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stop()

    async def listen(self, port: int = 0, host: str = '127.0.0.1') -> None:
        """Open a port; 0 takes a free one, or the same as before after `stop`."""
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(lambda: Connection(self), host, port or self.port, backlog=1024)
        self.port = self._listener.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the port and break off every connection, as when the server is killed."""
        if self._listener:
            self._listener.close()
        for connection in list(self.connections):
            connection.close()
        await self.until(lambda: not self.connections)

    async def handle(self, exchange: Exchange) -> None:
        """Answer one request; cancelled when its client goes away."""
        raise NotImplementedError

    async def until(self, condition: Callable[[], T], timeout: float = 5) -> T:
        """Wait until the condition gives something true, asked again whenever anything happens here."""
        async with asyncio.timeout(timeout):
            while not (found := condition()):
                waiter = asyncio.get_running_loop().create_future()
                self._waiters.add(waiter)
                await waiter
        return found

    def wake(self) -> None:
        """Let `until` look again."""
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._waiters.clear()

    def asked(self, path: str) -> list[Recorded]:
        """Give the requests for a path, oldest first."""
        return [record for record in self.requests if record.path == path]


Handler = Callable[[Exchange], Awaitable[None]]


async def serve_for_ever(server: HttpServer, host: str, port: int) -> None:
    """Listen until the process is ended, and say where."""
    await server.listen(port, host)
    print(f'listening on {server.url}', flush=True)
    await asyncio.Event().wait()


def head(status: int, content_type: str, framing: str) -> bytes:
    """Make the head of an answer."""
    return (
        f'HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: {content_type}\r\n{framing}\r\n\r\n'.encode()
    )


def to_json(value: Any) -> bytes:
    """Write JSON as Go does: no spaces, UTF-8 as it is, `<`, `>` and `&` escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(',', ':'))
    return text.replace('&', '\\u0026').replace('<', '\\u003c').replace('>', '\\u003e').encode()


def read_json(raw: bytes) -> Any:
    """Read a body, None if it is no JSON."""
    try:
        return json.loads(raw)
    except ValueError:
        return None
