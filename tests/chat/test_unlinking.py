"""Files of imports go without holding up the event loop: the name at once, the space when a thread is free."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from app.chat.inbox import received
from app.chat.unlinking import unlink
from app.chat.waiting_files import Given, WaitingFiles
from app.domain.conversation import LOCAL_OWNER
from tests.chat.desk import Desk
from tests.chat.test_importing import begin, ended
from tests.replies.waiting import until


@contextmanager
def no_free_thread() -> Iterator[None]:
    """Keep busy every thread that the event loop gives work to."""
    let_go = threading.Event()
    threads = ThreadPoolExecutor(1)
    threads.submit(let_go.wait)
    asyncio.get_running_loop().set_default_executor(threads)
    try:
        yield
    finally:
        let_go.set()


def is_open(file: os.stat_result) -> bool:
    """Tell whether this process holds a file open, whatever has become of its name."""
    for number in (int(each.name) for each in Path('/dev/fd').iterdir()):
        with suppress(OSError):  # the list itself was open, too
            if os.path.samestat(os.fstat(number), file):
                return True
    return False


async def test_the_name_goes_at_once_and_the_space_in_a_thread(tmp_path: Path) -> None:
    file = tmp_path / 'given'
    file.write_bytes(b'x' * 10_000)
    stat = file.stat()
    with no_free_thread():
        unlink(file)
        assert not file.exists()
        assert is_open(stat)
    await until(lambda: not is_open(stat))
    unlink(file)  # there is none any more


async def test_one_that_waited(tmp_path: Path) -> None:
    file = tmp_path / 'given'
    file.write_bytes(b'x')
    stat = file.stat()
    waiting = WaitingFiles(lambda _: None)
    waiting.put(Given(owner_id='ana', path=file, name='', language='en'))
    with no_free_thread():
        assert waiting.remove('ana')
        assert (file.exists(), is_open(stat)) == (False, True)
    await until(lambda: not is_open(stat))


async def test_one_whose_import_ends(desk: Desk) -> None:
    file = begin(desk, '[]')
    stat = file.stat()
    with no_free_thread():
        desk.chat.importing.cancel(LOCAL_OWNER)
        assert (await ended(desk)).state == 'cancelled'
        assert (file.exists(), is_open(stat)) == (False, True)
    await until(lambda: not is_open(stat))


async def test_one_that_breaks_off_while_it_comes(desk: Desk) -> None:
    inbox, threads, stats = desk.chat.importing.inbox, ExitStack(), list[os.stat_result]()

    async def body() -> AsyncIterator[bytes]:
        yield b'x' * 2_000_000
        stats.extend(file.stat() for file in inbox.iterdir())
        threads.enter_context(no_free_thread())
        raise LookupError

    with threads:
        with pytest.raises(LookupError):
            await received(body(), desk.chat.importing)
        assert ([*inbox.iterdir()], is_open(stats[0])) == ([], True)
    await until(lambda: not is_open(stats[0]))
