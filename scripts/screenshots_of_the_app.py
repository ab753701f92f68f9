"""Takes the pictures of README and docs: starts the app with --demo, talks to it in a real browser."""

import asyncio
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, Page, ViewportSize

from tests.support.browser import chromium

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / 'docs' / 'images'
QUESTIONS = ('Sugira cinco ideias para um fim de semana em Ouro Preto', 'Explique este código em Python')
PATIENCE = 20.0
"""Seconds until the app must be ready."""


@contextmanager
def demo_app() -> Iterator[str]:
    """Run the app with the demo's answers on a free port; gives its address."""
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, 'main.py', '--demo', '--port', str(port), '--data-dir', folder]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        try:
            wait_until_ready(f'http://127.0.0.1:{port}/readyz')
            yield f'http://127.0.0.1:{port}'
        finally:
            process.terminate()
            process.wait(10)


def wait_until_ready(address: str) -> None:
    """Ask until the app answers."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(address, timeout=1).close()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f'{address} did not answer within {PATIENCE:.0f} s')


async def ask(page: Page, question: str) -> None:
    """Send a question from the welcome page and wait for the whole answer."""
    await page.get_by_test_id('new-chat').click()
    await page.get_by_test_id('composer').fill(question)
    await page.keyboard.press('Enter')
    await page.locator('[data-role=assistant][data-status=complete]').wait_for(timeout=60_000)


@asynccontextmanager
async def visitor(browser: Browser, address: str, scheme: Literal['light', 'dark']) -> AsyncIterator[Page]:
    """Open the app as a Brazilian with that theme would see it, at one and a half times the resolution."""
    size: ViewportSize = {'width': 1200, 'height': 760}
    context = await browser.new_context(viewport=size, device_scale_factor=1.5, locale='pt-BR', color_scheme=scheme)
    page = await context.new_page()
    await page.goto(address)
    yield page
    await context.close()


async def take(page: Page, name: str) -> None:
    """Take one picture."""
    await page.mouse.move(0, 0)
    await page.evaluate('document.fonts.ready')
    await page.screenshot(path=IMAGES / f'{name}.png', animations='disabled')


async def main() -> None:
    """Take all pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with demo_app() as address:
        async with chromium() as browser:
            async with visitor(browser, address, 'dark') as page:
                await take(page, 'welcome-dark')
            async with visitor(browser, address, 'light') as page:
                for question in QUESTIONS:
                    await ask(page, question)
                await take(page, 'conversation')


if __name__ == '__main__':
    asyncio.run(main())
