"""The real process: how it starts, what it says when it cannot, and how it ends."""

import asyncio
import json
import re
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from app import __version__
from tests.operating.running import begun, run
from tests.replies.waiting import until
from tests.support.app_process import AppProcess, free_port, running_app, until_ready
from tests.support.ollama_server import OllamaServer
from tests.support.pipes import full_pipe

NOBODY = 'http://127.0.0.1:1'
ROOT = Path(__file__).parents[1]


def mode(path: Path) -> str:
    return oct(stat.S_IMODE(path.stat().st_mode))


def test_packed_the_program_is_its_own_interpreter() -> None:
    """Work apart and PDFs are processes of `sys.executable`, and no Python is there when the app is packed."""
    start = 'import sys; sys.frozen = True; sys.argv = ["guilherme", "-u", "-m", "platform"]; import main; main.main()'
    said = subprocess.run([sys.executable, '-c', start], cwd=ROOT, capture_output=True, text=True, check=True)
    assert sys.platform.capitalize() in said.stdout


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[AppProcess]:
    async with running_app(tmp_path, NOBODY, GUILHERME_DEMO='true') as running:
        yield running


# --- without starting -------------------------------------------------------------------------------------------------


async def test_help_names_every_flag() -> None:
    code, out, err = await run('--help')
    assert (code, err) == (0, '')
    for flag in ('--host', '--port', '--root-path', '--data-dir', '--native', '--demo', '--help', '--version'):
        assert flag in out
    for command in ('doctor', 'backup', 'restore', 'migrate-data'):
        assert command in out


async def test_version() -> None:
    assert await run('--version') == (0, f'{__version__}\n', '')


# --- when it cannot start ---------------------------------------------------------------------------------------------


async def test_a_port_that_is_taken_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(('127.0.0.1', 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        code, out, err = await run('--port', port, '--data-dir', str(tmp_path))
    assert (code, out) == (1, '')
    assert re.fullmatch(
        rf'Port {port} cannot be used \(.+\)\. Stop what listens there, or choose another: --port\n', err
    )


@pytest.mark.parametrize(
    ('settings', 'name'),
    [
        ({'GUILHERME_PORT': '0'}, 'GUILHERME_PORT'),
        ({'GUILHERME_PORT': 'abc'}, 'GUILHERME_PORT'),
        ({'GUILHERME_NUM_CTX': '1'}, 'GUILHERME_NUM_CTX'),
        ({'GUILHERME_LANGUAGE': 'tlh'}, 'GUILHERME_LANGUAGE'),
        ({'GUILHERME_ROOT_PATH': 'https://example.org/chat'}, 'GUILHERME_ROOT_PATH'),
        ({'GUILHERME_DATABASE_URL': 'mysql://localhost/x'}, 'GUILHERME_DATABASE_URL'),
        ({'GUILHERME_HOST': ''}, 'GUILHERME_HOST'),
        ({'GUILHERME_DATA_DIR': ''}, 'GUILHERME_DATA_DIR'),
    ],
)
async def test_a_setting_that_cannot_be_used_is_said_in_one_sentence(settings: dict[str, str], name: str) -> None:
    code, out, err = await run(**settings)
    assert (code, out) == (1, '')
    assert err.startswith(f'The setting {name} cannot be used: ')
    assert err.count('\n') == 1


@pytest.mark.parametrize(
    'system', [{'LANG': 'pt_BR.UTF-8'}, {'LANG': 'en_US.UTF-8', 'LC_MESSAGES': 'pt_BR.UTF-8'}, {'LC_ALL': 'pt_PT'}]
)
async def test_sentences_are_in_the_language_of_the_system(system: dict[str, str]) -> None:
    _, _, err = await run(**system, GUILHERME_PORT='0')
    assert err.startswith('A configuração GUILHERME_PORT não pode ser usada')


async def test_a_host_that_does_not_exist_is_said_in_one_sentence(tmp_path: Path) -> None:
    code, out, err = await run('--host', '203.0.113.1', '--port', '18080', '--data-dir', str(tmp_path))
    assert (code, out, err.count('\n')) == (1, '', 1)
    code, out, err = await run('--host', 'no such host', '--port', '18080', '--data-dir', str(tmp_path))
    assert (code, out, err.count('\n')) == (1, '', 1)
    assert err.startswith('“no such host” is no address of this machine (')
    assert 'Unknown error' not in err


async def test_a_folder_that_cannot_be_made_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / 'file').touch()
    code, out, err = await run('--data-dir', str(tmp_path / 'file'))
    assert (code, out, err.count('\n')) == (1, '', 1)
    assert err.startswith('The database cannot be used: ')


async def test_a_second_start_on_the_same_data_says_where_the_first_is(app: AppProcess) -> None:
    code, out, err = await run('--port', str(free_port()), '--data-dir', str(app.data_dir))
    assert (code, out, err.count('\n')) == (1, '', 1)
    assert err.startswith(f'Guilherme is running already with this data folder, at {app.url}. ')
    async with httpx.AsyncClient(base_url=app.url) as client:
        assert (await client.get('/readyz')).status_code == 200
    await app.kill()
    await app.start()  # nothing is left behind that would have to be cleared away


async def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / 'guilherme.db')) as database, database:
        database.execute('CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)')
        database.execute("INSERT INTO alembic_version VALUES ('9999')")
    code, out, err = await run('--data-dir', str(tmp_path))
    assert (code, out, err.count('\n')) == (1, '', 1)
    assert err.startswith('This database belongs to a newer version of Guilherme (revision 9999). ')


# --- ended before it is ready -----------------------------------------------------------------------------------------


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize(
    'module', ['asyncio.constants', 'app.settings', 'sqlalchemy.util', 'nicegui.elements', 'uvicorn']
)
async def test_ended_while_it_reads_its_modules_it_says_nothing(
    number: signal.Signals, module: str, tmp_path: Path
) -> None:
    telling = '-X', 'importtime'  # says which module was read, as soon as it was
    async with begun('--demo', '--data-dir', str(tmp_path), '--port', str(free_port()), python=telling) as process:
        assert process.stderr is not None
        while not (line := (await process.stderr.readline()).decode()).endswith(f' {module}\n'):
            assert line.startswith('import time:')
        process.send_signal(number)
        rest = await process.stderr.read()
        code = await process.wait()
    assert [line for line in rest.decode().splitlines() if not line.startswith('import time:')] == []
    assert code in (0, -number)  # by the signal itself before it knows what it is to do


# --- running ----------------------------------------------------------------------------------------------------------


async def test_the_start_reads_nothing_that_only_later_work_needs(tmp_path: Path) -> None:
    program = """
import asyncio, sys
from app import settings
from app.quick_start import quick_imports
with quick_imports():
    from app import bootstrap
asyncio.run(bootstrap.build(settings.load()).prepare())
read = {name.partition('.')[0] for name in sys.modules} | {name for name in sys.modules if 'dialects' in name}
print(*sorted(read))
"""
    environment = {'GUILHERME_DATA_DIR': str(tmp_path), 'PATH': '/usr/bin:/bin'}
    for _ in range(2):  # the first one makes the database, which does need Alembic
        run = await asyncio.create_subprocess_exec(
            sys.executable, '-c', program, env=environment, cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        read = (await run.communicate())[0].decode().split()
    assert 'nicegui' in read
    assert 'sqlalchemy.dialects.sqlite' in read
    later = {'aiohttp', 'alembic', 'fpdf', 'httpx', 'psycopg', 'pygments', 'requests', 'watchfiles', 'webview'}
    assert not later.intersection(read)
    assert 'sqlalchemy.dialects.postgresql' not in read


def test_what_a_start_leaves_out_is_there_afterwards() -> None:
    program = """
from app.quick_start import UNUSED, quick_imports
with quick_imports():
    for name in UNUSED:
        try: __import__(name)
        except ImportError: pass
        else: raise SystemExit(f'{name} was read')
for name in UNUSED: __import__(name)
"""
    subprocess.run([sys.executable, '-c', program], cwd=ROOT, check=True)


@pytest.mark.parametrize(('language', 'said'), [('pt_BR.UTF-8', 'Outras máquinas'), ('C', 'Other machines')])
async def test_it_says_that_other_machines_can_come_in(tmp_path: Path, language: str, said: str) -> None:
    settings = {'GUILHERME_DEMO': 'true', 'LC_ALL': language, 'PYTHONUTF8': '1'}
    async with running_app(tmp_path, NOBODY, command=('main.py', '--host', '0.0.0.0'), **settings) as app:
        assert [line for line in app.log().splitlines() if said in line]


async def test_it_says_where_it_is_once_it_is_ready(app: AppProcess) -> None:
    assert f'Guilherme is ready: {app.url}\n' in app.log()
    assert 'Other machines' not in app.log()
    async with httpx.AsyncClient(base_url=app.url) as client:
        assert (await client.get('/healthz')).json() == {'status': 'ok'}
        page = await client.get('/')
    [nonce] = set(re.findall(r'<script nonce="([\w-]+)"', page.text))
    assert f"'nonce-{nonce}'" in page.headers['content-security-policy']
    assert page.headers['content-encoding'] == 'gzip'
    assert '<script>' not in page.text


@pytest.mark.parametrize('host', ['::1', '[::1]'])
async def test_an_ipv6_address_is_one_like_others(host: str, tmp_path: Path) -> None:
    where = ('--host', host, '--port', str(free_port()), '--data-dir', str(tmp_path))
    async with begun('--demo', *where) as process:
        assert process.stdout is not None
        said = (await process.stdout.readline()).decode()
        await until_ready(process, said.split()[-1])
        process.terminate()
        _, err = await process.communicate()
    assert said == f'Guilherme is ready: http://[::1]:{where[3]}\n'
    assert (process.returncode, err) == (0, b'')


async def test_every_line_of_a_log_of_objects_is_one(tmp_path: Path) -> None:
    settings = {'GUILHERME_LOG_FORMAT': 'json'}
    port = free_port()
    where = ('--port', str(port), '--data-dir', str(tmp_path))
    async with begun('--demo', *where, settings=settings) as process:
        assert process.stderr is not None
        lines = [await process.stderr.readline()]  # that it is ready
        await until_ready(process, f'http://127.0.0.1:{port}')
        reader, writer = await asyncio.open_connection('127.0.0.1', port)
        writer.write(b'nonsense\r\n\r\n')  # the web server complains of it
        await reader.read()
        writer.close()
        code, _, refusal = await run('--demo', *where, **settings)
        process.terminate()
        out, rest = await process.communicate()
    assert (code, process.returncode, out) == (1, 0, b'')
    log = [json.loads(line) for line in [*lines, *rest.splitlines(), refusal.encode()]]
    assert {'level', 'logger', 'message', 'time'} <= set.intersection(*map(set, log))
    assert [line['level'] for line in log if line['level'] != 'INFO'] == ['WARNING', 'CRITICAL']
    assert log[0]['message'] == f'Guilherme is ready: http://127.0.0.1:{port}'
    assert log[-1]['message'].startswith('Guilherme is running already')


async def test_a_log_nobody_reads_holds_nothing_up(tmp_path: Path) -> None:
    port = str(free_port())
    settings = {'OLLAMA_HOST': NOBODY, 'GUILHERME_LOG_FORMAT': 'json'}  # the news of the start are lines of this log
    with full_pipe() as pipe:
        async with begun('--port', port, '--data-dir', str(tmp_path), stderr=pipe, settings=settings) as process:
            await until_ready(process, f'http://127.0.0.1:{port}')
            process.terminate()
            assert await process.wait() == 0


async def test_it_says_that_no_model_can_answer(tmp_path: Path) -> None:
    sentence = 'No model can answer yet: the page says what to do.\n'
    async with OllamaServer(models=[]) as empty, running_app(tmp_path / 'empty', empty.url) as app:
        await until(lambda: sentence in app.log())
    async with OllamaServer() as server, running_app(tmp_path / 'full', server.url) as app:
        await server.until(lambda: any(each.ended_at for each in server.asked('/api/tags')))
        await app.terminate()
        assert sentence not in app.log()


@pytest.mark.parametrize('path', ['/favicon.ico', '/', '/_nicegui_ws/socket.io/?EIO=4&transport=polling'])
async def test_requests_whose_sender_went_away_leave_nothing_in_the_log(app: AppProcess, path: str) -> None:
    for _ in range(20):
        _reader, writer = await asyncio.open_connection('127.0.0.1', app.port)
        writer.write(f'GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'.encode())
        await writer.drain()
        writer.close()
    async with httpx.AsyncClient(base_url=app.url) as client:
        assert (await client.get('/readyz')).status_code == 200
    await app.terminate()
    assert app.new_complaints() == ''


async def test_what_it_keeps_is_for_its_owner_only(app: AppProcess) -> None:
    assert mode(app.data_dir) == '0o700'
    kept = [*app.data_dir.iterdir()]
    assert app.data_dir / 'guilherme.db' in kept
    assert {mode(path) for path in kept} == {'0o600'}


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGINT])
async def test_it_ends_cleanly_when_told_to(app: AppProcess, number: signal.Signals) -> None:
    process, app._process = app._process, None
    assert process is not None
    process.send_signal(number)
    assert await asyncio.wait_for(process.wait(), 8) == 0
    assert app.new_complaints() == ''
    with closing(sqlite3.connect(app.data_dir / 'guilherme.db')) as database:
        assert database.execute('PRAGMA integrity_check').fetchone() == ('ok',)


async def test_a_second_start_on_the_same_data_works(app: AppProcess) -> None:
    code, seconds = await app.terminate()
    assert (code, seconds < 5) == (0, True)
    await app.start()
    async with httpx.AsyncClient(base_url=app.url) as client:
        assert (await client.get('/readyz')).status_code == 200
    assert app.log().count('Guilherme is ready') == 2
    assert app.new_complaints() == ''
