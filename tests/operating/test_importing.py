"""`import` as a real process: alone with the database, and through the app that runs."""

import json
import os
import sqlite3
import stat
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.exchange.reading_files import FILES
from tests.operating.running import begun, run
from tests.operating.test_keeping import COUNTING, streams_on
from tests.replies.waiting import until
from tests.support.app_process import AppProcess, free_port, running_app
from tests.support.counting_app import REPLY
from tests.support.postgres import postgres_server

NOBODY = 'http://127.0.0.1:1'

ODD = json.dumps(
    [
        {'id': 'a', 'timestamp': 1.7e9, 'messages': [{'role': 'user', 'content': 'One'}]},
        {'id': 'b', 'timestamp': 1.7e9, 'messages': [{'role': 'wizard', 'content': '\x1b[31mHo'}]},
    ]
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / 'data'


@pytest.fixture
def given_away(data: Path) -> Path:
    """Give a data folder of somebody else's."""
    data.mkdir()
    os.chown(data, 4711, 4711)
    return data


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[AppProcess]:
    async with running_app(tmp_path, NOBODY, GUILHERME_DEMO='true') as app:
        yield app
        assert app.new_complaints() == ''


@pytest.fixture(params=['alone', 'beside the app'])
async def where(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Path]:
    """Give a data folder, with and without an app that works with it."""
    if request.param == 'alone':
        yield tmp_path / 'data'
        return
    async with running_app(tmp_path, NOBODY, GUILHERME_DEMO='true') as app:
        yield app.data_dir
        assert app.new_complaints() == ''


def rows(data: Path, table: str = 'message', condition: str = 'true') -> int:
    with closing(sqlite3.connect(data / 'guilherme.db')) as database:
        return int(database.execute(f'SELECT count(*) FROM {table} WHERE {condition}').fetchone()[0])


def owners(folder: Path) -> set[int]:
    return {file.stat().st_uid for file in folder.rglob('*')}


def waiting(data: Path) -> list[Path]:
    """Give what lies in the inbox."""
    return [*data.glob('imports/*')]


def large(file: Path, count: int = 3000) -> Path:
    messages = [{'role': ('user', 'assistant')[turn % 2], 'content': 'word ' * 400} for turn in range(10)]
    file.write_text(json.dumps([{'id': number, 'timestamp': 1.7e9, 'messages': messages} for number in range(count)]))
    return file


async def imported(data: Path, *files: Path | str, **settings: str) -> tuple[int | None, dict[str, Any], str]:
    """Import with `--json`; give the exit code, the object and what was complained of."""
    code, out, err = await run('import', '--json', *map(str, files), '--data-dir', str(data), **settings)
    return code, json.loads(out), err


async def test_what_comes_in_is_said_to_people(where: Path) -> None:
    files = [str(FILES / name) for name in ('chatgpt.json', 'claude.json')]
    code, out, err = await run('import', *files, '--data-dir', str(where))
    assert (code, err) == (0, '')
    assert out.splitlines() == [
        f'{files[0]} (ChatGPT)',
        '      2 conversations were imported.',
        f'{files[1]} (Claude)',
        '      2 conversations were imported.',
        'In all',
        '      4 conversations were imported.',
    ]
    code, out, err = await run('import', files[0], '--data-dir', str(where), LANG='pt_BR.UTF-8')
    assert (code, out.splitlines(), err) == (0, [f'{files[0]} (ChatGPT)', '      2 já estavam aqui.'], '')
    assert rows(where, 'conversation', "owner_id = 'local'") == 4


async def test_what_comes_in_is_said_to_programs(where: Path, tmp_path: Path) -> None:
    odd = tmp_path / 'odd.json'
    odd.write_text(ODD)
    code, said, err = await imported(where, odd, tmp_path / 'nowhere.json', tmp_path, LANG='pt_BR.UTF-8')
    assert (code, err) == (0, '')
    assert said.keys() == {'started_at', 'ended_at', 'files', 'imported', 'updated', 'known', 'in_trash', 'error'}
    assert (said['imported'], said['known'], said['error']) == (2, 0, None)
    first, nowhere, folder = said['files']
    assert first | {'remarks': []} == {
        'file': str(odd),
        'sources': ['chat-history'],
        'written_by': 'Histórico antigo de conversas',
        'imported': 2,
        'updated': 0,
        'known': 0,
        'in_trash': 0,
        'instruction': False,
        'remarks': [],
        'remarked': 1,
        'error': None,
    }
    [remark] = first['remarks']
    assert (remark['reason'], remark['value'], remark['conversation'], remark['message']) == (
        'unknown_role',
        'wizard',
        2,
        1,
    )
    assert 'Não sei quem é “wizard”.' in remark['text']
    assert '(conversa 2, mensagem 1' in remark['text']
    assert (nowhere['error']['reason'], folder['error']['reason']) == ('no_such_file', 'a_folder')
    assert nowhere['error']['text'] == f'Não existe o arquivo {tmp_path}/nowhere.json.'
    code, said, _ = await imported(where, odd)
    assert (code, said['imported'], said['known']) == (0, 0, 2)


async def test_what_comes_in_is_kept_under_the_name_of_its_file_for_an_undo(where: Path, tmp_path: Path) -> None:
    file = tmp_path / 'às 10.json'
    file.write_text(ODD)
    await run('import', str(file), '--data-dir', str(where))
    with closing(sqlite3.connect(where / 'guilherme.db')) as database:
        assert database.execute('SELECT file, sources, conversations FROM past_import').fetchall() == [
            ('às 10.json', '["chat-history"]', 2)
        ]


async def test_if_nothing_could_be_read_the_exit_code_says_so(where: Path, tmp_path: Path) -> None:
    (tmp_path / 'shopping.txt').write_text('milk')
    code, out, err = await run('import', str(tmp_path / 'shopping.txt'), '--data-dir', str(where))
    assert (code, out) == (1, '')
    assert err == (f'{tmp_path}/shopping.txt: I do not know this kind of file, or there are no conversations in it.\n')
    code, said, _ = await imported(where, tmp_path / 'shopping.txt')
    assert (code, said['files'][0]['error']['code']) == (1, 'import_refused')


async def test_a_pipe_is_read_as_a_file_is(where: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, ODD.encode())
    os.close(writing)
    async with begun('import', '/dev/stdin', '--data-dir', str(where), stdin=reading) as process:
        os.close(reading)
        out, err = await process.communicate()
    assert (process.returncode, err) == (0, b'')
    assert b'2 conversations were imported.' in out


async def test_a_foreign_title_cannot_command_the_terminal(data: Path, tmp_path: Path) -> None:
    messages = [{'role': 'user', 'content': 'x\x1b]0;pwned\x07\u202e'}, {'role': 'wizard', 'content': 'y'}]
    odd = tmp_path / 'odd.json'
    odd.write_text(json.dumps([{'id': 1, 'timestamp': 1.7e9, 'messages': messages}]))
    code, out, _ = await run('import', str(odd), '--data-dir', str(data))
    assert code == 0
    assert 'x\ufffd]0;pwned\ufffd\ufffd: I do not know who “wizard” is.' in out


async def test_of_many_remarks_people_see_some_and_programs_all(data: Path, tmp_path: Path) -> None:
    messages = [{'role': 'user', 'content': 'x'}, *[{'role': 'wizard', 'content': 'y'}] * 230]
    odd = tmp_path / 'odd.json'
    odd.write_text(json.dumps([{'id': 1, 'timestamp': 1.7e9, 'messages': messages}]))
    _, out, _ = await run('import', str(odd), '--data-dir', str(data))
    assert (out.count('wizard'), out.splitlines()[-1].strip()) == (20, 'and 210 more (--json lists all)')
    _, said, _ = await imported(data, odd)
    assert (said['files'][0]['remarked'], len(said['files'][0]['remarks'])) == (230, 230)


async def test_without_the_app_a_reply_it_left_is_not_touched(tmp_path: Path) -> None:
    async with running_app(tmp_path, NOBODY, command=COUNTING) as app:
        await streams_on(app)
        await app.kill()
        status, text = app.stored_reply(REPLY)
        code, said, _ = await imported(app.data_dir, FILES / 'chatgpt.json')
        assert (code, said['imported']) == (0, 2)
        assert app.stored_reply(REPLY) == (status, text) == ('streaming', text)


async def test_a_reply_goes_on_while_the_app_imports(tmp_path: Path) -> None:
    async with running_app(tmp_path, NOBODY, command=COUNTING) as app:
        await streams_on(app)
        code, said, _ = await imported(app.data_dir, FILES / 'chatgpt.json')
        assert (code, said['imported']) == (0, 2)
        await streams_on(app)


async def test_a_command_that_is_killed_leaves_nothing_for_long(where: Path, tmp_path: Path) -> None:
    await imported(where, FILES / 'claude.json')
    before = rows(where)
    async with begun('import', str(large(tmp_path / 'large.json')), '--data-dir', str(where)) as process:
        await until(lambda: rows(where) > before + 500, timeout=30)
        process.kill()
        await process.wait()
    await until_free(where)
    code, said, _ = await imported(where, FILES / 'chatgpt.json')
    assert (code, said['imported']) == (0, 2)
    assert rows(where, 'conversation', "owner_id = 'local'") == 4
    assert waiting(where) == []


async def test_ctrl_c_cancels_the_import(where: Path, tmp_path: Path) -> None:
    await imported(where, FILES / 'claude.json')
    before = rows(where)
    async with begun('import', str(large(tmp_path / 'large.json')), '--data-dir', str(where)) as process:
        await until(lambda: rows(where) > before + 500, timeout=30)
        process.send_signal(2)
        _, err = await process.communicate()
    assert (process.returncode, err) == (130, b'')
    await until_free(where)
    assert rows(where, 'conversation', "owner_id = 'local'") == 2


async def until_free(data: Path) -> None:
    """Wait until no import runs any more, nor has left anything in the inbox."""
    await until(lambda: not waiting(data) or not (data / 'commands.json').exists(), timeout=30)


async def test_one_import_at_a_time(app: AppProcess, tmp_path: Path) -> None:
    file = large(tmp_path / 'large.json')
    async with begun('import', str(file), '--data-dir', str(app.data_dir)) as process:
        await until(lambda: rows(app.data_dir) > 500, timeout=30)
        code, said, _ = await imported(app.data_dir, FILES / 'claude.json')
        assert (code, said['files'][0]['error']['reason']) == (1, 'busy')
        process.send_signal(2)
        await process.wait()


async def test_two_commands_without_the_app_take_turns(data: Path, tmp_path: Path) -> None:
    file = large(tmp_path / 'large.json')
    await imported(data, FILES / 'claude.json')
    async with begun('import', str(file), '--data-dir', str(data)) as process:
        await until(lambda: rows(data) > 500, timeout=30)
        code, said, err = await imported(data, FILES / 'claude.json')
        assert (code, said['files'], said['error']['reason']) == (1, [], 'busy_folder')
        assert f'process {process.pid}' in err
        process.send_signal(2)
        await process.wait()


async def test_the_app_lets_in_only_who_knows_its_key(app: AppProcess) -> None:
    door = app.data_dir / 'commands.json'
    assert stat.S_IMODE(door.stat().st_mode) == 0o600
    key = json.loads(door.read_text())['key']
    async with httpx.AsyncClient(base_url=app.url) as client:
        for said in ({}, {'Authorization': 'Bearer'}, {'Authorization': f'Bearer {key}x'}, {'Authorization': key}):
            assert (await client.get('/_commands/import', headers=said)).status_code == 403
            answer = await client.post('/_commands/import', headers=said, content=ODD)
            assert (answer.status_code, answer.content) == (403, b'')
        foreign = {'Authorization': f'Bearer {key}', 'Sec-Fetch-Site': 'cross-site'}
        assert (await client.post('/_commands/import', headers=foreign, content=ODD)).status_code == 403
        ours = {'Authorization': f'Bearer {key}'}
        assert (await client.get('/_commands/import', headers=ours)).status_code == 204
    assert rows(app.data_dir, 'conversation') == 0
    assert app.new_complaints() == ''


@pytest.mark.parametrize('wrong', ['key', 'process', ''])
async def test_who_does_not_know_it_is_told(app: AppProcess, wrong: str) -> None:
    door = app.data_dir / 'commands.json'
    if wrong:
        said = json.loads(door.read_text())
        door.write_text(json.dumps(said | {wrong: '7'}))
    else:
        door.unlink()
    code, out, err = await run('import', str(FILES / 'claude.json'), '--data-dir', str(app.data_dir))
    assert (code, out, err.count('\n')) == (1, '', 1)
    assert 'stop it first' in err
    assert ('403' in err) is (wrong == 'key')
    assert rows(app.data_dir, 'conversation') == 0


async def test_the_key_goes_with_the_app(app: AppProcess) -> None:
    assert (app.data_dir / 'commands.json').exists()
    await app.terminate()
    assert not (app.data_dir / 'commands.json').exists()


@pytest.mark.parametrize(
    'settings',
    [
        {'GUILHERME_ROOT_PATH': '/chat'},
        {'GUILHERME_ALLOWED_HOSTS': 'chat.example.org', 'GUILHERME_TRUSTED_PROXIES': '*'},
        {'GUILHERME_HOST': '0.0.0.0'},
        {'GUILHERME_HOST': 'localhost'},
    ],
)
async def test_the_app_is_found_wherever_it_listens(tmp_path: Path, settings: dict[str, Any]) -> None:
    async with running_app(tmp_path, NOBODY, GUILHERME_DEMO='true', **settings) as app:
        code, said, _ = await imported(app.data_dir, FILES / 'claude.json', GUILHERME_PORT=str(free_port()))
    assert (code, said['imported']) == (0, 2)


async def test_the_app_ends_meanwhile(app: AppProcess, tmp_path: Path) -> None:
    file = large(tmp_path / 'large.json')
    async with begun('import', str(file), str(file), '--data-dir', str(app.data_dir)) as process:
        await until(lambda: rows(app.data_dir) > 500, timeout=30)
        await app.kill()
        out, err = await process.communicate()
    assert process.returncode == 1
    assert b'imported' not in out
    assert [line.partition(': ')[2][:19] for line in err.decode().splitlines()] == [
        'Guilherme ended bef',
        'Guilherme runs, but',
    ]


async def test_an_app_elsewhere_on_the_same_database_is_left_alone(tmp_path: Path) -> None:
    with postgres_server() as server:
        url = server.url(server.create_database())
        async with running_app(tmp_path, NOBODY, GUILHERME_DATABASE_URL=url, GUILHERME_DEMO='true') as app:
            code, said, err = await imported(tmp_path / 'other', FILES / 'claude.json', GUILHERME_DATABASE_URL=url)
            assert (code, said['error']['reason']) == (1, 'running_database')
            assert app.url in err
            code, said, _ = await imported(app.data_dir, FILES / 'claude.json', GUILHERME_DATABASE_URL=url)
            assert (code, said['imported']) == (0, 2), said
        code, said, _ = await imported(tmp_path / 'other', FILES / 'claude.json', GUILHERME_DATABASE_URL=url)
        assert (code, said['known']) == (0, 2)


@pytest.mark.skipif(not hasattr(os, 'geteuid') or os.geteuid() != 0, reason='only root can give files away')
async def test_what_root_imports_belongs_to_whom_the_data_does(given_away: Path) -> None:
    code, _, _ = await imported(given_away, FILES / 'claude.json')
    assert code == 0
    assert owners(given_away) == {4711}
