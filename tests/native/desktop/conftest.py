"""The app with its window on a desktop in memory, and the page inside that window."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Playwright, async_playwright, expect

from app.native import opening, place
from app.native.place import Place
from tests.browser.screen import WATCH, Screen
from tests.native.desktop.desktop import Desktop, desktop, wait_for
from tests.support.app_process import AppProcess, free_port
from tests.support.ollama_server import OllamaServer

TITLE = 'Guilherme'
SPAWNED = re.compile(b'spawn_main|--multiprocessing-fork')
"""In the command of the window's process: as Python starts it, as the packed app does."""


class NativeApp(AppProcess):
    """An installation whose app opens a window. The page in it is reached through the window's own inspector.

    `packed` is the program of PyInstaller, if that is to run instead of `main.py`.
    """

    def __init__(
        self,
        folder: Path,
        ollama_url: str,
        on: Desktop,
        playwright: Playwright,
        packed: Path | None = None,
    ) -> None:
        self.inspector = free_port()
        self.home = folder / 'home'
        (self.home / 'Downloads').mkdir(parents=True)
        browser = folder / 'browser'  # what stands for the person's browser writes down what it shall open
        browser.write_text(f'#!/bin/sh\nprintf "%s\\n" "$1" >>"{folder}/opened"\n', 'utf-8')
        browser.chmod(0o700)
        self.opened_by_browser = folder / 'opened'
        places = {'HOME': str(self.home), 'DISPLAY': on.display, 'BROWSER': f'{browser} %s', 'LANG': 'C.UTF-8'}
        root = {name: os.environ[name] for name in ('QTWEBENGINE_DISABLE_SANDBOX',) if name in os.environ}
        inspect = {'QTWEBENGINE_REMOTE_DEBUGGING': str(self.inspector)}
        command = ('--native',) if packed else ('main.py', '--native')
        super().__init__(folder, ollama_url, command=command, **places, **root, **inspect)
        if packed is not None:
            self.program, self.cwd = str(packed), self.home
        self._begun: list[asyncio.subprocess.Process] = []
        self.desktop = on
        self._playwright = playwright

    async def start(self) -> None:
        await super().start()
        await self.desktop.window(TITLE)

    async def begin(self) -> asyncio.subprocess.Process:
        process = await super().begin()
        self._begun.append(process)
        return process

    async def start_again(self) -> asyncio.subprocess.Process:
        """Start without waiting for the end of the last process; give that one."""
        last = self._process
        assert last is not None
        await self.start()
        return last

    async def kill_all(self) -> None:
        """End whatever still runs."""
        for process in self._begun:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    @asynccontextmanager
    async def page(self) -> AsyncIterator[Screen]:
        """Give the page that the window shows."""
        address = f'http://127.0.0.1:{self.inspector}'
        async with httpx.AsyncClient() as client:
            await wait_for(lambda: _has_page(client, address, self.url))
        browser = await self._playwright.chromium.connect_over_cdp(address, no_defaults=True)
        page = next(each for each in browser.contexts[0].pages if each.url.startswith(self.url))
        await page.evaluate(WATCH)
        screen = Screen(page, self.url)
        await screen.connected()
        try:
            yield screen
        finally:
            await browser.close()

    @property
    def process_id(self) -> int:
        assert self._process is not None
        return self._process.pid

    def window_processes(self) -> list[int]:
        """Give the processes of the window: those the app started that are no helpers of Python."""
        children = Path(f'/proc/{self.process_id}/task/{self.process_id}/children').read_text('utf-8').split()
        return [int(each) for each in children if SPAWNED.search(Path(f'/proc/{each}/cmdline').read_bytes())]

    def remembered(self) -> Place:
        """Give where the window was last, as far as it is written down."""
        return place.read(opening.place_file(self.data_dir))


async def _has_page(client: httpx.AsyncClient, address: str, url: str) -> bool:
    try:
        return any(each['url'].startswith(url) for each in (await client.get(f'{address}/json')).json())
    except httpx.HTTPError:
        return False


@pytest_asyncio.fixture(scope='session', loop_scope='session')
async def playwright() -> AsyncIterator[Playwright]:
    expect.set_options(timeout=10_000)
    async with async_playwright() as running:
        yield running


@pytest.fixture
def packed() -> Path | None:
    """Give the packed program, if that is what is to be tested (scripts/test-native --packed)."""
    named = os.environ.get('GUILHERME_TEST_PACKED')
    return Path(named) if named else None


@pytest.fixture
async def app(tmp_path: Path, playwright: Playwright, packed: Path | None) -> AsyncIterator[NativeApp]:
    """Give the app, not started yet, on an empty desktop, in front of a stand-in for Ollama."""
    async with OllamaServer(script='kind=num') as server, desktop(tmp_path) as on:
        one = NativeApp(tmp_path, server.url, on, playwright, packed)
        try:
            yield one
        finally:
            await one.kill_all()
