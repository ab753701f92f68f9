"""The commands deployment.md gives for PostgreSQL, typed at a real server, and the app on what they made."""

import asyncio
import os
from pathlib import Path

import httpx

from app.storage.postgres_lock import PostgresLock
from tests.deployment.page import COMMANDS
from tests.support.app_process import AppProcess, running_app
from tests.support.postgres import PostgresServer, postgres_server

LINES = [line for line in COMMANDS if line.startswith('create')]
"""Those that are typed here: a test of the page counts on it."""


async def type_in(server: PostgresServer, line: str, answers: str) -> None:
    """Run a command of the page, as the server's administrator who answers what it asks."""
    environment = {'PGHOST': server.folder, 'PGUSER': 'postgres', 'PATH': f'{server.programs}:{os.environ["PATH"]}'}
    process = await asyncio.create_subprocess_shell(
        line,
        env=environment,
        start_new_session=True,  # away from the terminal, so that the password comes from here
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate(answers.encode())
    assert process.returncode == 0, said.decode()


NOBODY = 'http://127.0.0.1:1'


async def test_the_app_runs_on_the_database_the_page_makes(tmp_path: Path) -> None:
    assert len(LINES) == 2
    with postgres_server() as server:
        for line in LINES:
            await type_in(server, line, 'secret\nsecret\n')
        url = f'postgresql+psycopg://guilherme:secret@/guilherme?host={server.folder}'
        async with (
            running_app(tmp_path, NOBODY, GUILHERME_DATABASE_URL=url) as app,
            httpx.AsyncClient(base_url=app.url) as client,
        ):
            assert (await client.get('/readyz')).status_code == 200
        owner = server.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'message'", 'guilherme')
        encoding = server.execute("SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'guilherme'")
        assert (owner, encoding) == ([('guilherme',)], [('UTF8',)])


async def test_of_two_starts_at_once_one_runs_and_one_says_so(tmp_path: Path) -> None:
    with postgres_server() as server:
        url = server.url(server.create_database())
        async with asyncio.timeout(60):
            apps = [AppProcess(tmp_path / name, NOBODY, GUILHERME_DATABASE_URL=url) for name in ('one', 'other')]
            results = await asyncio.gather(*(app.start() for app in apps), return_exceptions=True)
        [failure] = [result for result in results if result]
        first, second = apps if results[0] is None else apps[::-1]
        assert isinstance(failure, RuntimeError)  # it ended
        assert second.log().startswith(f'Guilherme is running already with this database, at {first.url} on ')
        assert second.log().count('\n') == 1
        async with httpx.AsyncClient(base_url=first.url) as client:
            assert (await client.get('/readyz')).status_code == 200
        assert not first.new_complaints()
        await first.kill()
        await second.start()
        await second.kill()


async def test_an_app_whose_database_was_taken_over_ends(tmp_path: Path) -> None:
    with postgres_server() as server:
        name = server.create_database()
        async with running_app(tmp_path, NOBODY, GUILHERME_DATABASE_URL=server.url(name)) as app:
            other = PostgresLock(server.url(name))
            server.lock_out(name)  # as a server that is restarted, and is back before the app has noticed
            server.let_in(name)
            other.take('http://127.0.0.1:9')
            assert await app.ended() == 0
            assert 'Another process works with this database now, so this one ends' in app.log()
            assert 'Traceback' not in app.log()
        other.release()
