"""Where files wait for their import: what comes is written there piece by piece, for the app's eyes only."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from app.chat.importing import Importing
from app.chat.unlinking import unlink
from app.errors import ImportRefused

WRITTEN_AT_ONCE = 1_000_000
"""Bytes gathered before they are written: each write goes to a thread."""

SILENCE = 60.0
"""Seconds in which a file from the network may give nothing."""

LONGEST = 12 * 3600.0
"""Seconds such a file may take in all: at 20 Mbit/s that is 100 GB."""


async def received(chunks: AsyncIterator[bytes], importing: Importing, size: int = 0) -> Path:
    """Write what comes into a file of the inbox, and give that; if it breaks off, there is none.

    `size` is how many bytes it will be, as far as that is known.

    Raises:
        ImportRefused: there is not enough space on the disk.
    """
    file = importing.inbox / str(uuid4())
    try:
        try:
            importing.check_room(size)
            await asyncio.shield(_start_file(file))
            await _write(chunks, file, importing.check_room)
        except OSError as error:
            raise ImportRefused(reason='no_space') from error
    except BaseException:
        unlink(file)
        raise
    return file


async def in_time(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield what comes over the network; neither the web server nor what lies around the app ends a body that does not.

    Raises:
        ImportRefused: nothing came for a while, or there was no end to it.
    """
    now = asyncio.get_running_loop().time
    end = now() + LONGEST
    while True:
        try:
            async with asyncio.timeout_at(min(now() + SILENCE, end)):
                chunk = await anext(chunks, None)
        except TimeoutError as error:
            raise ImportRefused(reason='stalled') from error
        if chunk is None:
            return
        if now() >= end:  # what is there already is had without a wait, so the timeout has no say
            raise ImportRefused(reason='stalled')
        yield chunk


async def _start_file(file: Path) -> None:
    """Make an empty file for the app's eyes only."""
    await asyncio.to_thread(lambda: os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)))


async def _write(chunks: AsyncIterator[bytes], file: Path, check_room: Callable[[int], None]) -> None:
    """Write what comes; how much that will be is known only in the end, so there has to be room at each step."""
    with await asyncio.to_thread(file.open, 'wb', 0) as stream:
        gathered = bytearray()
        async for chunk in chunks:
            gathered += chunk
            if len(gathered) >= WRITTEN_AT_ONCE:
                check_room(len(gathered))
                await _write_all(stream, bytes(gathered))
                gathered.clear()
        await _write_all(stream, bytes(gathered))


async def _write_all(stream: BinaryIO, data: bytes) -> None:
    await asyncio.to_thread(_write_whole, stream, data)


def _write_whole(stream: BinaryIO, data: bytes) -> None:
    rest = memoryview(data)
    while rest:  # an unbuffered file may take a part only
        rest = rest[stream.write(rest) :]
