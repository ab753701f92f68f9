"""The database server goes down and comes back while a reply streams: it goes on, says so, and loses nothing (P1)."""

import asyncio
from collections.abc import Iterator

import psycopg
import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenTab, StartApp
from tests.browser.screen import numbered
from tests.operating.running import run
from tests.support.app_process import free_port
from tests.support.ollama_server import OllamaServer
from tests.support.postgres import PostgresServer, postgres_server

TOKENS = 400


@pytest.fixture
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


def stored(server: PostgresServer, database: str, message_id: str) -> str:
    with psycopg.connect(host=server.folder, user='postgres', dbname=database) as connection:
        query = (
            'SELECT content || coalesce((SELECT string_agg(text, $$$$ ORDER BY seq) FROM reply_delta '
            'WHERE message_id = id), $$$$) FROM message WHERE id = %s'
        )
        [text] = connection.execute(query, [message_id]).fetchone() or ['']
        return str(text)


async def test_a_server_that_restarts_in_mid_reply(
    start_app: StartApp, open_tab: OpenTab, postgres: PostgresServer
) -> None:
    database = postgres.create_database()
    app = await start_app(GUILHERME_DATABASE_URL=postgres.url(database))
    tab = await open_tab(app)
    reply_id = await tab.ask(f'tokens={TOKENS} rate=40')
    await tab.shows('w30')

    await asyncio.to_thread(postgres.crash)
    await expect(tab.part('unsaved')).to_be_visible()
    shown = (await tab.body.text_content() or '').strip()

    await asyncio.to_thread(postgres.start)
    assert (await asyncio.to_thread(stored, postgres, database, reply_id)).startswith(shown)
    await expect(tab.part('unsaved')).to_be_hidden()
    await tab.has_status('streaming')
    await tab.has_status('complete', timeout=30)
    assert await tab.words() == numbered(TOKENS)
    assert (await asyncio.to_thread(stored, postgres, database, reply_id)).split() == numbered(TOKENS)

    await tab.ask('tokens=5')
    await tab.has_status('complete')
    await tab.page.close()
    await app.kill()  # before its database goes


async def test_a_server_that_is_down_at_the_end_of_a_reply(
    start_app: StartApp, open_tab: OpenTab, postgres: PostgresServer, ollama: OllamaServer
) -> None:
    """No more text comes that would remind anybody of storing it."""
    database = postgres.create_database()
    app = await start_app(GUILHERME_DATABASE_URL=postgres.url(database))
    tab = await open_tab(app)
    reply_id = await tab.ask('tokens=60 rate=30')
    await tab.shows('w5')
    await asyncio.to_thread(postgres.crash)
    await expect(tab.part('unsaved')).to_be_visible()
    await ollama.until(lambda: ollama.asked('/api/chat')[-1].ended_at, timeout=10)
    await asyncio.sleep(0.5)  # several attempts at storing the end fail
    assert await tab.reply.get_attribute('data-status') == 'streaming'
    await asyncio.to_thread(postgres.start)
    await tab.has_status('complete', timeout=20)
    assert (await asyncio.to_thread(stored, postgres, database, reply_id)).split() == numbered(60)
    await tab.page.close()
    await app.kill()


async def test_a_second_start_leaves_the_replies_of_the_first_alone(
    start_app: StartApp, open_tab: OpenTab, postgres: PostgresServer
) -> None:
    url = postgres.url(postgres.create_database())
    app = await start_app(GUILHERME_DATABASE_URL=url)
    tab = await open_tab(app)
    await tab.ask('tokens=200 rate=40')
    await tab.shows('w5')
    code, out, err = await run('--port', str(free_port()), GUILHERME_DATABASE_URL=url)
    assert (code, out) == (1, '')
    assert app.url in err
    await tab.has_status('streaming')
    await tab.has_status('complete', timeout=30)
    assert await tab.words() == numbered(200)
    await tab.page.close()
    await app.kill()
