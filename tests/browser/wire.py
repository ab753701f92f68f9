"""The line between a browser and the app: a TCP proxy that can be cut, or frozen with its connections open."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Wire:
    """Forwards bytes both ways until told otherwise."""

    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self._port = 0
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._listener: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f'http://127.0.0.1:{self._port}'

    async def mend(self) -> None:
        """Let connections in, at the same port as before."""
        self._flowing.set()
        if self._listener is None:
            self._listener = await asyncio.start_server(self._accept, '127.0.0.1', self._port)
            self._port = self._listener.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Break off every connection and refuse new ones."""
        assert self._listener is not None
        self._listener.close()
        self._listener = None
        for writer in self._writers:
            writer.transport.abort()

    def freeze(self) -> None:
        """Hold back every byte and tell nobody, as a lost radio link does; `mend` lets them flow again."""
        self._flowing.clear()

    async def close(self) -> None:
        """End."""
        if self._listener is not None:
            await self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            await self._flowing.wait()
            to_reader, to_writer = await asyncio.open_connection('127.0.0.1', self._to_port)
        except OSError:
            writer.transport.abort()
            return
        self._writers.add(to_writer)
        for source, target in ((reader, to_writer), (to_reader, writer)):
            task = asyncio.create_task(self._forward(source, target))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                await self._flowing.wait()
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()
            self._writers.discard(writer)


@asynccontextmanager
async def wire(to_port: int) -> AsyncIterator[Wire]:
    """Lay a line to a port of this machine."""
    laid = Wire(to_port)
    await laid.mend()
    try:
        yield laid
    finally:
        await laid.close()
