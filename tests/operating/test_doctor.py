"""`doctor` says what is found and what to do about it."""

import os
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from app.operating.findings import Weight
from app.operating.looking_at_storage import look_at_storage
from app.settings import Settings
from app.ui.translations import translator
from tests.operating.running import names, run
from tests.support.app_process import free_port, running_app
from tests.support.ollama_server import OllamaServer
from tests.support.postgres import postgres_server
from tests.support.raw_server import RawServer, said

NOBODY = 'http://127.0.0.1:1'


async def test_all_is_well_before_the_first_start_and_nothing_is_made(tmp_path: Path) -> None:
    async with OllamaServer(models=['gemma2:2b']) as ollama:
        where = ('--data-dir', str(tmp_path / 'data'), '--port', str(free_port()))
        code, out, err = await run('doctor', *where, OLLAMA_HOST=ollama.url)
    assert (code, err) == (0, '')
    assert [line for line in out.splitlines() if not line.startswith('✓')] == ['Everything is ready.']
    for part in ('Python 3', 'data folder', 'GB are free', 'database', 'Port', 'ollama', 'gemma2:2b'):
        assert part in out
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ('settings', 'is_open'),
    [
        ({'GUILHERME_HOST': '0.0.0.0'}, True),
        ({'GUILHERME_HOST': '::'}, True),
        ({'GUILHERME_HOST': '127.0.0.2'}, False),
        ({'GUILHERME_HOST': 'localhost'}, False),
        ({'GUILHERME_HOST': '0.0.0.0', 'GUILHERME_PUBLISHED_AT': '127.0.0.1'}, False),
        ({'GUILHERME_HOST': '0.0.0.0', 'GUILHERME_PUBLISHED_AT': '192.0.2.1'}, True),
    ],
)
async def test_whether_other_machines_can_come_in_is_said(
    tmp_path: Path, settings: dict[str, str], is_open: bool
) -> None:
    where = ('--data-dir', str(tmp_path / 'data'), '--port', str(free_port()))
    _, out, _ = await run('doctor', *where, OLLAMA_HOST=NOBODY, **settings)
    assert ('• Other machines can come in too' in out) is is_open


async def test_an_ollama_behind_v1_is_told(tmp_path: Path) -> None:
    async with OllamaServer(models=['gemma2:2b']) as ollama:
        where = ('--data-dir', str(tmp_path / 'data'), '--port', str(free_port()))
        openai = {'GUILHERME_OPENAI_BASE_URL': f'{ollama.url}/v1'}
        _, out, _ = await run('doctor', *where, OLLAMA_HOST=ollama.url, **openai)
    assert 'Its /v1 has a window of its own' in out
    assert 'Set it as OLLAMA_HOST instead' in out


async def test_an_app_that_runs_is_found(tmp_path: Path) -> None:
    async with (
        OllamaServer(models=['gemma2:2b']) as ollama,
        running_app(tmp_path, ollama.url) as app,
    ):
        where = ('--data-dir', str(app.data_dir), '--port', str(app.port))
        code, out, err = await run('doctor', *where, OLLAMA_HOST=ollama.url)
    assert (code, err) == (0, '')
    assert f'✓ Guilherme is running: {app.url}' in out
    assert 'revision' in out


async def test_what_is_missing_comes_with_what_to_do(tmp_path: Path) -> None:
    folder = tmp_path / 'data'
    folder.mkdir(mode=0o755)
    (folder / 'guilherme.db').write_bytes(b'no database at all, but rather long, as such files go' * 100)
    with socket.socket() as taken:
        taken.bind(('127.0.0.1', 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        code, out, _ = await run('doctor', '--data-dir', str(folder), '--port', port, OLLAMA_HOST=NOBODY)
    assert code == 1
    assert 'Something has to be done first.' in out
    advised = pairs(out)
    assert (
        advised[f'• Other users of this machine can look into the data folder {folder}.']
        == f'chmod go= {folder} {folder}/guilherme.db'
    )
    assert 'restore FILE' in advised['✗ The database does not answer: file is not a database']
    assert '--port' in next(advice for text, advice in advised.items() if f'Port {port} cannot be used' in text)
    assert 'Start Ollama' in advised['✗ ollama does not answer']


async def test_no_password_is_told(tmp_path: Path) -> None:
    where = ('--data-dir', str(tmp_path), '--port', str(free_port()))
    async with RawServer(said(b'<html>Sign in</html>', '401 Unauthorized')) as proxy:
        _, out, err = await run(
            'doctor',
            *where,
            OLLAMA_HOST=proxy.url.replace('//', '//someone:hush@'),
            GUILHERME_OPENAI_BASE_URL='http://someone:hu/sh@127.0.0.1:1/v1?key=hush',
            GUILHERME_DATABASE_URL='postgresql://someone:hu@sh@127.0.0.1:1/db',
        )
    assert 'The name and password in the address of Ollama were refused' in out
    assert f'at {proxy.url} (status 401)' in out
    assert not [part for part in ('someone', 'hush', 'hu/', 'sh@') if part in out + err]


async def test_a_page_in_the_place_of_ollama_is_told(tmp_path: Path) -> None:
    where = ('--data-dir', str(tmp_path), '--port', str(free_port()))
    async with RawServer(said(b'<!DOCTYPE html><h1>502 Bad Gateway</h1>', '502 Bad Gateway')) as proxy:
        code, out, _ = await run('doctor', *where, OLLAMA_HOST=proxy.url)
    assert code == 1
    advice = pairs(out)['✗ Something is wrong with ollama']
    assert advice.startswith(f'Something else than Ollama answers at {proxy.url} (status 502).')
    assert '<' not in out


async def test_a_database_of_another_version_is_told_apart(tmp_path: Path) -> None:
    where = ('--data-dir', str(tmp_path), '--port', str(free_port()))
    for revision, sentence in (('9999', 'belongs to a newer version'), ('0003', 'brings it up to date')):
        with closing(sqlite3.connect(tmp_path / 'guilherme.db')) as database, database:
            database.execute('DROP TABLE IF EXISTS alembic_version')
            database.execute('CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)')
            database.execute('INSERT INTO alembic_version VALUES (?)', [revision])
        _, out, _ = await run('doctor', *where, OLLAMA_HOST=NOBODY)
        assert sentence in out


@pytest.mark.parametrize(
    ('models', 'code', 'sentence'),
    [
        ([], 1, '✗ There is no model that could answer.\n  → ollama pull gemma2:2b'),
        (['qwen3:4b'], 0, '• The model for new conversations, gemma2:2b, is not there; qwen3:4b is taken'),
    ],
)
async def test_models(models: list[str], code: int, sentence: str, tmp_path: Path) -> None:
    async with OllamaServer(models=models) as ollama:
        where = ('--data-dir', str(tmp_path), '--port', str(free_port()))
        found, out, _ = await run('doctor', *where, OLLAMA_HOST=ollama.url)
    assert found == code
    assert sentence in out


async def test_an_address_that_is_none_of_this_machine(tmp_path: Path) -> None:
    code, out, _ = await run('--demo', '--host', '203.0.113.1', '--data-dir', str(tmp_path), 'doctor')
    assert code == 1
    [(text, advice)] = [pair for pair in pairs(out).items() if 'Port 8080 cannot be used' in pair[0]]
    assert text.startswith('✗')
    assert '--host' in advice
    assert '✓ Answers come from a script' in out  # what stands before the command counts


def test_a_folder_of_somebody_else(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / 'data', _env_file=None)
    (tmp_path / 'data').mkdir()
    (tmp_path / 'data' / 'guilherme.db').touch()
    with as_somebody_else(tmp_path):
        found = [*look_at_storage(settings, translator('en'))]
    assert [finding.weight for finding in found] == [Weight.FAULT, Weight.FINE, Weight.FAULT]
    assert 'cannot be read and written by this user' in found[2].text
    assert all(finding.advice for finding in found if finding.weight is Weight.FAULT)


async def test_postgresql(tmp_path: Path) -> None:
    where = ('--data-dir', str(tmp_path / 'data'), '--port', str(free_port()))
    with postgres_server() as server:
        url = server.url(server.create_database())
        path = f'{server.programs}:{os.environ["PATH"]}'
        code, out, _ = await run('doctor', *where, GUILHERME_DATABASE_URL=url, GUILHERME_DEMO='true', PATH=path)
        assert (code, pairs(out)) == (0, {})
        assert '✓ There is no database yet' in out

        server.execute("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'")
        server.execute('CREATE ROLE guest LOGIN')
        guest = server.url('latin').replace('postgres@', 'guest@')
        code, out, _ = await run('doctor', *where, GUILHERME_DATABASE_URL=guest, GUILHERME_DEMO='true', PATH=path)
        assert code == 1
        assert (
            'createdb --encoding UTF8' in pairs(out)['✗ The database is in LATIN1, which cannot hold every character.']
        )
        assert 'OWNER TO' in pairs(out)['✗ The user of the database may not make tables in it.']

        older = tmp_path / 'pg_dump'
        older.write_text('#!/bin/sh\necho "pg_dump (PostgreSQL) 9.6.24 (Debian 9.6.24-1)"\n')
        older.chmod(0o700)
        path = f'{tmp_path}:{os.environ["PATH"]}'
        code, out, _ = await run('doctor', *where, GUILHERME_DATABASE_URL=url, GUILHERME_DEMO='true', PATH=path)
        assert code == 0
        [(text, advice)] = pairs(out).items()
        assert text == '• pg_dump 9 is older than the server (18), so no backup can be made.'
        assert 'version 18' in advice
    code, out, _ = await run('doctor', *where, GUILHERME_DATABASE_URL=url, GUILHERME_DEMO='true')
    assert code == 1
    assert '✗ The database does not answer: ' in out
    assert 'Check GUILHERME_DATABASE_URL' in out


@contextmanager
def as_somebody_else(folder: Path) -> Iterator[None]:
    """Do something as a user to whom a folder is closed. Root looks into every folder, so root becomes another."""
    folder.chmod(0)
    root = os.geteuid() == 0
    if root:
        os.setresuid(65534, 65534, 0)
    try:
        yield
    finally:
        if root:
            os.setresuid(0, 0, 0)
        folder.chmod(0o700)


def pairs(out: str) -> dict[str, str]:
    """Give the findings that come with advice."""
    lines = out.splitlines()
    return {before: line.removeprefix('  → ') for before, line in pairwise(lines) if line[:3] == '  →'}
