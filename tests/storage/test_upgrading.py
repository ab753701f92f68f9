"""Before a migration there is a backup, also if the process ends between the two."""

import asyncio
import os
import shutil
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from app.errors import StorageUnavailable
from app.storage import migrate
from app.storage.backup import back_up, restore
from app.storage.conversations import Conversations
from app.storage.database import Database
from app.storage.upgrading import KEPT, upgrade_safely
from tests.replies.waiting import until
from tests.storage.samples import conversation
from tests.support.app_process import ROOT, free_port
from tests.support.postgres import PostgresServer

OLD = '0003'


@pytest.fixture
async def old(empty_url: str) -> AsyncIterator[Database]:
    """Give a database of the revision before the newest, with one conversation."""
    database = Database(empty_url, busy_timeout=0.2)
    await database.write(lambda session: command.upgrade(migrate.config(session.connection()), OLD))
    await Conversations(database).create(conversation(title='Kept'))
    yield database
    await database.close()


@pytest.fixture
def clients(backend: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the client programs that go with the server on the PATH."""
    if backend == 'postgresql':
        server: PostgresServer = request.getfixturevalue('postgres')
        monkeypatch.setenv('PATH', server.programs, prepend=os.pathsep)


async def test_what_was_there_is_kept_and_can_be_put_back(
    clients: None, old: Database, empty_url: str, backend: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    assert await upgrade_safely(old, empty_url, tmp_path / 'backups')
    await old.check()
    [kept] = (tmp_path / 'backups').iterdir()
    assert f'-{OLD}.' in kept.name
    assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)

    if backend == 'sqlite':
        place = f'sqlite:///{tmp_path}/elsewhere/guilherme.db'
    else:
        server: PostgresServer = request.getfixturevalue('postgres')
        place = server.url(server.create_database())
    await asyncio.to_thread(restore, place, kept)
    restored = Database(place)
    assert await restored.revision() == OLD
    await restored.upgrade()
    assert [each.title for each in await Conversations(restored).page('local')] == ['Kept']
    await restored.close()


async def test_nothing_is_kept_when_nothing_is_to_be_done(empty_url: str, tmp_path: Path) -> None:
    database = Database(empty_url)
    assert await upgrade_safely(database, empty_url, tmp_path / 'backups')  # a new one: nothing to lose
    assert not await upgrade_safely(database, empty_url, tmp_path / 'backups')
    assert not (tmp_path / 'backups').exists()
    await database.close()


async def test_postgresql_is_migrated_without_its_programs(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.url(postgres.create_database())
    database = Database(url)
    await database.write(lambda session: command.upgrade(migrate.config(session.connection()), OLD))
    monkeypatch.setenv('PATH', str(tmp_path))
    assert await upgrade_safely(database, url, tmp_path / 'backups')
    assert not (tmp_path / 'backups').exists()
    await database.close()


async def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / 'backups'
    folder.mkdir()
    for number in range(KEPT + 2):
        (folder / f'guilherme-2020010{number}-000000-0001.db').touch()
    (folder / 'of-somebody-else.db').touch()
    url = f'sqlite:///{tmp_path}/guilherme.db'
    database = Database(url)
    await database.write(lambda session: command.upgrade(migrate.config(session.connection()), OLD))
    await upgrade_safely(database, url, folder)
    await database.close()
    names = sorted(path.name for path in folder.glob('guilherme-*'))
    assert len(names) == KEPT
    assert names[-1].endswith(f'-{OLD}.db')
    assert names[0].startswith('guilherme-20200103')
    assert (folder / 'of-somebody-else.db').exists()


@pytest.mark.parametrize('backend', ['sqlite'])
async def test_starts_that_fail_again_and_again_do_not_push_out_older_backups(
    old: Database, empty_url: str, tmp_path: Path
) -> None:
    await old.write(lambda session: session.connection().execute(text('CREATE TABLE search_entry (id TEXT)')))
    folder = tmp_path / 'backups'
    for _ in range(4):
        with pytest.raises(Exception, match='already exists'):
            await upgrade_safely(old, empty_url, folder)
    assert await old.revision() == OLD
    assert len([*folder.iterdir()]) == 1
    await old.write(lambda session: session.connection().execute(text('DROP TABLE search_entry')))
    assert await upgrade_safely(old, empty_url, folder)
    await old.check()


async def test_killed_between_backup_and_migration(tmp_path: Path) -> None:
    """Another process holds the write lock, so the start makes its backup and waits to migrate: then it is killed."""
    file, folder = tmp_path / 'guilherme.db', tmp_path / 'backups'
    database = Database(f'sqlite:///{file}')
    await database.write(lambda session: command.upgrade(migrate.config(session.connection()), OLD))
    await Conversations(database).create(conversation(title='Kept'))
    await database.close()
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute('BEGIN IMMEDIATE')
        start = [sys.executable, 'main.py', '--demo', '--port', str(free_port()), '--data-dir', str(tmp_path)]
        process = await asyncio.create_subprocess_exec(*start, cwd=ROOT, stderr=asyncio.subprocess.DEVNULL)
        await until(lambda: [*folder.glob('guilherme-*.db')], timeout=30)
        process.kill()
        await process.wait()
        other.execute('ROLLBACK')
    assert revision_of(file) == OLD
    again = Database(f'sqlite:///{file}')
    assert await upgrade_safely(again, f'sqlite:///{file}', folder)
    assert [each.title for each in await Conversations(again).page('local')] == ['Kept']
    await again.close()
    assert {revision_of(kept) for kept in folder.iterdir()} == {OLD}


async def test_without_room_nothing_is_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / 'guilherme.db'
    database = Database(f'sqlite:///{file}')
    await database.write(lambda session: command.upgrade(migrate.config(session.connection()), OLD))
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, 'disk_usage', lambda _path: usage._replace(free=1000))
    with pytest.raises(StorageUnavailable) as refused:
        await upgrade_safely(database, f'sqlite:///{file}', tmp_path / 'backups')
    assert refused.value.details['reason'] == 'little_space'
    assert await database.revision() == OLD
    assert not (tmp_path / 'backups').exists()
    await database.close()


def revision_of(file: Path) -> str:
    with closing(sqlite3.connect(file)) as database:
        [revision] = database.execute('SELECT version_num FROM alembic_version').fetchone()
        return str(revision)


def test_a_backup_of_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Exception, match='no_database'):
        back_up(f'sqlite:///{tmp_path}/nothing.db', tmp_path / 'backup.db')
    assert [*tmp_path.iterdir()] == []
