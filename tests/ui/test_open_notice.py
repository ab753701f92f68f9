"""Whether other machines can come in is said on the page, until the person knows."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.bootstrap import Parts
from tests.support.ollama_server import OllamaServer
from tests.ui.simulated import Browser, running_app

SAID = 'Other machines can come in too'


@pytest.fixture
async def open_parts(tmp_path: Path, server: OllamaServer) -> AsyncIterator[Parts]:
    async with running_app(tmp_path / 'data', ollama_host=server.url, host='0.0.0.0') as running:
        yield running


async def test_it_is_said_until_it_is_put_away(open_parts: Parts) -> None:
    page = Browser()
    await page.open('/')
    await page.sees(SAID)
    [notice] = page.by_testid('open-notice')
    page.trigger(notice.default_slot.children[-1], 'click')
    await page.does_not_see(SAID)
    knowing = Browser(guilherme_open='known')
    await knowing.open('/')
    await knowing.does_not_see(SAID)


async def test_alone_there_is_nothing_to_say(parts: Parts, page: Browser) -> None:
    await page.open('/')
    await page.does_not_see(SAID)
