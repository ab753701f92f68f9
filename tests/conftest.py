"""What holds for every test: a home of its own, no network, a clean log, and one browser for all that need it."""

import logging
import os
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.support import network
from tests.support.browser import chromium
from tests.support.youtube_server import TALK, Video, YouTubeServer

pytest_plugins = ['pytester']
OUR_LOGGERS = ('app', 'guilherme', '__main__')


def pytest_configure(config: pytest.Config) -> None:
    """Set up what must be there before the first import of the app."""
    config.addinivalue_line('markers', 'expects_log(*patterns): these lines are errors the test brings about itself')
    for name in [name for name in os.environ if name.startswith('GUILHERME_') or name in ('OLLAMA_HOST',)]:
        if not name.startswith('GUILHERME_TEST_'):
            del os.environ[name]
    network.refuse()


@pytest.fixture(scope='session', autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep the developer's data folder and `.env` out of reach: data and working directory are temporary."""
    home = tmp_path_factory.mktemp('home')
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('GUILHERME_DATA_DIR', str(home / 'data'))
        patch.setenv('XDG_DATA_HOME', str(home / 'share'))
        patch.setenv('NICEGUI_STORAGE_PATH', str(home / 'nicegui'))
        patch.chdir(home)
        yield home


@pytest_asyncio.fixture(scope='session', loop_scope='session')
async def browser() -> AsyncIterator[Browser]:
    """Give the Chromium all browser tests share; each opens its own context."""
    async with chromium() as running:
        yield running


@pytest.fixture
async def youtube() -> AsyncIterator[YouTubeServer]:
    """Give a stand-in for YouTube with one short talk."""
    async with YouTubeServer() as running:
        running.show(Video(TALK))
        yield running


class _Complaints(logging.Handler):
    """Keeps the log lines nobody should have to see: errors of anyone, warnings of ours."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter('%(levelname)s %(name)s: %(message)s'))

    def emit(self, record: logging.LogRecord) -> None:
        ours = record.name.partition('.')[0] in OUR_LOGGERS
        if ours or record.levelno >= logging.ERROR:
            self.lines.append(self.format(record))


@pytest.fixture(autouse=True)
def clean_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that logs an error (or a warning of ours) it does not announce with `expects_log`.

    Without patterns the marker allows every line. With patterns each line must match one, and each must be seen.
    """
    complaints = _Complaints()
    root = logging.getLogger()
    root.addHandler(complaints)
    yield
    root.removeHandler(complaints)
    marker = request.node.get_closest_marker('expects_log')
    if marker and not marker.args:
        return
    patterns: tuple[str, ...] = marker.args if marker else ()
    unexpected = [line for line in complaints.lines if not any(re.search(pattern, line) for pattern in patterns)]
    unseen = [pattern for pattern in patterns if not any(re.search(pattern, line) for line in complaints.lines)]
    if unexpected:
        pytest.fail('logged, but not expected:\n' + '\n'.join(unexpected), pytrace=False)
    if unseen:
        pytest.fail(f'expected in the log, but not there: {unseen}', pytrace=False)
