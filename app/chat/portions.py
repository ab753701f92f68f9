"""Reading a file to be imported in a thread, a portion at a time, so that never much of it is in memory."""

import asyncio
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import TypeVar

from app.chat.taking_in import message_length
from app.domain.carried import Carried
from app.exchange.reading.intake import Meter
from app.exchange.reading.notes import Say
from app.exchange.reading.own import Item
from app.exchange.recognising import read_file

T = TypeVar('T')

ITEMS = 50
CHARACTERS = 500_000
READ = 5_000_000
"""How much is read before it is looked at: things, characters of messages, bytes of the file."""


class Portions:
    """What is in a file for a person; `meter` tells how far it is read, and can stop it."""

    def __init__(self, file: Path, owner_id: str, say: Say) -> None:
        self.meter = Meter(file.stat().st_size)
        self._found = read_file(file, owner_id, say, self.meter)

    async def next(self) -> list[Item]:
        """Read on; nothing at the end. Whoever is cancelled meanwhile waits until the reading has stopped.

        Raises:
            ImportRefused: the file has a fault, or is in no format we know.
        """
        return await _in_thread(lambda: _next(self._found, self.meter), self.meter)

    async def close(self) -> None:
        """Give the file back."""
        await asyncio.to_thread(_close, self._found)


def _next(found: Iterator[Item], meter: Meter) -> list[Item]:
    part: list[Item] = []
    length, before = 0, meter.done
    for item in islice(found, ITEMS):
        part.append(item)
        if isinstance(item, Carried):
            length += sum(message_length(message) for message in item.messages)
        if length > CHARACTERS or meter.done > before + READ:
            break
    return part


def _close(found: Iterator[Item]) -> None:
    found.close()  # type: ignore[attr-defined]  # every reader is a generator


async def _in_thread(work: Callable[[], T], meter: Meter) -> T:
    """Run work in a thread; whoever is cancelled meanwhile waits for its end, which the meter brings about."""
    job = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(job)
    except asyncio.CancelledError:
        meter.stopped = True
        await asyncio.gather(job, return_exceptions=True)
        raise
