import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from app.providers.transport import plain_transport

Piece = Callable[[asyncio.Transport], None]
HEAD = b'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n'


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=plain_transport(httpx.Limits()), timeout=5) as http:
        yield http


class Peer(asyncio.Protocol):
    """One connection of a server that says its piece when it was asked something."""

    def __init__(self, piece: Piece, ended: set[asyncio.Future[None]]) -> None:
        self._piece = piece
        self._end = asyncio.get_running_loop().create_future()
        ended.add(self._end)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._piece(self.transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._end.set_result(None)


@asynccontextmanager
async def listening(piece: Piece) -> AsyncIterator[str]:
    """Run a server, give its address, and wait in the end until every client is gone."""
    ended: set[asyncio.Future[None]] = set()
    server = await asyncio.get_running_loop().create_server(lambda: Peer(piece, ended), '127.0.0.1', 0)
    async with server:
        yield f'http://127.0.0.1:{server.sockets[0].getsockname()[1]}'
    await asyncio.gather(*ended)


async def test_a_long_answer_read_slowly_arrives_whole_and_is_not_piled_up(client: httpx.AsyncClient) -> None:
    size = 20 * 1024 * 1024
    peers: list[asyncio.Transport] = []

    def answer(transport: asyncio.Transport) -> None:
        peers.append(transport)
        transport.write(HEAD % size + b'x' * size)
        transport.close()

    async with listening(answer) as url, client.stream('GET', url) as response:
        chunks = response.aiter_raw()
        got = len(await anext(chunks))
        assert peers[0].get_write_buffer_size() > 0  # it waits on the other side
        assert got + sum([len(chunk) async for chunk in chunks]) == size


async def test_what_came_before_the_end_is_read_first(client: httpx.AsyncClient) -> None:
    def answer(transport: asyncio.Transport) -> None:
        transport.write(HEAD % 100 + b'partial')
        transport.close()

    got = b''
    async with listening(answer) as url, client.stream('GET', url) as response:
        with pytest.raises(httpx.RemoteProtocolError):
            async for chunk in response.aiter_raw():
                got += chunk
    assert got == b'partial'


async def test_silence_ends_by_the_timeout(client: httpx.AsyncClient) -> None:
    async with listening(lambda transport: None) as url:
        with pytest.raises(httpx.ReadTimeout):
            await client.get(url, timeout=httpx.Timeout(5, read=0.05))


async def test_a_server_that_does_not_read_ends_by_the_timeout(client: httpx.AsyncClient) -> None:
    peers: list[asyncio.Transport] = []

    def stop_reading(transport: asyncio.Transport) -> None:
        if not peers:
            peers.append(transport)
            transport.pause_reading()

    async with listening(stop_reading) as url:
        with pytest.raises(httpx.WriteTimeout):
            await client.post(url, content=b'x' * 20_000_000, timeout=httpx.Timeout(5, write=0.1))
        peers[0].resume_reading()


async def test_nobody_there(client: httpx.AsyncClient) -> None:
    async with listening(lambda transport: None) as url:
        pass
    with pytest.raises(httpx.ConnectError):
        await client.get(url)
