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

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Download:
    """How far a download is, in bytes and bytes a second; `error` says why it ended early."""

    ref: ModelRef
    completed: int = 0
    total: int = 0
    speed: float = 0.0
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
        marks: list[tuple[float, int]] = []
        async with aclosing(provider.pull(ref.name)) as steps:  # type: ignore[type-var]
            async for step in steps:
                now = time.monotonic()
                if marks and now - marks[-1][0] < TOLD_EVERY:
                    self._current[ref] = replace(self._current[ref], completed=step.completed, total=step.total)
                    continue
                marks = [mark for mark in marks if mark[0] > now - SPEED_WINDOW] + [(now, step.completed)]
                elapsed = now - marks[0][0]
                speed = (step.completed - marks[0][1]) / elapsed if elapsed else 0.0
                self._tell(Download(ref, step.completed, step.total, max(speed, 0.0)))
        await self._catalog.refresh()

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
