"""`doctor` says what is found and what to do about it."""

import socket
import sqlite3
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from tests.operating.running import names, run
from tests.support.app_process import free_port, running_app
from tests.support.ollama_server import OllamaServer
from tests.support.postgres import postgres_server

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
    assert advised[f'• Other users of this machine can look into the data folder {folder}.'] == f'chmod 700 {folder}'
    assert 'restore FILE' in advised['✗ The database does not answer: file is not a database']
    assert '--port' in next(advice for text, advice in advised.items() if f'Port {port} cannot be used' in text)
    assert 'Start Ollama' in advised['✗ ollama does not answer']


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


async def test_postgresql(tmp_path: Path) -> None:
    where = ('--data-dir', str(tmp_path / 'data'), '--port', str(free_port()))
    with postgres_server() as server:
        url = server.url(server.create_database())
        _, out, _ = await run('doctor', *where, GUILHERME_DATABASE_URL=url, GUILHERME_DEMO='true')
        assert '✓ There is no database yet' in out
    code, out, _ = await run('doctor', *where, GUILHERME_DATABASE_URL=url, GUILHERME_DEMO='true')
    assert code == 1
    assert '✗ The database does not answer: ' in out
    assert 'Check GUILHERME_DATABASE_URL' in out


def pairs(out: str) -> dict[str, str]:
    """Give the findings that come with advice."""
    lines = out.splitlines()
    return {before: line.removeprefix('  → ') for before, line in pairwise(lines) if line[:3] == '  →'}
