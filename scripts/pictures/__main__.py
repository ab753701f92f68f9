"""Starts the app with --demo on conversations to be shown, and photographs it in a real browser, in both languages."""

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

from scripts.pictures.samples import SAMPLES, fill
from tests.support.browser import chromium

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / 'docs' / 'images'
WIDE: ViewportSize = {'width': 1200, 'height': 760}
PHONE: ViewportSize = {'width': 390, 'height': 760}
PATIENCE = 20.0
"""Seconds until the app must be ready."""

Scheme = Literal['light', 'dark']


@contextmanager
def demo_app() -> Iterator[str]:
    """Run the app with the demo's answers on a free port, on the samples; gives its address."""
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(fill(Path(folder)))
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


@asynccontextmanager
async def visitor(
    browser: Browser, address: str, scheme: Scheme = 'light', *, size: ViewportSize = WIDE, locale: str = 'pt-BR'
) -> AsyncIterator[Page]:
    """Open the app as a visitor with that theme and language would see it, at one and a half times the resolution."""
    context = await browser.new_context(viewport=size, device_scale_factor=1.5, locale=locale, color_scheme=scheme)
    page = await context.new_page()
    await page.goto(address)
    await page.wait_for_function('() => window.socket?.connected && window.did_handshake')
    yield page
    await context.close()


async def take(page: Page, name: str) -> None:
    """Take one picture."""
    await page.mouse.move(0, 0)
    await page.evaluate('document.fonts.ready')
    await page.screenshot(path=IMAGES / f'{name}.png', animations='disabled')


async def ask(page: Page, question: str) -> None:
    """Send a question and wait for the whole answer."""
    answers = page.locator('[data-role=assistant][data-status=complete]')
    before = await answers.count()
    await page.get_by_test_id('composer').fill(question)
    await page.keyboard.press('Enter')
    await answers.nth(before).wait_for(timeout=60_000)


async def show(page: Page, title: str) -> None:
    """Open one of the samples."""
    await page.get_by_test_id('search-conversations').fill(title)
    await page.get_by_test_id('conversation-item').filter(has_text=title).first.locator('a').first.click()
    await page.get_by_test_id('search-conversations').fill('')


async def pictures(browser: Browser, address: str) -> None:
    """Take the pictures of the welcome page, a conversation, versions, and what waits."""
    async with visitor(browser, address, 'dark') as page:
        await take(page, 'welcome-dark')
    async with visitor(browser, address) as page:
        await ask(page, 'Explique este código em Python')
        await take(page, 'conversation')
        await page.get_by_test_id('message-edit').first.click()
        await page.get_by_test_id('message-editor-text').fill('Explique este código em Python, passo a passo')
        await page.keyboard.press('Enter')
        await page.get_by_text('2/2').wait_for()
        await page.locator('[data-role=assistant][data-status=complete]').wait_for(timeout=60_000)
        await page.locator('.message-stats summary').click()
        await page.locator('[data-role=user]').hover()
        await page.screenshot(path=IMAGES / 'versions.png', animations='disabled')
        await page.locator('.message-stats summary').click()
        await page.get_by_test_id('composer').fill('E se a lista estiver vazia?')
        await page.keyboard.press('Enter')
        await page.get_by_test_id('composer').fill('Escreva um teste para isso')
        await page.keyboard.press('Enter')
        await page.get_by_test_id('queued-message').wait_for()
        await take(page, 'queue')


async def screens(browser: Browser, address: str) -> None:
    """Take the pictures of the list, the search, the settings, and a phone."""
    async with visitor(browser, address) as page:
        await page.get_by_test_id('folder').get_by_role('button').first.click()
        await show(page, SAMPLES[0].title)
        await take(page, 'list')
        await page.get_by_test_id('search-conversations').fill('praca tiradentes')
        await page.get_by_test_id('search-hit').first.click()
        await take(page, 'search')
        await page.goto(f'{address}/settings')
        await page.get_by_role('heading', level=1).first.wait_for()
        await take(page, 'settings')
        await page.goto(address)
        await page.get_by_test_id('temporary-toggle').click()
        await take(page, 'temporary')
    async with visitor(browser, address, 'dark', size=PHONE, locale='en') as page:
        await page.get_by_test_id('sidebar-toggle').click()
        await page.locator('.drawer').wait_for()
        await take(page, 'phone')


async def main(address: str) -> None:
    """Take all pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    async with chromium() as browser:
        await screens(browser, address)
        await pictures(browser, address)


if __name__ == '__main__':
    with demo_app() as where:
        asyncio.run(main(where))
