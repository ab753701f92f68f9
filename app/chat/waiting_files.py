"""Files that were looked through and wait for their persons' word, for an hour at most."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.chat.unlinking import unlink

WAIT = 3600.0
"""Seconds a file waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A file that was given, what its person calls it, and the language of notes in texts."""

    owner_id: str
    path: Path
    name: str
    language: str


class WaitingFiles:
    """At most one for each person. `expired` is called for whose file has waited too long; it still waits then."""

    def __init__(self, expired: Callable[[str], None]) -> None:
        self._expired = expired
        self._waiting: dict[str, tuple[Given, asyncio.TimerHandle]] = {}

    def __contains__(self, owner_id: str) -> bool:
        """Tell whether a file of this person waits."""
        return owner_id in self._waiting

    def put(self, given: Given) -> None:
        """Let a file wait."""
        timer = asyncio.get_running_loop().call_later(WAIT, self._expired, given.owner_id)
        self._waiting[given.owner_id] = given, timer

    def take(self, owner_id: str) -> Given | None:
        """Give the file that waits, which does not any more."""
        if owner_id not in self._waiting:
            return None
        given, timer = self._waiting.pop(owner_id)
        timer.cancel()
        return given

    def remove(self, owner_id: str) -> bool:
        """Remove the file that waits; tell whether there was one."""
        if (given := self.take(owner_id)) is None:
            return False
        unlink(given.path)
        return True

    def close(self) -> None:
        """Let none wait any more; the files stay where they are."""
        for owner_id in [*self._waiting]:
            self.take(owner_id)
