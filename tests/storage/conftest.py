"""Every test that takes `database` (or what stands on it) runs twice: on SQLite and on a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from app.storage.conversations import Conversations
from app.storage.database import Database
from app.storage.folders import Folders
from app.storage.journal import SqlJournal
from app.storage.messages import Messages
from app.storage.shelves import Shelves
from tests.storage.samples import Outage, PostgresOutage, SqliteOutage
from tests.support.postgres import PostgresServer, postgres_server


@pytest.fixture(scope='session')
def postgres() -> Iterator[PostgresServer]:
    """Give the PostgreSQL server of this test run, started when the first test asks."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope='session')
def postgres_template(postgres: PostgresServer) -> str:
    """Give a PostgreSQL database with the schema applied, to be copied: quicker than applying it each time."""
    name = postgres.create_database()
    asyncio.run(_apply_schema(postgres.url(name)))
    return name


@pytest.fixture(params=['sqlite', 'postgresql'])
def backend(request: pytest.FixtureRequest) -> str:
    """Give the name of the database system a test runs on."""
    return str(request.param)


@pytest.fixture
def empty_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of a database without any tables."""
    if backend == 'sqlite':
        yield f'sqlite:///{tmp_path}/empty/guilherme.db'
        return
    server: PostgresServer = request.getfixturevalue('postgres')
    name = server.create_database()
    yield server.url(name)
    server.drop_database(name)


@pytest.fixture
def database_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of a database with the newest schema and no rows."""
    if backend == 'sqlite':
        url = f'sqlite:///{tmp_path}/data/guilherme.db'
        asyncio.run(_apply_schema(url))
        yield url
        return
    server: PostgresServer = request.getfixturevalue('postgres')
    name = server.create_database(request.getfixturevalue('postgres_template'))
    yield server.url(name)
    server.drop_database(name)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Give an open database with the newest schema."""
    opened = Database(database_url, busy_timeout=0.2)
    yield opened
    await opened.close()


@pytest.fixture
def outage(backend: str, database_url: str, request: pytest.FixtureRequest) -> Outage:
    """Give a switch that makes the database of this test fail."""
    if backend == 'sqlite':
        return SqliteOutage(database_url)
    return PostgresOutage(request.getfixturevalue('postgres'), database_url)


@pytest.fixture
def conversations(database: Database) -> Conversations:
    """Give the repository of conversations."""
    return Conversations(database)


@pytest.fixture
def shelves(database: Database) -> Shelves:
    """Give the repository of shelves."""
    return Shelves(database)


@pytest.fixture
def folders(database: Database) -> Folders:
    """Give the repository of folders."""
    return Folders(database)


@pytest.fixture
def messages(database: Database) -> Messages:
    """Give the repository of messages."""
    return Messages(database)


@pytest.fixture
def journal(database: Database) -> SqlJournal:
    """Give the journal."""
    return SqlJournal(database)


async def _apply_schema(url: str) -> None:
    database = Database(url)
    await database.upgrade()
    await database.close()
