"""One process at a time for each PostgreSQL database, also when its server goes away and comes back."""

import asyncio
import logging
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from app.errors import AlreadyRunning, StorageUnavailable
from app.storage.instance import Holder, lock_of
from app.storage.postgres_lock import PostgresLock
from tests.replies.waiting import until
from tests.support.postgres import PostgresServer

ROOT = Path(__file__).parents[2]
URL = 'http://127.0.0.1:8080'
QUICK = 0.02
MACHINE = socket.gethostname()[:20]


@pytest.fixture
def name(postgres: PostgresServer) -> Iterator[str]:
    name = postgres.create_database()
    yield name
    postgres.drop_database(name)


@pytest.fixture
def url(postgres: PostgresServer, name: str) -> str:
    return postgres.url(name)


@asynccontextmanager
async def kept(lock: PostgresLock) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(lock.keep(QUICK))
    yield task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    lock.release()


def test_the_second_is_told_where_the_first_is(url: str) -> None:
    first, second = lock_of(url), lock_of(url)
    assert first.holder() is None
    first.take(URL)
    first.take(URL)
    with pytest.raises(AlreadyRunning) as refused:
        second.take('http://127.0.0.1:9090')
    assert refused.value.details == {
        'reason': 'running_database',
        'url': URL,
        'process': os.getpid(),
        'machine': MACHINE,
    }
    assert second.holder() == Holder(os.getpid(), URL, MACHINE)
    first.release()
    assert first.holder() is None
    second.take()
    with pytest.raises(AlreadyRunning) as refused:
        first.take(URL)
    assert refused.value.details['reason'] == 'busy_database'
    second.release()
    second.release()


def test_another_database_of_the_server_is_another_matter(postgres: PostgresServer, url: str) -> None:
    other_name = postgres.create_database()
    one, other = lock_of(url), lock_of(postgres.url(other_name))
    one.take(URL)
    assert other.holder() is None
    other.take(URL)
    one.release()
    other.release()
    postgres.drop_database(other_name)


def test_a_process_that_is_killed_holds_nothing(url: str) -> None:
    code = (
        'import sys, time\n'
        'from app.storage.instance import lock_of\n'
        'lock = lock_of(sys.argv[1])\n'
        f'lock.take({URL!r})\n'
        "print('taken', flush=True)\n"
        'time.sleep(60)\n'
    )
    command = [sys.executable, '-c', code, url]
    lock = lock_of(url)
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == 'taken\n'
        assert lock.holder() == Holder(process.pid, URL, MACHINE)
        process.kill()
        process.wait()
    while lock.holder():  # until the server has noticed
        pass
    lock.take(URL)
    lock.release()


async def test_it_is_taken_anew_when_the_server_is_back(
    postgres: PostgresServer, name: str, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    lock = PostgresLock(url)
    lock.take(URL)
    async with kept(lock) as keeping:
        with caplog.at_level(logging.INFO):
            await asyncio.to_thread(postgres.lock_out, name)
            await until(lambda: 'is gone' in caplog.text)
        await asyncio.to_thread(postgres.let_in, name)
        await until(lambda: PostgresLock(url).holder() == Holder(os.getpid(), URL, MACHINE))
        assert not keeping.done()


async def test_it_says_so_when_another_was_quicker(postgres: PostgresServer, name: str, url: str) -> None:
    lock, other = PostgresLock(url), PostgresLock(url)
    lock.take(URL)
    postgres.lock_out(name)
    postgres.let_in(name)
    other.take(URL)
    with pytest.raises(AlreadyRunning):
        async with asyncio.timeout(10):
            await lock.keep(QUICK)
    other.release()


def test_a_server_that_is_away_is_said() -> None:
    lock = lock_of('postgresql+psycopg://postgres@127.0.0.1:1/none')
    assert lock.holder() is None
    with pytest.raises(StorageUnavailable):
        lock.take(URL)
