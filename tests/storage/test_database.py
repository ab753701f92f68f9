"""Units of work: all or nothing, failures in one form, files for the owner's eyes only."""

import asyncio
import stat
import threading
from pathlib import Path

import pytest
from sqlalchemy import exc, text
from sqlmodel import Session

from app.errors import NotFound, SettingsInvalid, StorageUnavailable
from app.storage.conversations import Conversations
from app.storage.database import Database
from app.storage.journal import SqlJournal
from app.storage.messages import Messages
from app.storage.outages import is_outage
from app.storage.rows import row_of_conversation
from tests.storage.samples import conversation, exchange, pieces
from tests.support.postgres import PostgresServer


def sqlite_url(folder: Path) -> str:
    return f'sqlite:///{folder}/data/guilherme.db'


async def test_work_that_raises_leaves_nothing_behind(database: Database, conversations: Conversations) -> None:
    def work(session: Session) -> None:
        session.add(row_of_conversation(conversation()))
        session.flush()
        raise NotFound(id='reason enough')

    with pytest.raises(NotFound):
        await database.write(work)
    assert await conversations.page('local') == []


async def test_a_wrong_request_is_not_called_an_outage(database: Database, conversations: Conversations) -> None:
    stored = conversation()
    await conversations.create(stored)
    with pytest.raises(exc.IntegrityError):
        await conversations.create(stored)


async def test_many_units_at_once_all_commit(database: Database, conversations: Conversations) -> None:
    await asyncio.gather(*(conversations.create(conversation()) for _ in range(40)))
    pages = await asyncio.gather(*(conversations.page('local', limit=100) for _ in range(20)))
    assert {len(page) for page in pages} == {40}


async def test_a_cancelled_caller_waits_for_the_end_of_its_transaction(
    database: Database, conversations: Conversations
) -> None:
    begun, may_end = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()
    stored = conversation()

    def work(session: Session) -> None:
        loop.call_soon_threadsafe(begun.set)
        may_end.wait()
        session.add(row_of_conversation(stored))

    task = asyncio.create_task(database.write(work))
    await begun.wait()
    task.cancel()
    loop.call_later(0.05, may_end.set)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert may_end.is_set()
    assert await conversations.page('local') == [stored]


async def test_a_closed_database_is_an_outage(database_url: str) -> None:
    database = Database(database_url)
    await database.check()
    await database.close()
    with pytest.raises(StorageUnavailable, match='closed'):
        await database.check()


async def test_check_refuses_a_database_without_schema(empty_url: str) -> None:
    database = Database(empty_url)
    with pytest.raises(StorageUnavailable, match='schema revision is None'):
        await database.check()
    await database.upgrade()
    await database.check()
    await database.close()


async def test_postgres_connections_that_died_in_silence_are_replaced(
    postgres: PostgresServer, postgres_template: str
) -> None:
    name = postgres.create_database(postgres_template)
    database = Database(postgres.url(name))
    await database.check()
    postgres.lock_out(name)
    with pytest.raises(StorageUnavailable, match='not currently accepting connections'):
        await database.check()
    postgres.let_in(name)
    await database.check()
    await database.close()
    postgres.drop_database(name)


async def test_a_connection_lost_inside_a_transaction_is_an_outage_and_undone(
    postgres: PostgresServer, postgres_template: str
) -> None:
    name = postgres.create_database(postgres_template)
    database = Database(postgres.url(name))

    def work(session: Session) -> None:
        session.add(row_of_conversation(conversation()))
        session.flush()
        session.connection().execute(text('SELECT pg_terminate_backend(pg_backend_pid())'))

    with pytest.raises(StorageUnavailable):
        await database.write(work)
    assert await Conversations(database).page('local') == []
    await database.close()
    postgres.drop_database(name)


async def test_a_postgres_server_that_is_not_there_is_an_outage(tmp_path: Path) -> None:
    database = Database(f'postgresql://postgres@/nowhere?host={tmp_path}')
    with pytest.raises(StorageUnavailable, match='No such file'):
        await database.upgrade()
    await database.close()


async def test_a_full_disk_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path))
    await database.upgrade()
    messages, journal = Messages(database), SqlJournal(database)
    _, reply = await exchange(messages, conversation())
    await database.write(lambda session: session.connection().execute(text('PRAGMA max_page_count = 1')))
    acknowledged = 0
    with pytest.raises(StorageUnavailable, match='full'):
        while True:
            await journal.append(pieces(reply, f'{acknowledged} ' * 100, first=acknowledged))
            acknowledged += 1
    await database.write(lambda session: session.connection().execute(text('PRAGMA max_page_count = 100000')))
    await journal.append(pieces(reply, f'{acknowledged} ' * 100, first=acknowledged))
    [recovered] = await journal.recover()
    assert recovered.content == ''.join(f'{number} ' * 100 for number in range(acknowledged + 1))
    await database.close()


async def test_a_file_that_is_no_database_is_an_outage(tmp_path: Path) -> None:
    file = tmp_path / 'guilherme.db'
    file.write_bytes(b'not a database at all, but long enough to look like one' * 40)
    database = Database(f'sqlite:///{file}')
    with pytest.raises(StorageUnavailable, match='not a database'):
        await database.upgrade()
    await database.close()


async def test_sqlite_files_are_for_their_owner_only(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path))
    await database.upgrade()
    folder = tmp_path / 'data'
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}
    assert modes == dict.fromkeys(('guilherme.db', 'guilherme.db-wal', 'guilherme.db-shm'), 0o600)
    await database.close()


async def test_sqlite_runs_as_it_should(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path))

    def pragmas(session: Session) -> list[object]:
        names = ('journal_mode', 'synchronous', 'foreign_keys', 'query_only')
        return [session.connection().scalar(text(f'PRAGMA {name}')) for name in names]

    assert await database.write(pragmas) == ['wal', 1, 1, 0]
    assert await database.read(pragmas) == ['wal', 1, 1, 1]
    await database.close()


def test_a_folder_that_cannot_be_made_is_an_outage(tmp_path: Path) -> None:
    (tmp_path / 'data').write_text('in the way')
    with pytest.raises(StorageUnavailable, match='data'):
        Database(sqlite_url(tmp_path))


@pytest.mark.parametrize('url', ['sqlite://', 'sqlite:///:memory:', 'mysql://localhost/x', 'no address'])
def test_addresses_we_cannot_use_are_refused_by_name(url: str) -> None:
    with pytest.raises(SettingsInvalid, match='GUILHERME_DATABASE_URL'):
        Database(url)


@pytest.mark.parametrize(
    ('kind', 'expected'),
    [
        (exc.OperationalError, True),
        (exc.InterfaceError, True),
        (exc.InternalError, True),
        (exc.DatabaseError, True),
        (exc.IntegrityError, False),
        (exc.DataError, False),
        (exc.ProgrammingError, False),
        (exc.NotSupportedError, False),
    ],
)
def test_each_kind_of_database_error_is_sorted(kind: type[exc.DBAPIError], expected: bool) -> None:
    assert is_outage(kind('statement', None, Exception())) is expected
