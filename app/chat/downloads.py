"""Fetching models: a download belongs to the app, not to the page that began it."""

import asyncio
import logging
import time
from contextlib import aclosing
from dataclasses import dataclass, replace

from nicegui import Event

from app.chat.models import ModelCatalog
from app.domain.addresses import hide_secrets
from app.domain.model import ModelRef
from app.errors import GuilhermeError, InvalidInput
from app.providers.base import CanPull

SPEED_WINDOW = 3.0
"""Seconds over which the speed is measured."""

TOLD_EVERY = 0.05
"""Seconds between two times a download is told of; Ollama itself says how far it is every 60 ms."""

STILL_AFTER = 5.0
"""Seconds without a byte after which a download is said to stand still."""

LOOK = 1.0
"""Seconds between two looks at a download that says nothing."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Download:
    """How far a download is, in bytes and bytes a second; `error` says why it ended early.

    `still` is for how many seconds nothing has come, once that is worth saying; 0 while something does.
    """

    ref: ModelRef
    completed: int = 0
    total: int = 0
    speed: float = 0.0
    still: int = 0
    done: bool = False
    error: GuilhermeError | None = None


class Downloads:
    """Downloads that run, by model. `changed` tells of every step."""

    def __init__(self, catalog: ModelCatalog) -> None:
        self.changed: Event[Download] = Event()
        self._catalog = catalog
        self._tasks: dict[ModelRef, asyncio.Task[None]] = {}
        self._current: dict[ModelRef, Download] = {}

    def current(self) -> list[Download]:
        """Give the downloads that run now."""
        return list(self._current.values())

    def start(self, ref: ModelRef) -> None:
        """Begin to fetch a model; nothing happens if that is under way.

        Raises:
            InvalidInput: the model's server cannot fetch models.
        """
        provider = self._catalog.provider(ref)
        if not isinstance(provider, CanPull):
            raise InvalidInput(reason='cannot_pull')
        if ref not in self._tasks:
            self._current[ref] = Download(ref)
            task = self._tasks[ref] = asyncio.create_task(self._pull(provider, ref), name=f'pull {ref}')
            task.add_done_callback(lambda task: self._settle(ref, task))
            self.changed.emit(self._current[ref])

    def cancel(self, ref: ModelRef) -> None:
        """Stop fetching; the server keeps what it has for the next try."""
        if task := self._tasks.get(ref):
            task.cancel()

    async def close(self) -> None:
        """Stop all downloads."""
        tasks = [*self._tasks.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _pull(self, provider: CanPull, ref: ModelRef) -> None:
        """Fetch, and tell of it now and then: a server may say how far it is thousands of times a second."""
        pace = _Pace()
        watch = asyncio.create_task(self._watch(ref, pace), name=f'watch the download of {ref}')
        try:
            async with aclosing(provider.pull(ref.name)) as steps:  # type: ignore[type-var]
                async for step in steps:
                    if pace.note(step.completed, step.total):
                        self._tell(Download(ref, step.completed, step.total, pace.speed(), pace.still()))
                    else:
                        self._current[ref] = replace(self._current[ref], completed=step.completed, total=step.total)
        finally:
            watch.cancel()
        await self._catalog.refresh()

    async def _watch(self, ref: ModelRef, pace: '_Pace') -> None:
        """Say that a download stands still if its server says nothing at all, either."""
        while True:
            await asyncio.sleep(LOOK)
            if still := pace.still():
                self._tell(replace(self._current[ref], speed=0.0, still=still))

    def _tell(self, download: Download) -> None:
        self._current[download.ref] = download
        self.changed.emit(download)

    def _settle(self, ref: ModelRef, task: asyncio.Task[None]) -> None:
        del self._tasks[ref]
        last = self._current.pop(ref)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, GuilhermeError):
            log.error('Fetching %s failed', ref, exc_info=error)
            error = GuilhermeError(message=hide_secrets(str(error)[:200]))
        self.changed.emit(replace(last, done=not task.cancelled() and error is None, error=error))


class _Pace:
    """How quickly a download goes, and for how long it has not."""

    def __init__(self) -> None:
        self._marks: list[tuple[float, int]] = []
        self._moved_at = time.monotonic()
        self._completed = 0
        self._is_whole = False

    def note(self, completed: int, total: int) -> bool:
        """Take how many bytes there are now; True if it is time to tell of it."""
        now = time.monotonic()
        if completed > self._completed:
            self._moved_at, self._completed = now, completed
        self._is_whole = 0 < total <= completed  # what comes then is its checking, which takes time
        if self._marks and now - self._marks[-1][0] < TOLD_EVERY:
            return False
        self._marks = [mark for mark in self._marks if mark[0] > now - SPEED_WINDOW] + [(now, completed)]
        return True

    def speed(self) -> float:
        """Give the bytes a second of the last few seconds."""
        (began, first), (now, last) = self._marks[0], self._marks[-1]
        return max((last - first) / (now - began), 0.0) if now > began else 0.0

    def still(self) -> int:
        """Give for how many seconds nothing has come, 0 if that is not worth saying."""
        silent = time.monotonic() - self._moved_at
        return int(silent) if silent >= STILL_AFTER and not self._is_whole else 0
