"""A real Chromium for the browser tests. Run as a module it only says whether one starts."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright
from playwright.async_api import Error as PlaywrightError

SYSTEM_NAMES = ('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable')
ARGUMENTS = (
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    # Pages reach this machine and nothing else; a test that needs an offline page cuts the line itself.
    '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1 , EXCLUDE [::1]',
)


class NoChromium(Exception):
    """Raised when no Chromium can be started."""


def chromium_path() -> str | None:
    """Give the browser to start: `GUILHERME_TEST_CHROMIUM`, else the system's, else None for Playwright's own."""
    named = os.environ.get('GUILHERME_TEST_CHROMIUM')
    if named is None:
        named = next((path for name in SYSTEM_NAMES if (path := shutil.which(name))), '')
    return named or None


def arguments() -> list[str]:
    """Give the command line; root cannot use Chromium's sandbox."""
    is_root = hasattr(os, 'geteuid') and os.geteuid() == 0
    return [*ARGUMENTS, '--no-sandbox'] if is_root else [*ARGUMENTS]


@asynccontextmanager
async def chromium(*further: str) -> AsyncIterator[Browser]:
    """Start a headless Chromium, with further arguments, and close it at the end.

    Raises:
        NoChromium: none is there, or it does not start.
    """
    async with async_playwright() as playwright:
        path = chromium_path()
        try:
            browser = await playwright.chromium.launch(executable_path=path, args=[*arguments(), *further])
        except PlaywrightError as error:
            raise NoChromium(
                f'{path or "Playwright’s Chromium"} could not be started. scripts/test finds or installs one; '
                f'or set GUILHERME_TEST_CHROMIUM to the path of yours.\n{error.message}'
            ) from error
        try:
            yield browser
        finally:
            await browser.close()


async def _probe() -> str:
    async with chromium() as browser:
        return browser.version


if __name__ == '__main__':
    try:
        print(asyncio.run(_probe()))
    except NoChromium as error:
        sys.exit(str(error))
