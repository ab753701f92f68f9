"""Files that come in through the address for uploads."""

import asyncio
import json
import shutil
from collections import namedtuple
from collections.abc import AsyncIterator

import pytest

from app.bootstrap import Parts
from app.chat import inbox
from app.domain.conversation import LOCAL_OWNER
from app.errors import ImportRefused
from tests.chat.test_importing import chat
from tests.replies.waiting import until
from tests.ui.simulated import Browser

MEGABYTE = 1_000_000
STALLED = 'The file stopped coming, so nothing of it was kept. Send it again.'

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


async def test_nothing_is_received_while_another_import_runs(page: Browser, parts: Parts) -> None:
    asked = False

    async def body() -> AsyncIterator[bytes]:
        nonlocal asked
        asked = True
        yield b'[]'

    importing = parts.chat.importing
    importing.check_room(0)
    file = importing.inbox / 'large'
    file.write_text(json.dumps([chat(f'c{number}', *['text ' * 200] * 20) for number in range(400)]))
    importing.start(LOCAL_OWNER, file)
    answer = await page.http.post('/import', content=body())
    assert answer.status_code == 409
    assert answer.text.startswith('Another import is still running.')
    assert not asked
    importing.cancel(LOCAL_OWNER)
    await until(lambda: (last := importing.current(LOCAL_OWNER)) and not last.runs)


async def test_a_file_that_stops_coming_is_given_up(
    page: Browser, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b'['
        await asyncio.Event().wait()

    monkeypatch.setattr(inbox, 'SILENCE', 0.01)
    answer = await asyncio.wait_for(page.http.post('/import', content=body()), 10)
    assert (answer.status_code, answer.text, answer.headers['connection']) == (409, STALLED, 'close')
    assert [*parts.chat.importing.inbox.iterdir()] == []


async def test_so_is_one_that_never_ends(page: Browser, parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, 'LONGEST', 0.05)
    answer = await asyncio.wait_for(page.http.post('/import', content=blanks(1_000_000)), 10)
    assert (answer.status_code, answer.text, answer.headers['connection']) == (409, STALLED, 'close')
    assert [*parts.chat.importing.inbox.iterdir()] == []


async def test_also_where_there_is_never_a_moment_to_wait_for_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, 'LONGEST', 0)
    with pytest.raises(ImportRefused):
        [chunk async for chunk in inbox.in_time(blanks(1_000))]


async def blanks(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b' '
