"""What is left of what was deleted: noted until it is overwritten, which makes way for whoever wants to write."""

import asyncio
from pathlib import Path
from threading import Event

import pytest
from alembic import command
from sqlalchemy import text

from app.domain.conversation import LOCAL_OWNER
from app.domain.message import Role
from app.storage import migrate
from app.storage.database import Database
from app.storage.erasing import Erasing
from app.storage.messages import Messages
from app.storage.shelves import Shelves
from app.storage.traces import Traces
from app.storage.trash import CHARACTERS, NOBODY, Trash
from tests.storage.samples import conversation, message, throw_away
from tests.storage.word_list import converse, settle_in
from tests.support.words_on_disk import words_in_files


async def overwrite(database: Database) -> None:
    """Do all that is to be done, as one does who has the database for oneself."""
    traces = Traces(database)
    asked = await traces.asked()
    await traces.clear_index()
    while await Trash(database).erase_some(200):
        pass
    more = await traces.merge_some(begin=True)
    while more:
        more = await traces.merge_some(begin=False)
    assert await traces.rewrite(make_way=False)
    assert await traces.empty_log()
    await traces.settle(asked)


async def test_whoever_deletes_is_noted_until_it_is_done(database: Database) -> None:
    traces = Traces(database)
    chat, _ = await converse(database, LOCAL_OWNER, 'zuvo', exchanges=2)
    assert await traces.asked() == {}
    await throw_away(Shelves(database), chat)
    await Trash(database).give_up('ana')
    assert await traces.asked() == {}
    await Trash(database).give_up(LOCAL_OWNER, [chat.id])
    assert await traces.asked() == {LOCAL_OWNER: 1}
    assert await traces.left() == 5
    await overwrite(database)
    assert await traces.asked() == {}
    assert await traces.left() == 0


async def test_who_asks_again_meanwhile_is_not_forgotten(database: Database) -> None:
    traces = Traces(database)
    await Erasing(database).give_up(LOCAL_OWNER)
    await Erasing(database).give_up('ana')
    asked = await traces.asked()
    await Erasing(database).give_up('ana')
    await traces.settle(asked)
    assert await traces.asked() == {'ana': 2}


async def test_documents_that_are_gone_are_noted_with_them(database: Database) -> None:
    await settle_in(database, LOCAL_OWNER, 'zuvo')
    await Erasing(database).forget_documents(LOCAL_OWNER, 2)
    assert await Traces(database).asked() == {LOCAL_OWNER: 1}


async def test_what_older_versions_left_is_noted_once(empty_url: str) -> None:
    database = Database(empty_url)
    await database.write(lambda session: command.upgrade(migrate.config(session.connection()), '0004'))
    assert await database.upgrade()
    assert await Traces(database).asked() == {NOBODY: 1}
    await overwrite(database)
    assert not await database.upgrade()
    assert await Traces(database).asked() == {}
    await database.close()


async def test_a_new_database_has_nothing_to_hide(database: Database) -> None:
    assert await Traces(database).asked() == {}


async def test_the_tables_of_a_server_are_vacuumed(
    database: Database, backend: str, database_url: str, tmp_path: Path
) -> None:
    said = await settle_in(database, LOCAL_OWNER, 'zuvo')
    await Erasing(database).give_up(LOCAL_OWNER)
    await overwrite(database)
    if backend == 'sqlite':
        assert words_in_files(tmp_path / 'data', said - {'zuvopassage', 'zuvodocument'}) == set()
        return
    size = text("SELECT pg_relation_size('message') + pg_relation_size('search_entry')")
    assert await database.read(lambda session: session.connection().execute(size).scalar()) == 0


async def test_a_long_text_goes_by_itself(database: Database, messages: Messages) -> None:
    chat, parent = conversation(), None
    for _ in range(4):
        question = message(chat, parent, content='word ' * (CHARACTERS // 5))
        await messages.begin_reply(chat, question, parent := message(chat, question, Role.ASSISTANT))
    await throw_away(Shelves(database), chat)
    await Trash(database).give_up(LOCAL_OWNER)
    sizes = []
    while erased := await Trash(database).erase_some(200):
        sizes.append(erased.characters)
    assert sizes == [CHARACTERS] * 4


@pytest.mark.parametrize('backend', ['sqlite'], indirect=True)  # a server lets others write meanwhile
async def test_writing_anew_makes_way_for_whoever_wants_to_write(database: Database) -> None:
    await settle_in(database, LOCAL_OWNER, 'zuvo')
    go = Event()
    holding = asyncio.create_task(database.write(lambda _session: go.wait(5)))
    rewriting = asyncio.create_task(Traces(database).rewrite(make_way=True))
    for _ in range(3):  # until it stands in line
        await asyncio.sleep(0)
    waiting = asyncio.create_task(database.write(lambda _session: 'written'))
    await asyncio.sleep(0)
    go.set()
    assert await holding
    assert not await rewriting
    assert await waiting == 'written'
    assert await Traces(database).rewrite(make_way=True)


async def test_whoever_is_cancelled_while_it_is_written_anew_leaves_it_sound(database: Database) -> None:
    await settle_in(database, LOCAL_OWNER, 'zuvo')
    rewriting = asyncio.create_task(Traces(database).rewrite(make_way=True))
    await asyncio.sleep(0)
    rewriting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await rewriting
    assert await Traces(database).rewrite(make_way=True)
    assert await Traces(database).left() == 0


async def locks(database: Database, which: str) -> None:
    """Wait until there is such a lock."""
    query = text(f'SELECT count(*) FROM pg_locks WHERE {which}')
    async with asyncio.timeout(20):
        while not await database.read(lambda session: session.execute(query).scalar()):
            pass


@pytest.mark.parametrize('backend', ['postgresql'], indirect=True)  # only a server lets others lock a table
async def test_whoever_is_cancelled_waits_for_no_lock_of_others(database: Database) -> None:
    go = Event()
    lock = text('LOCK TABLE message')
    holding = asyncio.create_task(database.write(lambda session: (session.execute(lock), go.wait(60))))
    await locks(database, "granted AND mode = 'AccessExclusiveLock' AND relation = 'message'::regclass")
    rewriting = asyncio.create_task(Traces(database).rewrite(make_way=True))
    await locks(database, 'NOT granted')
    rewriting.cancel()
    ended, _ = await asyncio.wait([rewriting], timeout=20)
    go.set()
    await holding
    assert ended == {rewriting}
    assert await Traces(database).rewrite(make_way=True)
