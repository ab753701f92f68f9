"""A cheaper way to the socket for httpx, for plain HTTP.

httpx reads through anyio, which adds and removes the socket from the event loop's selector around every read and opens
a cancel scope for it: 30 µs more for each token that comes alone (100 µs when the CPU was idle before), a fifth of a
core with 200 replies at 30 tokens a second. Here an `asyncio.Protocol` reads, and only while httpcore asks: what comes
in between waits in the kernel and wakes nobody.
`network_backend` is httpcore's own place for this; pools, HTTP and errors stay theirs.
"""

import asyncio
import selectors
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

READ_INTERVAL = 1 / 15
"""Seconds between two looks at an answer that comes in drops. Waking up for every token costs 100 µs of CPU each time,
and pages are told no more often than this anyway."""

PROMPT_READS = 3
"""Looks at the beginning of an answer that do not wait: its head, its first words."""

FULL = 16 * 1024
"""Bytes at once from which on more are surely waiting, and are read without a pause."""


def plain_transport(limits: httpx.Limits) -> httpx.AsyncHTTPTransport:
    """Make a transport for `http://` addresses."""
    transport = httpx.AsyncHTTPTransport(verify=False, trust_env=False)
    transport._pool = httpcore.AsyncConnectionPool(
        max_connections=limits.max_connections,
        max_keepalive_connections=limits.max_keepalive_connections,
        keepalive_expiry=limits.keepalive_expiry,
        network_backend=_Backend(),
    )
    return transport


class _Backend(httpcore.AsyncNetworkBackend):
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> httpcore.AsyncNetworkStream:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                _, protocol = await loop.create_connection(_Stream, host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        return protocol

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _Stream(asyncio.Protocol, httpcore.AsyncNetworkStream):
    """One connection. What arrived before it broke is read before the break is told."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport
        self._waiting = bytearray()
        self._reader: asyncio.Future[None] | None = None
        self._ended: Exception | None = None  # EOFError for a polite end
        self._paused = False
        self._reads = self._arrived = 0  # since the request; bytes that came last
        self._drained = asyncio.Event()
        self._drained.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        self._arrived = len(data)
        self._transport.pause_reading()
        self._paused = True
        self._wake()

    def eof_received(self) -> None:
        self._end(EOFError())

    def connection_lost(self, error: Exception | None) -> None:
        self._end(error or EOFError())
        self._drained.set()

    def pause_writing(self) -> None:
        self._drained.clear()

    def resume_writing(self) -> None:
        self._drained.set()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if not self._waiting:
            await self._pause(timeout)
        if not self._waiting and self._ended is None:
            self._resume()
            await self._arrival(timeout)
        if self._waiting:
            return self._take(max_bytes)
        if isinstance(self._ended, EOFError):
            return b''
        raise httpcore.ReadError(str(self._ended)) from self._ended

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if self._ended is not None:
            raise httpcore.WriteError(str(self._ended)) from self._ended
        self._reads = 0
        self._transport.write(buffer)
        try:
            async with asyncio.timeout(timeout):
                await self._drained.wait()
        except TimeoutError as error:
            raise httpcore.WriteTimeout(str(error)) from error

    async def aclose(self) -> None:
        self._transport.abort()

    def get_extra_info(self, info: str) -> Any:
        """Say whether something came on the idle connection, its end for example: all that httpcore's pool asks."""
        if info != 'is_readable':
            return None
        if self._waiting or self._ended is not None:
            return True
        with selectors.DefaultSelector() as selector:
            selector.register(self._transport.get_extra_info('socket'), selectors.EVENT_READ)
            return bool(selector.select(0))

    async def _pause(self, timeout: float | None) -> None:
        """Let drops gather, if this is an answer that may take as long as it wants."""
        self._reads += 1
        if timeout is None and self._reads > PROMPT_READS and self._arrived < FULL and self._ended is None:
            await asyncio.sleep(READ_INTERVAL)

    async def _arrival(self, timeout: float | None) -> None:
        self._reader = asyncio.get_running_loop().create_future()
        try:
            if timeout is None:
                await self._reader
            else:
                async with asyncio.timeout(timeout):
                    await self._reader
        except TimeoutError as error:
            raise httpcore.ReadTimeout(str(error)) from error
        finally:
            self._reader = None

    def _take(self, max_bytes: int) -> bytes:
        taken = bytes(self._waiting[:max_bytes])
        del self._waiting[:max_bytes]
        return taken

    def _resume(self) -> None:
        if self._paused and not self._transport.is_closing():
            self._transport.resume_reading()
            self._paused = False

    def _end(self, reason: Exception) -> None:
        if self._ended is None:
            self._ended = reason
        self._wake()

    def _wake(self) -> None:
        if self._reader and not self._reader.done():
            self._reader.set_result(None)
