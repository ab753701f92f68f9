"""What every attack is given: the app, the model server in its back, a browser, and how much to throw."""

import asyncio
import re
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]
from playwright.async_api import Browser

from scripts.attacks.model_server import HostileModel
from tests.browser.screen import Screen

MEGABYTE = 1_000_000
LOOK_EVERY = 0.05
"""Seconds between two looks at the memory."""


@dataclass(frozen=True, slots=True)
class Stage:
    """An app at `url`, its process and data folder. `share` is the part of each attack's full size that is used."""

    url: str
    pid: int
    data_dir: Path
    model: HostileModel
    browser: Browser
    share: float = 1.0

    @property
    def port(self) -> int:
        """The port of the app."""
        return int(self.url.rpartition(':')[2])

    def sized(self, full: int) -> int:
        """Give the size of something for this run."""
        return max(1, int(full * self.share))

    def some(self, names: Collection[str]) -> list[str]:
        """Give as many of several names as this run tries, the first of them at least."""
        return [*names][: self.sized(len(names))]

    @asynccontextmanager
    async def tab(self, path: str = '/') -> AsyncIterator[Screen]:
        """Open a page in a browser of its own."""
        context = await self.browser.new_context(locale='en-US')
        try:
            screen = Screen(await context.new_page(), self.url)
            await screen.open(path)
            yield screen
        finally:
            await context.close()

    @asynccontextmanager
    async def memory(self) -> AsyncIterator['Memory']:
        """Follow the app's memory while the context lasts, that of its child processes included."""
        memory = Memory(self.pid)
        task = asyncio.create_task(memory.follow())
        try:
            yield memory
        finally:
            task.cancel()
            memory.look()

    def is_alive(self) -> bool:
        """Tell whether the process that was attacked is still there."""
        return bool(psutil.pid_exists(self.pid)) and psutil.Process(self.pid).status() != psutil.STATUS_ZOMBIE


class Memory:
    """Memory of a process and its children, in MB: `before`, and how much it `grew` at the most."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self.before = self.most = self._now()

    @property
    def grew(self) -> float:
        """Give the growth, at its height."""
        return self.most - self.before

    async def follow(self) -> None:
        """Look again and again."""
        while True:
            self.look()
            await asyncio.sleep(LOOK_EVERY)

    def look(self) -> None:
        """Note what is held just now."""
        self.most = max(self.most, self._now())

    def _now(self) -> float:
        held = 0.0
        try:
            for process in (self._process, *self._process.children(recursive=True)):
                held += process.memory_info().rss
        except psutil.NoSuchProcess:
            pass
        return held / MEGABYTE


async def until_answered(screen: Screen, seconds: float = 60) -> None:
    """Wait until the newest answer has come to an end, whichever."""
    over = re.compile('complete|failed|stopped|interrupted')
    locator = screen.reply
    async with asyncio.timeout(seconds):
        while not over.fullmatch(await locator.get_attribute('data-status') or ''):  # noqa: ASYNC110 (nothing tells)
            await asyncio.sleep(LOOK_EVERY)
