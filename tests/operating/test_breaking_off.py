"""Commands that are broken off leave nothing half done, and say nothing but by their exit code."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from app.operating.printing import tell
from app.storage.backup import back_up
from app.storage.conversations import Conversations
from app.storage.database import Database
from tests.operating.running import begun, names, run
from tests.replies.waiting import until
from tests.storage.samples import conversation
from tests.support.pipes import full_pipe
from tests.support.postgres import postgres_server

ASK_AGAIN = 2
"""Seconds after which a command is asked once more: Python sees what comes just before a write only after it."""

SIGNALS = pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])


@pytest.fixture
async def url(tmp_path: Path) -> str:
    """Give the address of a database with one conversation."""
    address = f'sqlite:///{tmp_path}/data/guilherme.db'
    database = Database(address)
    await database.upgrade()
    await Conversations(database).create(conversation())
    await database.close()
    return address


async def broken_off(number: signal.Signals, under_way: Callable[[], object], *arguments: str) -> None:
    """Run a command that stands still when it tells how far it is, and end it once it is under way."""
    with full_pipe() as pipe:
        async with begun(*arguments, stdout=pipe) as process:
            await until(under_way, timeout=30)
            process.send_signal(number)
            told = asyncio.create_task(process.communicate())
            await asyncio.wait({told}, timeout=ASK_AGAIN)
            while not told.done():
                process.send_signal(number)
                await asyncio.wait({told}, timeout=ASK_AGAIN)
    assert (process.returncode, told.result()[1]) == (128 + number, b'')


def test_breaking_off_what_nobody_reads() -> None:
    def end(_number: int, _frame: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        raise SystemExit

    before = signal.signal(signal.SIGALRM, end)
    try:
        with full_pipe() as pipe:
            out = os.fdopen(os.dup(pipe), 'w')
            signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
            with pytest.raises(SystemExit):
                tell('Copying 100%', out)
            signal.setitimer(signal.ITIMER_REAL, 10)
            out.flush()  # as Python does with standard output when it ends
        out.close()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@SIGNALS
async def test_a_backup(number: signal.Signals, url: str, tmp_path: Path) -> None:
    await broken_off(
        number, lambda: [*tmp_path.glob('.*.part')], 'backup', f'{tmp_path}/x.db', '--data-dir', f'{tmp_path}/data'
    )
    assert names(tmp_path) == ['data']


@SIGNALS
async def test_a_restore(number: signal.Signals, url: str, tmp_path: Path) -> None:
    await asyncio.to_thread(back_up, url, tmp_path / 'x.db')
    data = tmp_path / 'data'
    before = (data / 'guilherme.db').read_bytes()
    await broken_off(number, lambda: [*data.glob('.*.part')], 'restore', f'{tmp_path}/x.db', '--data-dir', str(data))
    assert names(data) == ['guilherme.db', 'guilherme.db.lock']
    assert (data / 'guilherme.db').read_bytes() == before


async def test_a_restore_that_was_killed_leaves_nothing_for_long(url: str, tmp_path: Path) -> None:
    await asyncio.to_thread(back_up, url, tmp_path / 'x.db')
    data = tmp_path / 'data'
    restoring = 'restore', f'{tmp_path}/x.db', '--data-dir', str(data)
    with full_pipe() as pipe:
        async with begun(*restoring, stdout=pipe) as process:
            await until(lambda: [*data.glob('.*.part')], timeout=30)
            process.kill()
            await process.wait()
    assert [*data.glob('.*.part')] != []
    code, _, _ = await run(*restoring)
    assert code == 0
    assert [*data.glob('.*')] == []


@SIGNALS
async def test_carrying_over_into_a_file(number: signal.Signals, url: str, tmp_path: Path) -> None:
    there = tmp_path / 'there.db'
    await broken_off(number, there.exists, 'migrate-data', '--from', url, '--to', f'sqlite:///{there}')
    assert names(tmp_path) == ['data', 'there.db.lock']


async def test_carrying_over_to_postgresql(url: str) -> None:
    with postgres_server() as server:
        name = server.create_database()

        def makes_tables() -> object:
            locked = "SELECT 1 FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND pid <> pg_backend_pid()"
            return server.execute(locked, name)

        await broken_off(signal.SIGINT, makes_tables, 'migrate-data', '--from', url, '--to', server.url(name))
        assert server.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public'", name) == []
