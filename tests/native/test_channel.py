"""The line between the processes: wishes, answers, and how each side learns that the other is gone."""

import asyncio
import json
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from app.native.channel import FORWARD, Address, Listener, read_address, write_address
from tests.replies.waiting import until


class Serving:
    """A listener that notes what it is asked."""

    def __init__(self) -> None:
        self.wishes: list[str] = []
        self.windows_gone = 0
        self.listener = Listener(self._answer, self._gone)

    def _answer(self, wish: str) -> str:
        self.wishes.append(wish)
        return f'{wish}, certainly'

    def _gone(self) -> None:
        self.windows_gone += 1


@asynccontextmanager
async def serving() -> AsyncIterator[Serving]:
    one = Serving()
    await one.listener.start()
    yield one
    await one.listener.close()


async def test_a_wish_is_answered() -> None:
    async with serving() as one:
        assert await asyncio.to_thread(one.listener.address.ask, FORWARD) == 'forward, certainly'
        assert one.wishes == [FORWARD]


async def test_who_asks_before_the_server_is_ready_waits_for_it() -> None:
    one = Serving()
    asked = asyncio.create_task(asyncio.to_thread(one.listener.address.ask, FORWARD))
    await asyncio.to_thread(lambda: None)
    await one.listener.start()
    assert await asked == 'forward, certainly'
    await one.listener.close()


@pytest.mark.parametrize('key', ['', 'guessed', 'ã'])
async def test_without_the_key_nothing_is_answered(key: str) -> None:
    async with serving() as one:
        stranger = Address(one.listener.address.port, key)
        assert await asyncio.to_thread(stranger.ask, FORWARD) == ''
        assert await asyncio.to_thread(lambda: [*stranger.attend()]) == []
        assert one.wishes == []
        assert not one.listener.attended


@pytest.mark.parametrize('said', [b'', b'\n', b'[]\n', b'{"key": 7}\n', b'\xff\n', b'x' * 100_000 + b'\n'])
async def test_noise_is_not_answered(said: bytes) -> None:
    async with serving() as one:
        reader, writer = await asyncio.open_connection('127.0.0.1', one.listener.address.port)
        writer.write(said)
        writer.write_eof()
        with suppress(ConnectionError):  # hung up on, with some of it unread
            assert await reader.read() == b''
        writer.close()
        assert one.wishes == []


async def test_nobody_there_is_no_answer() -> None:
    async with serving() as one:
        address = one.listener.address
    assert await asyncio.to_thread(address.ask, FORWARD) == ''
    assert await asyncio.to_thread(lambda: [*address.attend()]) == []


async def test_the_window_hears_what_it_is_told_until_the_server_is_gone() -> None:
    heard: list[str] = []

    def attend(address: Address, hear: Callable[[str], None]) -> None:
        for word in address.attend():
            hear(word)

    async with serving() as one:
        window = asyncio.create_task(asyncio.to_thread(attend, one.listener.address, heard.append))
        await until(lambda: one.listener.attended)
        one.listener.tell('hide')
        one.listener.tell('forward')
        await until(lambda: len(heard) == 2)
    await window
    assert heard == ['hide', 'forward']


async def test_the_server_notices_that_the_window_is_gone() -> None:
    async with serving() as one:
        address = one.listener.address
        _, writer = await asyncio.open_connection('127.0.0.1', address.port)
        writer.write(json.dumps({'key': address.key, 'word': 'attend'}).encode() + b'\n')
        await until(lambda: one.listener.attended)
        assert one.windows_gone == 0
        writer.close()
        await until(lambda: one.windows_gone == 1)
        one.listener.tell('hide')  # nobody hears it, and nothing happens


def test_the_address_is_left_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / 'window-open.json'
    file.touch(mode=0o644)
    file.write_text('{"port": 1, "key": "of a process that was killed"}', 'utf-8')
    file.chmod(0o644)
    write_address(file, Address(8123, 'secret'))
    assert read_address(file) == Address(8123, 'secret')
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize('written', ['', '[]', '{"port": 1}', '{"port": "x", "key": "y"}'])
def test_an_address_that_makes_no_sense_is_none(tmp_path: Path, written: str) -> None:
    (tmp_path / 'file').write_text(written, 'utf-8')
    assert read_address(tmp_path / 'file') is None
    assert read_address(tmp_path / 'nothing') is None
