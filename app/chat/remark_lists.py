"""The lists of what could not be read of a file, for as long as people may want them as files."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

from app.chat.unlinking import unlink
from app.errors import ImportRefused
from app.exchange.reading.remarks import Remark

FIRST = 100
"""Remarks that are held in memory; the others are counted, and in the list."""

LARGEST = 20_000_000
"""Bytes of a list: some 100,000 remarks. What comes then is only counted."""

KEPT = 24 * 3600
"""Seconds after which a list is removed."""


@dataclass(frozen=True, slots=True)
class Remarks:
    """What could not be read of a file: the `first` remarks, and how many there are in all."""

    first: tuple[Remark, ...] = ()
    count: int = 0

    def and_those(self, more: Sequence[Remark]) -> 'Remarks':
        """Give these and those that came after."""
        return Remarks((*self.first, *more[: FIRST - len(self.first)]), self.count + len(more)) if more else self


class RemarkLists:
    """One list for each person, of their last import; each lies in `folder` as JSON, a remark a line."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, Path] = {}
        self._ends: dict[str, asyncio.TimerHandle] = {}

    def begin(self, owner_id: str) -> None:
        """Begin a person's list anew; the one before it goes, and this one goes in a day."""
        self.remove(owner_id)
        self._files[owner_id] = self._folder / f'{uuid4()}.remarks'
        self._ends[owner_id] = asyncio.get_running_loop().call_later(KEPT, self.remove, owner_id)

    async def add(self, owner_id: str, remarks: Sequence[Remark]) -> None:
        """Write remarks into a list that was begun.

        Raises:
            ImportRefused: there is not enough space on the disk.
        """
        if remarks and (file := self._files.get(owner_id)):
            await asyncio.to_thread(_write, file, remarks)

    def remove(self, owner_id: str) -> None:
        """Remove a person's list."""
        if file := self._files.pop(owner_id, None):
            unlink(file)
        if end := self._ends.pop(owner_id, None):
            end.cancel()

    def close(self) -> None:
        """Wait for no list's end any more."""
        for end in self._ends.values():
            end.cancel()
        self._ends.clear()

    def has(self, owner_id: str) -> bool:
        """Tell whether there is anything in a person's list."""
        file = self._files.get(owner_id)
        return file is not None and file.exists()

    def read(self, owner_id: str) -> Iterator[Remark]:
        """Yield the remarks of a person's list, as far as there are any; it is read as they are taken."""
        file = self._files.get(owner_id)
        if file is None or not file.exists():
            return
        with file.open(encoding='utf-8') as lines:
            for line in lines:
                yield Remark(**json.loads(line))


def _write(file: Path, remarks: Sequence[Remark]) -> None:
    try:
        with file.open('ab') as stream:
            for remark in remarks:
                if stream.tell() < LARGEST:
                    stream.write(json.dumps(asdict(remark)).encode() + b'\n')
    except OSError as error:
        raise ImportRefused(reason='no_space') from error
