"""`export` as a real process: the archive of everything, with and without the app."""

import json
import os
import sqlite3
import stat
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.exchange.reading_files import FILES
from tests.operating.running import begun, names, run
from tests.operating.test_importing import large
from tests.operating.test_keeping import COUNTING, counted, streams_on
from tests.replies.waiting import until
from tests.support.app_process import running_app
from tests.support.counting_app import REPLY
from tests.support.postgres import postgres_server

NOBODY = 'http://127.0.0.1:1'


def conversations(archive: Path) -> list[dict[str, Any]]:
    with zipfile.ZipFile(archive) as members:
        return [json.loads(line) for line in members.read('conversations.jsonl').splitlines()]


def stored(data: Path) -> list[list[Any]]:
    """Give what is kept of conversations and messages."""
    with closing(sqlite3.connect(data / 'guilherme.db')) as database:
        return [
            sorted(database.execute('SELECT id, title, head_id, created_at, updated_at FROM conversation')),
            sorted(database.execute('SELECT id, parent_id, role, status, content, created_at FROM message')),
        ]


async def test_what_was_exported_comes_in_equal(tmp_path: Path) -> None:
    one, two, archive = tmp_path / 'one', tmp_path / 'two', tmp_path / 'all.zip'
    files = [str(FILES / name) for name in ('chatgpt.json', 'claude.json', 'open_webui.json', 'librechat.json')]
    assert (await run('import', *files, '--data-dir', str(one)))[0] == 0
    code, out, err = await run('export', str(archive), '--data-dir', str(one), LANG='pt_BR.UTF-8')
    assert (code, err) == (0, '')
    assert out.startswith(f'Tudo está em {archive} (')
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert (await run('import', str(archive), '--data-dir', str(two)))[0] == 0
    assert stored(two) == stored(one)
    assert len(stored(one)[0]) > 4


async def test_a_reply_that_streams_is_in_it_as_far_as_it_was_shown(tmp_path: Path) -> None:
    async with running_app(tmp_path, NOBODY, command=COUNTING) as app:
        before = await streams_on(app)
        code, _, err = await run('export', str(tmp_path / 'all.zip'), '--data-dir', str(app.data_dir))
        after = counted(app.stored_reply(REPLY)[1])
        assert (code, err) == (0, '')
        [[reply]] = [each['messages'] for each in conversations(tmp_path / 'all.zip')]
        assert before < counted(reply['content']) <= after
        assert reply['status'] == 'interrupted'
        await streams_on(app)  # it never stopped
        assert app.new_complaints() == ''


async def test_an_existing_file_is_overwritten_only_if_told_so(tmp_path: Path) -> None:
    where = ('--data-dir', str(tmp_path / 'data'))
    assert (await run('import', str(FILES / 'claude.json'), *where))[0] == 0
    file = tmp_path / 'all.zip'
    file.write_text('of somebody')
    code, out, err = await run('export', str(file), *where)
    assert (code, out, err.count('\n')) == (1, '', 1)
    assert '--force' in err
    assert file.read_text() == 'of somebody'
    assert (await run('export', str(file), '--force', *where))[0] == 0
    assert len(conversations(file)) == 2


@pytest.mark.parametrize('force', [(), ('--force',)])
async def test_a_folder_is_no_file_to_write_to(tmp_path: Path, force: tuple[str, ...]) -> None:
    where = ('--data-dir', str(tmp_path / 'data'))
    assert (await run('import', str(FILES / 'claude.json'), *where))[0] == 0
    (tmp_path / 'folder').mkdir()
    code, out, err = await run('export', str(tmp_path / 'folder'), *force, *where)
    assert (code, out, err.count('\n')) == (1, '', 1)
    assert names(tmp_path) == ['data', 'folder']


async def test_where_no_database_is_none_is_made(tmp_path: Path) -> None:
    code, out, err = await run('export', str(tmp_path / 'all.zip'), '--data-dir', str(tmp_path / 'data'))
    assert (code, out) == (1, '')
    assert err.startswith('There is no database at ')
    assert names(tmp_path) == []


async def test_what_is_broken_off_leaves_nothing(tmp_path: Path) -> None:
    data = tmp_path / 'data'
    assert (await run('import', str(large(tmp_path / 'large.json', 1000)), '--data-dir', str(data)))[0] == 0
    (tmp_path / 'all.zip').write_text('the last one')
    async with begun('export', str(tmp_path / 'all.zip'), '--force', '--data-dir', str(data)) as process:
        await until(lambda: [each for each in tmp_path.glob('.*.part') if each.stat().st_size], timeout=30)
        process.send_signal(2)
        out, err = await process.communicate()
    assert (process.returncode, out, err) == (130, b'', b'')
    assert names(tmp_path) == ['all.zip', 'data', 'large.json']
    assert (tmp_path / 'all.zip').read_text() == 'the last one'


async def test_while_another_command_works_with_the_database_it_waits_for_its_turn(tmp_path: Path) -> None:
    data = tmp_path / 'data'
    assert (await run('import', str(FILES / 'claude.json'), '--data-dir', str(data)))[0] == 0
    reading, writing = os.pipe()
    async with begun('import', '/dev/stdin', '--data-dir', str(data), stdin=reading) as process:
        await until(lambda: [*data.glob('imports/*')], timeout=30)
        code, _, err = await run('export', str(tmp_path / 'all.zip'), '--data-dir', str(data))
        assert code == 1
        assert f'Another command works with this data folder just now (process {process.pid})' in err
        process.send_signal(2)  # it waits for a pipe that says nothing
        await process.wait()
    os.close(reading)
    os.close(writing)
    assert process.returncode == 130


async def test_beside_an_app_on_postgresql(tmp_path: Path) -> None:
    with postgres_server() as server:
        url = server.url(server.create_database())
        async with running_app(tmp_path, NOBODY, GUILHERME_DATABASE_URL=url, GUILHERME_DEMO='true') as app:
            where = ('--data-dir', str(app.data_dir))
            assert (await run('import', str(FILES / 'claude.json'), *where, GUILHERME_DATABASE_URL=url))[0] == 0
            elsewhere = ('--data-dir', str(tmp_path / 'other'))
            code, _, err = await run('export', str(tmp_path / 'all.zip'), *elsewhere, GUILHERME_DATABASE_URL=url)
            assert (code, err) == (0, '')
            server.execute("UPDATE alembic_version SET version_num = '0003'", url.split('/')[3].split('?')[0])
            code, _, err = await run('export', str(tmp_path / 'x.zip'), *elsewhere, GUILHERME_DATABASE_URL=url)
            assert (code, 'of another version' in err) == (1, True)
    assert len(conversations(tmp_path / 'all.zip')) == 2
