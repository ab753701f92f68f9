"""One file with everything, made while others write, and put back."""

import asyncio
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from app.errors import OperationRefused, StorageUnavailable
from app.storage import migrate
from app.storage.backup import back_up, restore
from app.storage.conversations import Conversations
from app.storage.database import Database
from app.storage.journal import SqlJournal
from app.storage.messages import Messages
from tests.storage.full_disk import no_file_over
from tests.storage.samples import conversation, exchange
from tests.support.app_process import ROOT
from tests.support.postgres import PostgresServer


@pytest.fixture(autouse=True)
def clients(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the client programs that go with the server on the PATH, where there is one."""
    if 'postgresql' in request.node.name:
        server: PostgresServer = request.getfixturevalue('postgres')
        monkeypatch.setenv('PATH', server.programs, prepend=os.pathsep)


@pytest.fixture
def empty_place(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of a place where nothing is yet."""
    if backend == 'sqlite':
        return f'sqlite:///{tmp_path}/elsewhere/guilherme.db'
    server: PostgresServer = request.getfixturevalue('postgres')
    return server.url(server.create_database())


def refused(reason: str) -> Any:
    return pytest.raises(OperationRefused, match=f"reason='{reason}'")


async def test_what_was_backed_up_comes_back(
    database: Database, database_url: str, conversations: Conversations, empty_place: str, tmp_path: Path
) -> None:
    file = tmp_path / 'backup'
    await conversations.create(conversation(title='Olá, 世界 🌍'))
    await asyncio.to_thread(back_up, database_url, file)
    assert file.stat().st_mode & 0o777 == 0o600
    await conversations.create(conversation(title='Later'))
    await asyncio.to_thread(restore, empty_place, file)
    restored = Database(empty_place)
    await restored.check()
    assert [each.title for each in await Conversations(restored).page('local')] == ['Olá, 世界 🌍']
    await restored.close()


async def test_a_backup_made_while_another_process_writes_is_one_moment(
    database: Database, database_url: str, messages: Messages, empty_place: str, tmp_path: Path
) -> None:
    """All that was acknowledged before it began is in it, what came later not in part; and the writer never waits."""
    _, reply = await exchange(messages, conversation())
    command = [sys.executable, '-m', 'tests.storage.appending', database_url, reply.id]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    before = len([await process.stdout.readline() for _ in range(50)])
    await asyncio.to_thread(back_up, database_url, tmp_path / 'backup')
    for _ in range(5):  # it goes on
        assert await process.stdout.readline()
    process.kill()
    await process.communicate()

    await asyncio.to_thread(restore, empty_place, tmp_path / 'backup')
    restored = Database(empty_place)
    [recovered] = await SqlJournal(restored).recover()
    await restored.close()
    words = recovered.content.split()
    assert words == [f'w{number}' for number in range(len(words))]
    assert len(words) >= before


def test_nothing_is_overwritten(database_url: str, tmp_path: Path) -> None:
    (tmp_path / 'backup').write_text('of somebody')
    with refused('file_exists'):
        back_up(database_url, tmp_path / 'backup')
    assert (tmp_path / 'backup').read_text() == 'of somebody'


def test_a_backup_that_fails_leaves_nothing(database_url: str, tmp_path: Path) -> None:
    before = {*tmp_path.iterdir()}
    with refused('unwritable'):
        back_up(database_url, tmp_path / 'no such folder' / 'backup')
    assert {*tmp_path.iterdir()} == before


@pytest.mark.parametrize('where', ['.', '', '/'])
def test_a_folder_is_no_file_to_write_to(where: str, database_url: str, tmp_path: Path) -> None:
    with refused('file_exists'):
        back_up(database_url, Path(where))


def test_a_link_that_leads_nowhere_is_not_overwritten_either(database_url: str, tmp_path: Path) -> None:
    (tmp_path / 'backup').symlink_to('nowhere')
    with refused('file_exists'):
        back_up(database_url, tmp_path / 'backup')
    assert (tmp_path / 'backup').is_symlink()


@pytest.mark.parametrize('backend', ['sqlite'])
async def test_a_full_disk_is_not_taken_for_a_damaged_backup(
    database_url: str, conversations: Conversations, empty_place: str, tmp_path: Path
) -> None:
    back_up(database_url, tmp_path / 'backup.db')
    before = names_in(tmp_path)
    with no_file_over(50_000):
        with refused('unwritable'):
            back_up(database_url, tmp_path / 'another.db')
        with refused('unwritable'):
            restore(empty_place, tmp_path / 'backup.db')
    assert names_in(tmp_path) - before == {'elsewhere'}
    assert names_in(tmp_path / 'elsewhere') == set()


@pytest.mark.parametrize('backend', ['sqlite'])
def test_a_damaged_database_is_not_backed_up(database_url: str, tmp_path: Path) -> None:
    spoil(tmp_path / 'data' / 'guilherme.db', 'damaged')
    with pytest.raises(StorageUnavailable) as told:
        back_up(database_url, tmp_path / 'backup.db')
    assert '***' not in told.value.details['message']
    assert not (tmp_path / 'backup.db').exists()


@pytest.mark.parametrize('backend', ['sqlite'])
def test_a_database_that_is_a_link_is_restored_where_it_is(database_url: str, tmp_path: Path) -> None:
    back_up(database_url, tmp_path / 'backup.db')
    (tmp_path / 'link').mkdir()
    (tmp_path / 'link' / 'guilherme.db').symlink_to(tmp_path / 'data' / 'guilherme.db')
    kept = restore(f'sqlite:///{tmp_path}/link/guilherme.db', tmp_path / 'backup.db')
    assert kept is not None
    assert kept.parent == tmp_path / 'data'
    assert (tmp_path / 'link' / 'guilherme.db').is_symlink()


@pytest.mark.parametrize('backend', ['sqlite'])
@pytest.mark.skipif(os.geteuid() != 0, reason='only root can give files away')
def test_what_root_restores_belongs_to_whom_the_old_one_did(database_url: str, tmp_path: Path) -> None:
    back_up(database_url, tmp_path / 'backup.db')
    os.chown(tmp_path / 'data' / 'guilherme.db', 65534, 65534)
    restore(database_url, tmp_path / 'backup.db')
    assert (tmp_path / 'data' / 'guilherme.db').stat().st_uid == 65534


@pytest.mark.parametrize('backend', ['sqlite'])
async def test_what_was_there_stays_beside_what_comes_back(database_url: str, empty_place: str, tmp_path: Path) -> None:
    for title, url in (('Backed up', database_url), ('There', empty_place)):
        database = Database(url)
        await database.upgrade()
        await Conversations(database).create(conversation(title=title))
        await database.close()
    back_up(database_url, tmp_path / 'backup.db')
    kept = restore(empty_place, tmp_path / 'backup.db')
    assert kept is not None
    assert titles(kept) == ['There']
    assert titles(kept.with_name('guilherme.db')) == ['Backed up']
    names = {path.name for path in kept.parent.iterdir()}
    assert names == {'guilherme.db', kept.name}
    assert {path.stat().st_mode & 0o777 for path in kept.parent.iterdir()} == {0o600}


@pytest.mark.parametrize('backend', ['sqlite'])
def test_a_damaged_database_is_kept_as_it_is(database_url: str, empty_place: str, tmp_path: Path) -> None:
    back_up(database_url, tmp_path / 'backup.db')
    place = tmp_path / 'elsewhere' / 'guilherme.db'
    place.parent.mkdir()
    place.write_bytes(b'ruins')
    Path(f'{place}-wal').write_bytes(b'more ruins')
    kept = restore(empty_place, tmp_path / 'backup.db')
    assert kept is not None
    assert (kept.read_bytes(), Path(f'{kept}-wal').read_bytes()) == (b'ruins', b'more ruins')
    assert titles(place) == []


@pytest.mark.parametrize('backend', ['sqlite'])
@pytest.mark.parametrize(
    ('how', 'reason'),
    [
        ('damaged', 'damaged_backup'),
        ('newer', 'newer_backup'),
        ('foreign', 'not_a_backup'),
        ('of_another_program', 'not_a_backup'),
        ('text', 'not_a_backup'),
        ('missing', 'no_backup'),
    ],
)
async def test_what_is_no_good_backup_changes_nothing(
    how: str, reason: str, conversations: Conversations, database_url: str, empty_place: str, tmp_path: Path
) -> None:
    file = tmp_path / 'backup.db'
    for number in range(50):
        await conversations.create(conversation(title=f'{number} ' * 100))
    back_up(database_url, file)
    await asyncio.to_thread(spoil, file, how)
    restore_to = tmp_path / 'elsewhere'
    restore_to.mkdir()
    (restore_to / 'guilherme.db').write_bytes(b'')
    with refused(reason):
        restore(empty_place, file)
    assert [path.name for path in restore_to.iterdir()] == ['guilherme.db']
    assert (restore_to / 'guilherme.db').read_bytes() == b''


async def test_postgresql_is_restored_into_an_empty_database_only(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.url(postgres.create_database())
    database = Database(url)
    await database.upgrade()
    await asyncio.to_thread(back_up, url, tmp_path / 'backup')
    with refused('not_empty'):
        await asyncio.to_thread(restore, url, tmp_path / 'backup')
    with refused('other_system'):
        await asyncio.to_thread(restore, f'sqlite:///{tmp_path}/x.db', tmp_path / 'backup')
    with refused('program_failed') as said:
        await asyncio.to_thread(back_up, postgres.url('no_such_database'), tmp_path / 'another')
    assert said.value.details['message'].startswith('error: ')
    monkeypatch.setenv('PATH', str(tmp_path))
    with refused('no_program'):
        await asyncio.to_thread(back_up, url, tmp_path / 'another')
    assert not (tmp_path / 'another').exists()
    await database.close()


def spoil(file: Path, how: str) -> None:
    if how == 'missing':
        file.unlink()
    elif how == 'text':
        file.write_text('not a database, but long enough to look at')
    elif how == 'damaged':
        whole = file.read_bytes()
        file.write_bytes(whole[:8192] + b'\xff' * 40_000 + whole[48_192:])
    elif how == 'of_another_program':  # which counts its revisions as we do
        file.unlink()
        with closing(sqlite3.connect(file)) as database, database:
            database.execute('CREATE TABLE alembic_version (version_num TEXT)')
            database.execute('INSERT INTO alembic_version VALUES (?)', [migrate.HEAD])
    else:
        with closing(sqlite3.connect(file)) as database, database:
            change = "UPDATE alembic_version SET version_num = '9'" if how == 'newer' else 'DROP TABLE alembic_version'
            database.execute(change)


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def titles(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as database:
        assert database.execute('PRAGMA integrity_check').fetchone() == ('ok',)
        return [title for (title,) in database.execute('SELECT title FROM conversation ORDER BY created_at')]
