"""What a command works with while no app runs: the same parts, without a server, which it holds alone."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import aclosing, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Protocol

from app.chat import Chat
from app.chat.inbox import received
from app.domain.conversation import LOCAL_OWNER
from app.errors import ImportRefused, OperationRefused
from app.settings import Settings
from app.storage.database import Database, hand_over
from app.ui.import_report import Report, refusal_report, reports
from app.ui.translations import Translator


class Parts(Protocol):
    """What is needed of the parts an app is built from."""

    database: Database
    chat: Chat

    async def open(self) -> None:
        """Take the database for this process alone, and bring it up to date."""
        ...

    async def close(self) -> None:
        """Give everything back."""
        ...


Build = Callable[[Settings], Parts]


@asynccontextmanager
async def opened(parts: Parts) -> AsyncIterator[Parts]:
    """Hold the database for a while.

    Raises:
        AlreadyRunning: another process works with it already.
        StorageUnavailable: it cannot be used.
    """
    try:
        await parts.open()
        await parts.chat.undoing.finish()  # or nothing could be imported
        yield parts
    finally:
        await parts.close()


async def take_in(parts: Parts, chunks: Iterable[bytes], size: int, t: Translator, name: str) -> AsyncIterator[Report]:
    """Import a file of this name and about so many bytes; yield the same reports as an app that runs.

    Raises:
        OperationRefused: the file cannot be read.
    """
    importing = parts.chat.importing
    try:
        _make(importing.inbox)
        file = await received(_in_threads(chunks), importing, size)
    except ImportRefused as error:
        yield refusal_report(t, error)
        return
    async with aclosing(reports(importing, LOCAL_OWNER, file, t, name)) as told:
        async for report in told:
            yield report
    importing.forget(LOCAL_OWNER)


def _make(inbox: Path) -> None:
    """Make the inbox for whoever has the data: the app goes on with it, not root."""
    with suppress(OSError):  # which is told when the first file is written to it
        inbox.mkdir(mode=0o700, parents=True, exist_ok=True)
        hand_over(inbox, inbox.parent)


async def _in_threads(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    """Read without holding up the event loop, nor the end of the process: a pipe may be silent for ever."""
    loop, rest = asyncio.get_running_loop(), iter(chunks)
    while True:
        read: asyncio.Future[bytes] = loop.create_future()
        threading.Thread(target=_read, args=[rest, loop, read], daemon=True).start()
        if not (chunk := await read):
            return
        yield chunk


def _read(rest: Iterator[bytes], loop: asyncio.AbstractEventLoop, read: 'asyncio.Future[bytes]') -> None:
    try:
        chunk = next(rest, b'')
        settle = partial(_settle, read, chunk)
    except OperationRefused as error:
        settle = partial(_settle, read, error)
    with suppress(RuntimeError):  # everybody has left
        loop.call_soon_threadsafe(settle)


def _settle(read: 'asyncio.Future[bytes]', found: bytes | OperationRefused) -> None:
    if read.done():  # nobody waits any more
        return
    if isinstance(found, bytes):
        read.set_result(found)
    else:
        read.set_exception(found)
