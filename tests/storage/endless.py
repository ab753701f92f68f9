"""Queries that never end by themselves."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from sqlalchemy import event, text
from sqlmodel import Session

from app.storage.database import SEARCHER_THREADS, Database

ENDLESS = {
    'sqlite': 'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n',
    'postgresql': 'SELECT pg_sleep(3600)',
}


class Endless:
    """Work with a query that never ends by itself. It says when it has begun."""

    def __init__(self, backend: str) -> None:
        self._query = text(ENDLESS[backend])
        self._loop = asyncio.get_running_loop()
        self._begun: asyncio.Queue[None] = asyncio.Queue()

    def __call__(self, session: Session) -> None:
        self._loop.call_soon_threadsafe(self._begun.put_nowait, None)
        session.execute(self._query)

    async def begun(self, times: int = 1) -> None:
        """Wait until it runs so many times."""
        for _ in range(times):
            await self._begun.get()


def one(session: Session) -> int:
    """Give 1."""
    return int(session.execute(text('SELECT 1')).scalar_one())


@asynccontextmanager
async def busy_searches(database: Database, backend: str = 'sqlite') -> AsyncIterator[None]:
    """Keep all threads for searches busy."""
    endless = Endless(backend)
    searches = [asyncio.create_task(database.search(endless)) for _ in range(SEARCHER_THREADS)]
    await endless.begun(SEARCHER_THREADS)
    yield
    for task in searches:
        task.cancel()
    await asyncio.wait(searches)


@contextmanager
def searches_counted(database: Database) -> Iterator[list[object]]:
    """Collect an entry for each search that begins in the database."""
    begun: list[object] = []

    def note(connection: object) -> None:
        begun.append(connection)

    event.listen(database._searching.engine, 'begin', note)
    yield begun
    event.remove(database._searching.engine, 'begin', note)
