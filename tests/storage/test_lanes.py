"""What only reads has a deadline, ends when nobody waits for it any more, and leaves their threads to pages."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from app.errors import QueryTooSlow
from app.storage.database import EXPORTER_THREADS, READER_THREADS, SEARCHER_THREADS, Database
from app.storage.memory import MemoryDatabase
from tests.storage.endless import Endless, busy_searches, one, searches_counted

SOON = 0.3
"""Seconds in which anything ordinary is read on a busy machine, a new connection included."""

LONGER_THAN_THE_DEADLINE = {
    'sqlite': 'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000000) SELECT count(*) FROM n',
    'postgresql': 'SELECT pg_sleep(0.6)',
}


@pytest.fixture
async def hurried(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """Give a database that is soon too slow."""
    monkeypatch.setattr('app.storage.database.READ_SECONDS', SOON)
    monkeypatch.setattr('app.storage.database.SEARCH_SECONDS', SOON)
    opened = Database(database_url)
    await opened.read_at_length(one)
    yield opened
    await opened.close()


async def test_a_query_that_takes_too_long_is_ended(backend: str, hurried: Database) -> None:
    endless = Endless(backend)
    many = [hurried.read(endless) for _ in range(3 * READER_THREADS)]
    ended = await asyncio.gather(*many, return_exceptions=True)
    assert {type(each) for each in ended} == {QueryTooSlow}
    for _ in range(3):  # what was interrupted a moment ago may still be on its way back
        results = await asyncio.gather(*(hurried.read(one) for _ in range(READER_THREADS)), return_exceptions=True)
    assert results == [1] * READER_THREADS


async def test_closing_waits_for_no_query_that_was_given_up(backend: str, hurried: Database) -> None:
    with pytest.raises(QueryTooSlow):
        await hurried.search(Endless(backend))
    await hurried.close()


async def test_postgres_ends_it_by_itself(database_url: str, backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where nobody tells it, as when the process was killed."""
    if backend == 'sqlite':
        return
    monkeypatch.setattr('app.storage.lanes.asyncio.timeout', lambda _: asyncio.timeout_at(None))
    monkeypatch.setattr('app.storage.database.READ_SECONDS', 0.1)
    database = Database(database_url)
    with pytest.raises(QueryTooSlow, match='statement timeout'):
        await database.read(Endless(backend))
    await database.close()


async def test_searches_leave_their_threads_to_pages(backend: str, database: Database) -> None:
    endless = Endless(backend)
    searches = [asyncio.create_task(database.search(endless)) for _ in range(2 * SEARCHER_THREADS)]
    exports = [asyncio.create_task(database.read_at_length(endless)) for _ in range(EXPORTER_THREADS)]
    await endless.begun(SEARCHER_THREADS + EXPORTER_THREADS)
    assert await asyncio.gather(*(database.read(one) for _ in range(50))) == [1] * 50
    for task in (*searches, *exports):
        task.cancel()
    await asyncio.wait([*searches, *exports])


async def test_who_no_longer_waits_frees_the_thread(backend: str, database: Database) -> None:
    async with busy_searches(database, backend):
        pass  # they are cancelled at the end
    assert await asyncio.gather(*(database.search(one) for _ in range(SEARCHER_THREADS))) == [1] * SEARCHER_THREADS


async def test_what_is_outdated_in_the_line_never_begins(backend: str, database: Database) -> None:
    with searches_counted(database) as begun:
        async with busy_searches(database, backend):
            waiting = [asyncio.create_task(database.search(one)) for _ in range(20)]
            await asyncio.sleep(0)
            for task in waiting:
                task.cancel()
            await asyncio.wait(waiting)
        assert await database.search(one) == 1
    assert len(begun) == SEARCHER_THREADS + 1


async def test_exports_have_no_deadline(backend: str, hurried: Database) -> None:
    query = text(LONGER_THAN_THE_DEADLINE[backend])
    with pytest.raises(QueryTooSlow):
        await hurried.read(lambda session: session.execute(query).all())
    assert await hurried.read_at_length(lambda session: len(session.execute(query).all())) == 1
    assert await hurried.write(lambda session: len(session.execute(query).all())) == 1


async def test_temporary_conversations_outlive_a_query_that_was_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('app.storage.memory.READ_SECONDS', 0.1)
    database = MemoryDatabase()
    await database.write(lambda session: session.execute(text('CREATE TABLE kept (n)')))
    with pytest.raises(QueryTooSlow):
        await database.read(Endless('sqlite'))
    assert await database.write(lambda session: session.execute(text('SELECT * FROM kept')).all()) == []
    await database.close()
