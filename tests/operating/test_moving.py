"""`migrate-data` as whoever runs the app gives it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.operating.running import run
from tests.operating.test_keeping import COUNTING, counted, streams_on
from tests.support.app_process import running_app
from tests.support.counting_app import COUNTED, REPLY
from tests.support.postgres import PostgresServer, postgres_server

NOBODY = 'http://127.0.0.1:1'


@pytest.fixture
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


async def test_from_sqlite_to_postgresql_and_the_app_goes_on_there(tmp_path: Path, postgres: PostgresServer) -> None:
    url = postgres.url(postgres.create_database())
    async with running_app(tmp_path, NOBODY, command=COUNTING) as app:
        await streams_on(app)
        way = ('--from', f'sqlite:///{app.data_dir}/guilherme.db', '--to', url)
        code, out, err = await run('migrate-data', *way)
        assert (code, out) == (1, '')
        assert app.url in err  # what it writes from now on would be missing
        await app.kill()
        written = counted(app.stored_reply(REPLY)[1])

        code, out, err = await run('migrate-data', *way)
        assert (code, err) == (0, '')
        assert 'Carrying over: message 100%' in out
        assert 'rows were carried over and compared.' in out
        code, _, err = await run('migrate-data', *way)
        assert (code, err.count('\n')) == (1, 1)
        assert 'is not empty' in err

    async with running_app(tmp_path / 'new', NOBODY, GUILHERME_DATABASE_URL=url, GUILHERME_DEMO='true') as there:
        assert '1 replies of the last run were interrupted' in there.log()
    [(text, chat)] = postgres.execute('SELECT content, conversation_id FROM message', url.split('/')[3].split('?')[0])
    assert counted(text) == written
    assert chat == COUNTED


async def test_a_password_is_never_told(tmp_path: Path) -> None:
    secret = 'postgresql+psycopg://somebody:sesame@/x?host=/nowhere'
    (tmp_path / 'guilherme.db').touch()
    for way in (
        ('--from', secret, '--to', f'sqlite:///{tmp_path}/x.db'),
        ('--from', f'sqlite:///{tmp_path}/guilherme.db', '--to', secret),
    ):
        code, out, err = await run('migrate-data', *way)
        assert (code, out, err.count('\n')) == (1, '', 1)
        assert err.startswith('The database cannot be used: ')
        assert 'sesame' not in err
