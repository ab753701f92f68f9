"""Undoing an import costs as much as came by it, on both databases: no step looks at more than it takes out."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import Connection, Engine, event
from sqlmodel import select

from app.domain.conversation import LOCAL_OWNER
from app.domain.message import Role, Status
from app.domain.past_import import PastImport
from app.domain.queued import QueuedMessage
from app.storage.cutting_back import Changed
from app.storage.database import Database
from app.storage.following import News
from app.storage.giving import STAGED
from app.storage.messages import Messages
from app.storage.staging import Batch, Staging
from app.storage.tables import ImportedRow, MessageRow
from app.storage.taking_out import TakenOut, TakingOut
from tests.storage.plans import explained
from tests.storage.samples import conversation, later, message, new_id

NEW, WITH_NEWS, LONG = 400, 60, 130


async def brought(database: Database, *, new: int = 0, with_news: int = 0, long: int = 0) -> PastImport:
    """Import conversations that come new, each with a message that waits, and messages for some that were there."""
    past = PastImport(
        id=new_id(),
        owner_id=LOCAL_OWNER,
        file='',
        sources=(),
        created_at=later(),
        conversations=new,
        with_news=with_news + bool(long),
    )
    staging = Staging(database)
    await staging.write(past.id, await _new(past.id, new))
    for length in [1] * with_news + [long] * bool(long):
        await _add(database, past.id, length)
    await staging.give(past, None)
    while await staging.follow():
        pass
    return past


async def _new(import_id: str, number: int) -> Batch:
    chats = [conversation(STAGED + import_id) for _ in range(number)]
    waits = [QueuedMessage(id=new_id(), conversation_id=chat.id, text='And?', created_at=later()) for chat in chats]
    return Batch(chats, [message(chat, None) for chat in chats], waits)


async def _add(database: Database, import_id: str, length: int) -> None:
    """Add a chain of so many messages to a conversation of the person's."""
    chat = conversation()
    question = message(chat, None)
    reply = message(chat, question, Role.ASSISTANT, status=Status.COMPLETE)
    await Messages(database).begin_reply(chat, question, reply)
    added = [reply]
    for _ in range(length):
        added.append(message(chat, added[-1]))
    news = News(
        conversation_id=chat.id,
        parents={added[1].id: reply.id},
        seen_head_id=reply.id,
        head_id=added[-1].id,
        updated_at=later(),
    )
    staging = Staging(database)
    beside = await staging.put_beside(import_id, chat, news)
    moved = [replace(each, conversation_id=beside) for each in added[1:]]
    await staging.write(import_id, Batch(messages=[replace(moved[0], parent_id=None), *moved[1:]]))


async def steps(database: Database, past: PastImport, rows: int = 50) -> AsyncIterator[TakenOut]:
    stored = TakingOut(database)
    while taken := await stored.step(past, rows):
        yield taken


@pytest.fixture
async def indexed(database: Database, database_url: str, backend: str) -> AsyncIterator[Database]:
    """Give the database as one that reads by an index wherever it can: PostgreSQL reads small tables whole."""
    url = database_url + ('&options=-cenable_seqscan%3Doff' if backend == 'postgresql' else '')
    opened = Database(url)
    yield opened
    await opened.close()


async def test_each_step_finds_what_it_takes_out_by_an_index(indexed: Database, backend: str) -> None:
    past = await brought(indexed, new=NEW, with_news=WITH_NEWS, long=LONG)
    with explained(backend, 'SELECT', 'UPDATE', 'DELETE') as plans:
        taken = [each async for each in steps(indexed, past)]
    assert (taken[-1].gone, taken[-1].cut) == (NEW, WITH_NEWS + 1)
    assert any('imported' in plan for plan in plans)
    assert [plan for plan in plans if _looks_through(plan)] == []
    assert sum('depth DESC' in plan for plan in plans) == WITH_NEWS + 1


def _looks_through(plan: str) -> bool:
    """Tell whether more is read than is taken out: a whole table, or all of an import, but for the first of it."""
    tables = r'(SCAN|Seq Scan on) (imported|message|conversation|queued_message)\b'
    whole_import = r'\(import_id=\?( AND kind=\?)?\)'
    return bool(re.search(tables, plan) or (re.search(whole_import, plan) and 'LIMIT' not in plan))


@contextmanager
def at_commit(act: Callable[[], object]) -> Iterator[None]:
    """Let something happen while a transaction is being committed."""
    loop = asyncio.get_running_loop()

    def hear(_: Connection) -> None:
        loop.call_soon_threadsafe(act)

    event.listen(Engine, 'commit', hear)
    try:
        yield
    finally:
        event.remove(Engine, 'commit', hear)


async def left(database: Database) -> list[int]:
    """Count the messages that are there, and what is on the record."""
    tables = MessageRow, ImportedRow
    return await database.read(lambda session: [len(session.exec(select(table)).all()) for table in tables])


async def test_what_was_committed_when_somebody_broke_off_is_not_taken_twice(database: Database) -> None:
    past = await brought(database, long=LONG)
    stored = TakingOut(database)
    await stored.step(past, 50)
    broken = asyncio.create_task(stored.step(past, 50))
    with at_commit(broken.cancel), pytest.raises(asyncio.CancelledError):
        await broken
    while taken := await stored.step(past, 50):
        last = taken
    assert isinstance(last.changed, Changed)
    assert (last.cut, last.kept) == (1, 0)
    left = await database.read(
        lambda session: [len(session.exec(select(row)).all()) for row in (MessageRow, ImportedRow)]
    )
    assert left == [2, 0]
