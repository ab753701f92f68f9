"""What is deleted for good is gone from the disk: the whole data folder is looked through, as after a kill."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest

from app.chat import wiping
from app.chat.wiping import Wipe
from app.domain.conversation import LOCAL_OWNER
from app.domain.search import SearchQuery
from app.storage.database import Database
from app.storage.erasing import Erasing
from app.storage.search import Search
from app.storage.shelves import Shelves
from tests.chat.desk import Desk, open_desk
from tests.replies.waiting import until
from tests.storage.samples import throw_away
from tests.storage.word_list import Said, converse, settle_in
from tests.support.app_process import AppProcess
from tests.support.ollama_server import OllamaServer
from tests.support.words_on_disk import damage, words_in_files, words_in_index

ENDLESS = 'tokens=100000 rate=50'
HERS = 'ana'


@pytest.fixture
async def desk(tmp_path: Path, server: OllamaServer) -> AsyncIterator[Desk]:
    """Give a desk on an SQLite database in its data folder, as most people have it."""
    async with open_desk(tmp_path / 'data', ollama_host=server.url) as opened:
        yield opened


def file_of(desk: Desk) -> Path:
    return desk.parts.settings.data_dir / 'guilherme.db'


def on_disk(desk: Desk, words: Said) -> Said:
    return words_in_files(desk.parts.settings.data_dir, words) | words_in_index(file_of(desk), words)


@pytest.mark.parametrize('alone', [True, False])
async def test_nothing_of_everything_is_left_and_others_keep_all_they_have(desk: Desk, alone: bool) -> None:
    database = desk.parts.database
    mine = await settle_in(database, LOCAL_OWNER, 'zuvo')
    hers = set() if alone else await settle_in(database, HERS, 'wexi')
    assert on_disk(desk, mine) == mine
    await desk.chat.erasing.everything(LOCAL_OWNER)
    assert await desk.chat.trash.purge()
    assert on_disk(desk, mine) == set()
    assert on_disk(desk, hers) == hers
    assert damage(file_of(desk)) == []
    assert desk.chat.wiping.current(LOCAL_OWNER) == Wipe('done', 1.0)
    for word in sorted(hers & {'wexiaskedx3', 'wexiansweredx7', '漢字wexi'}):
        assert len((await Search(database).find(HERS, SearchQuery(text=word))).conversations) == 1


async def _empty_the_trash(desk: Desk, _conversation_id: str) -> None:
    await desk.chat.trash.empty(LOCAL_OWNER)


async def _erase_one(desk: Desk, conversation_id: str) -> None:
    await desk.chat.trash.erase(LOCAL_OWNER, conversation_id)


async def _let_time_pass(desk: Desk, conversation_id: str) -> None:
    with closing(sqlite3.connect(file_of(desk))) as database, database:
        changed = "UPDATE conversation SET deleted_at = '2020-01-01 00:00:00.000000' WHERE id = ?"
        database.execute(changed, [conversation_id])


@pytest.mark.parametrize('delete', [_empty_the_trash, _erase_one, _let_time_pass])
async def test_nothing_is_left_of_what_lay_in_the_trash(
    desk: Desk, delete: Callable[[Desk, str], Awaitable[None]]
) -> None:
    database = desk.parts.database
    _, kept = await converse(database, LOCAL_OWNER, 'kept')
    chat, gone = await converse(database, LOCAL_OWNER, 'zuvo')
    await throw_away(Shelves(database), chat)
    await delete(desk, chat.id)
    assert await desk.chat.trash.purge()
    assert on_disk(desk, gone) == set()
    assert on_disk(desk, kept) == kept
    assert damage(file_of(desk)) == []


async def test_ending_at_once_leaves_nothing_either(desk: Desk) -> None:
    mine = await settle_in(desk.parts.database, LOCAL_OWNER, 'zuvo')
    await desk.chat.erasing.everything(LOCAL_OWNER)
    await desk.parts.close()
    assert on_disk(desk, mine) == set()


async def test_who_reads_what_is_to_go_is_waited_for(desk: Desk) -> None:
    mine = await settle_in(desk.parts.database, LOCAL_OWNER, 'zuvo')
    with closing(sqlite3.connect(file_of(desk), isolation_level=None)) as reader:
        reader.execute('BEGIN')
        reader.execute('SELECT count(*) FROM message').fetchone()
        await desk.chat.erasing.everything(LOCAL_OWNER)
        purge = asyncio.create_task(desk.chat.trash.purge())
        await until(lambda: _state(desk) == 'waiting')
        assert words_in_files(desk.parts.settings.data_dir, mine)
    assert await purge
    assert on_disk(desk, mine) == set()


async def test_a_large_database_is_written_anew_when_nobody_waits_for_an_answer(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiping, 'SMALL', 0)
    mine = await settle_in(desk.parts.database, LOCAL_OWNER, 'zuvo')
    state, reply = await desk.ask(ENDLESS, owner_id=HERS)
    await desk.chat.erasing.everything(LOCAL_OWNER)
    purge = asyncio.create_task(desk.chat.trash.purge())
    await until(lambda: _state(desk) == 'waiting')
    assert state.replies
    await desk.chat.asking.stop(HERS, state.id)
    assert await purge
    assert on_disk(desk, mine) == set()
    assert (await desk.messages.get(reply.id)).content


async def test_what_comes_meanwhile_goes_first(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiping, 'SMALL', 0)
    mine = await settle_in(desk.parts.database, LOCAL_OWNER, 'zuvo')
    state, _ = await desk.ask(ENDLESS, owner_id=HERS)
    await desk.chat.erasing.everything(LOCAL_OWNER)
    keeping = asyncio.create_task(desk.chat.trash.keep_empty())
    await until(lambda: _state(desk) == 'waiting')
    again = await settle_in(desk.parts.database, LOCAL_OWNER, 'zuvo')
    await desk.chat.erasing.everything(LOCAL_OWNER)
    await desk.chat.asking.stop(HERS, state.id)
    await until(lambda: _state(desk) == 'done')
    keeping.cancel()
    assert on_disk(desk, mine | again) == set()


async def test_how_far_it_is_goes_up(desk: Desk) -> None:
    await settle_in(desk.parts.database, LOCAL_OWNER, 'zuvo')
    told: list[Wipe | None] = []
    desk.chat.wiping.changed.subscribe(lambda owner_id: told.append(desk.chat.wiping.current(owner_id)))
    assert desk.chat.wiping.current(LOCAL_OWNER) is None
    await desk.chat.erasing.everything(LOCAL_OWNER)
    await desk.chat.trash.purge()
    parts = [wipe.part for wipe in told if wipe]
    assert parts == sorted(parts)
    assert (parts[0], parts[-1]) == (0.0, 1.0)
    assert desk.chat.wiping.current(HERS) is None


def _state(desk: Desk) -> str:
    wipe = desk.chat.wiping.current(LOCAL_OWNER)
    return wipe.state if wipe else ''


async def test_killed_at_any_moment_the_next_start_goes_on(tmp_path: Path, server: OllamaServer) -> None:
    app = AppProcess(tmp_path, server.url)
    file = app.data_dir / 'guilherme.db'
    mine, hers = await _begin_to_erase(f'sqlite:///{file}')
    while left := _left_to_do(file):
        process = await app.begin()
        await _changes(file, left)
        process.kill()
        await process.wait()
    assert words_in_files(app.data_dir, mine) | words_in_index(file, mine) == set()
    assert words_in_files(app.data_dir, hers) == hers
    assert damage(file) == []
    assert not app.new_complaints()


async def _begin_to_erase(url: str) -> tuple[Said, Said]:
    """Leave behind what a process leaves that dies right after everything of somebody was taken from them."""
    database = Database(url)
    await database.upgrade()
    hers = await settle_in(database, HERS, 'wexi')
    _, mine = await converse(database, LOCAL_OWNER, 'zuvo')
    while await Erasing(database).forget_documents(LOCAL_OWNER, 20):
        pass
    await Erasing(database).give_up(LOCAL_OWNER)
    await database.close()
    return mine, hers


def _left_to_do(file: Path) -> tuple[int, ...]:
    """Count what is left of the rows, and the notes that something has to be overwritten; nothing is false."""
    with closing(sqlite3.connect(file)) as database:
        query = 'SELECT (SELECT count(*) FROM message), (SELECT count(*) FROM erasure)'
        messages, notes = database.execute(query).fetchone()
        return (messages, notes) if notes else ()


async def _changes(file: Path, before: object) -> None:
    async with asyncio.timeout(30):
        while _left_to_do(file) == before:  # noqa: ASYNC110 (another process)
            await asyncio.sleep(0.002)
