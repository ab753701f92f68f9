"""What browser tests need: the app, a stand-in model server, and tabs whose errors fail the test."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any, Protocol

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from app.domain.message import Source, Status
from tests.browser.screen import WATCH, Screen
from tests.browser.seeding import Seeding
from tests.support.app_process import AppProcess, running_app
from tests.support.ollama_server import OllamaServer
from tests.support.script import MARKDOWN

expect.set_options(timeout=10_000)

CLOSE_PATIENCE = 30
"""Seconds a browser has to close a tab."""


class OpenTab(Protocol):
    """Opens a tab; in a browser of its own unless `beside` another tab. `options` are those of a browser context."""

    async def __call__(
        self, app: AppProcess | str, path: str = '/', *, beside: Screen | None = None, **options: Any
    ) -> Screen: ...


StartApp = Callable[..., Awaitable[AppProcess]]


@pytest_asyncio.fixture(scope='session', loop_scope='session')
async def ollama() -> AsyncIterator[OllamaServer]:
    """Give the stand-in for Ollama that all tests share; messages carry the directives."""
    async with OllamaServer(script='kind=num') as server:
        yield server


@pytest_asyncio.fixture(scope='session', loop_scope='session')
async def shared_app(tmp_path_factory: pytest.TempPathFactory, ollama: OllamaServer) -> AsyncIterator[AppProcess]:
    """Run the app for all tests that do it no harm."""
    async with running_app(tmp_path_factory.mktemp('shared'), ollama.url) as app:
        yield app


@pytest_asyncio.fixture(scope='session', loop_scope='session')
async def furnished(
    tmp_path_factory: pytest.TempPathFactory, ollama: OllamaServer
) -> AsyncIterator[tuple[AppProcess, dict[str, str]]]:
    """Give an app with conversations, and their ids by name."""
    async with running_app(tmp_path_factory.mktemp('furnished'), ollama.url) as app:
        async with Seeding(app) as seeding:
            ids = {
                'sources': await seeding.conversation(
                    'questions of all kinds',
                    ['a question', MARKDOWN],
                    thinking='Let me think.',
                    sources=(Source(title='A video', url='https://example.org/video'), Source(title='A file', url='')),
                    stats={'tokens': 30, 'prompt_tokens': 2000, 'num_ctx': 4096, 'omitted': 2},
                ),
                'interrupted': await seeding.conversation('cut off', ['a question', 'half'], status=Status.INTERRUPTED),
            }
        yield app, ids


@pytest.fixture
async def app(shared_app: AppProcess, browser_log: 'BrowserLog') -> AsyncIterator[AppProcess]:
    """Give the shared app; what it complains of fails the test."""
    browser_log.apps.append(shared_app)
    yield shared_app


@pytest.fixture
async def start_app(tmp_path: Path, ollama: OllamaServer, browser_log: 'BrowserLog') -> AsyncIterator[StartApp]:
    """Start an app of the test's own; settings are given by name."""
    async with AsyncExitStack() as stack:

        async def start(ollama_url: str = ollama.url, **settings: Any) -> AppProcess:
            folder = tmp_path / f'app{len(browser_log.apps)}'
            app = await stack.enter_async_context(running_app(folder, ollama_url, **settings))
            browser_log.apps.append(app)
            return app

        yield start


class BrowserLog:
    """What pages and apps complained of. A test that provokes something says so with `expect`."""

    def __init__(self) -> None:
        self.apps: list[AppProcess] = []
        self._lines: list[str] = []
        self._expected: list[str] = []

    def expect(self, *patterns: str) -> None:
        """Let lines that match one of the patterns pass."""
        self._expected += patterns

    def expect_lost_line(self) -> None:
        """Let pass what a browser says when its server cannot be reached."""
        self.expect('WebSocket', 'ERR_CONNECTION', 'ERR_INTERNET', 'ERR_EMPTY', 'ERR_NETWORK', 'Failed to fetch')

    def watch(self, page: Page) -> None:
        """Note the page's errors."""
        page.on('pageerror', lambda error: self._lines.append(f'page error: {error}'))
        page.on('console', self._console)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == 'error':
            self._lines.append(f'console: {message.text} ({message.location.get("url")})')

    def complaints(self) -> list[str]:
        """Give what nobody expected."""
        lines = [line for line in self._lines if not any(re.search(pattern, line) for pattern in self._expected)]
        return lines + [text for app in self.apps if (text := app.new_complaints())]


@pytest.fixture
def browser_log() -> BrowserLog:
    """Collect complaints of pages and apps."""
    return BrowserLog()


@pytest.fixture
async def open_tab(browser: Browser, browser_log: BrowserLog) -> AsyncIterator[OpenTab]:
    """Open tabs. Errors on their consoles, and of the apps behind them, fail the test."""
    contexts: list[BrowserContext] = []

    async def open_tab(
        app: AppProcess | str, path: str = '/', *, beside: Screen | None = None, **options: Any
    ) -> Screen:
        if beside is None:
            context = await browser.new_context(**({'locale': 'en-US'} | options))
            await context.add_init_script(WATCH)
            contexts.append(context)
        else:
            context = beside.page.context
        page = await context.new_page()
        browser_log.watch(page)
        screen = Screen(page, app if isinstance(app, str) else app.url)
        await screen.open(path)
        return screen

    yield open_tab
    for context in contexts:
        with suppress(TimeoutError):  # once in thousands Chromium never says that it has closed one; nobody needs it
            async with asyncio.timeout(CLOSE_PATIENCE):
                await context.close()
    if complaints := browser_log.complaints():
        pytest.fail('complaints nobody expected:\n' + '\n'.join(complaints), pytrace=False)
