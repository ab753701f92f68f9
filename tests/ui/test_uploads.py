"""Files that come in through the address for uploads."""

import shutil
from collections import namedtuple
from collections.abc import AsyncIterator

import pytest

from app.bootstrap import Parts
from tests.ui.simulated import Browser

MEGABYTE = 1_000_000

Usage = namedtuple('Usage', 'total used free')


async def test_an_upload_that_does_not_say_its_size_stops_when_the_disk_is_full(
    page: Browser, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = 0

    def usage(_: object) -> Usage:
        return Usage(1 << 40, 0, 210 * MEGABYTE - sent)

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(50):
            sent += MEGABYTE
            yield b' ' * MEGABYTE

    monkeypatch.setattr(shutil, 'disk_usage', usage)
    answer = await page.http.post('/import', content=body())
    assert (answer.status_code, answer.text) == (409, 'There is not enough space on the disk.')
    assert sent < 12 * MEGABYTE
    assert [*parts.chat.importing.inbox.iterdir()] == []
