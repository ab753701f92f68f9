"""Nothing shown is ever lost (P1): the real process killed in mid-reply while a real browser watches."""

import random
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from playwright.async_api import expect

from tests.browser.conftest import BrowserLog, OpenTab, StartApp
from tests.browser.screen import Screen, numbered
from tests.support.app_process import AppProcess
from tests.support.ollama_server import OllamaServer
from tests.support.postgres import PostgresServer, postgres_server

TOKENS = 250


@pytest.fixture(autouse=True)
def _line_is_lost(browser_log: BrowserLog) -> None:
    browser_log.expect_lost_line()


@pytest.fixture
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


async def watch_until_a_random_moment(tab: Screen, seed: int) -> str:
    """Ask for a long reply and return, with its id, when some random part of it is shown."""
    reply_id = await tab.ask(f'tokens={TOKENS} rate=150')
    await tab.shows(f'w{random.Random(seed).randint(0, 120)}')
    return reply_id


def stored_in_postgres(server: PostgresServer, database: str, message_id: str) -> str:
    with psycopg.connect(host=server.folder, user='postgres', dbname=database) as connection:
        [content] = connection.execute('SELECT content FROM message WHERE id = %s', [message_id]).fetchone() or ['']
        query = 'SELECT text FROM reply_delta WHERE message_id = %s ORDER BY seq'
        return str(content) + ''.join(text for (text,) in connection.execute(query, [message_id]))


async def check_all_that_was_shown_is_stored(tab: Screen, reply_id: str, stored: str) -> None:
    """While the server is gone: later, the page comes back by itself, and nothing can be asked of it meanwhile."""
    await expect(tab.line).to_have_attribute('data-state', 'offline')
    shown = await tab.longest_shown(reply_id)
    assert shown
    assert stored.startswith(shown)


async def check_it_is_all_there(app: AppProcess, open_tab: OpenTab, watching: Screen, stored: str) -> None:
    """After the restart: the first page that is served shows all of it, and *Continue* goes on from exactly there."""
    later = await open_tab(app)
    response = await later.page.goto(f'{app.url}/c/{watching.conversation_id}')
    assert response is not None
    assert stored.strip() in await response.text()
    await later.shows(stored.strip())
    await later.has_status('interrupted')
    assert (await later.body.text_content() or '').strip() == stored.strip()
    await watching.page.close()  # other tests wait until such a page has come back by itself
    await later.reply.get_by_test_id('message-continue').click()
    await later.has_status('complete')
    assert await later.words() == numbered(TOKENS)


@pytest.mark.parametrize('seed', range(3))
async def test_killed_at_a_random_moment(seed: int, start_app: StartApp, open_tab: OpenTab) -> None:
    app = await start_app()
    tab = await open_tab(app)
    reply_id = await watch_until_a_random_moment(tab, seed)
    await app.kill()
    status, stored = app.stored_reply(reply_id)
    assert status == 'streaming'
    await check_all_that_was_shown_is_stored(tab, reply_id, stored)
    await app.start()
    await check_it_is_all_there(app, open_tab, tab, stored)
    with closing(sqlite3.connect(app.data_dir / 'guilherme.db')) as database:
        assert database.execute('SELECT count(*) FROM reply_delta').fetchone() == (0,)


@pytest.mark.parametrize('seed', range(3, 5))
async def test_ended_at_a_random_moment(seed: int, start_app: StartApp, open_tab: OpenTab) -> None:
    app = await start_app()
    tab = await open_tab(app)
    reply_id = await watch_until_a_random_moment(tab, seed)
    code, seconds = await app.terminate()
    assert code == 0
    assert seconds < 5
    status, stored = app.stored_reply(reply_id)
    assert status == 'interrupted'
    await check_all_that_was_shown_is_stored(tab, reply_id, stored)
    await app.start()
    await check_it_is_all_there(app, open_tab, tab, stored)


@pytest.mark.parametrize('times', [1, 2, 3])
async def test_ended_by_ctrl_c(times: int, start_app: StartApp, open_tab: OpenTab) -> None:
    """Also by somebody who presses it again because it does not end at once. No traceback: the log is looked at."""
    app = await start_app()
    tab = await open_tab(app)
    reply_id = await watch_until_a_random_moment(tab, 10 + times)
    code, seconds = await app.terminate(*[signal.SIGINT] * times)
    assert code == 0
    assert seconds < 5
    _, stored = app.stored_reply(reply_id)
    await check_all_that_was_shown_is_stored(tab, reply_id, stored)
    await app.start()
    await check_it_is_all_there(app, open_tab, tab, stored)


@pytest.mark.parametrize('how', ['kill', 'terminate'])
async def test_ended_on_postgresql(how: str, start_app: StartApp, open_tab: OpenTab, postgres: PostgresServer) -> None:
    database = postgres.create_database()
    app = await start_app(GUILHERME_DATABASE_URL=postgres.url(database))
    tab = await open_tab(app)
    reply_id = await watch_until_a_random_moment(tab, 5)
    await getattr(app, how)()
    stored = stored_in_postgres(postgres, database, reply_id)
    await check_all_that_was_shown_is_stored(tab, reply_id, stored)
    await app.start()
    await check_it_is_all_there(app, open_tab, tab, stored)
    await app.kill()  # before its database goes


@pytest.mark.parametrize('how', ['kill', 'terminate'])
async def test_goes_on_by_itself_if_told_so(how: str, start_app: StartApp, open_tab: OpenTab) -> None:
    app = await start_app(GUILHERME_RESUME='true')
    tab = await open_tab(app)
    reply_id = await watch_until_a_random_moment(tab, 7)
    await getattr(app, how)()
    await app.start()
    await app.kill()  # before it went on, perhaps: the next start does
    await app.start()
    await tab.has_status('complete', timeout=20)
    assert await tab.reply_id() == reply_id
    assert await tab.words() == numbered(TOKENS)


async def test_killed_before_the_first_token(start_app: StartApp, open_tab: OpenTab, ollama: OllamaServer) -> None:
    app = await start_app()
    tab = await open_tab(app)
    await tab.ask('tokens=20 load=2')
    await ollama.until(lambda: ollama.asked('/api/chat'))
    await app.kill()
    await app.start()
    await tab.has_status('interrupted')
    assert await tab.words() == []
    await tab.reply.get_by_test_id('message-continue').click()
    await tab.has_status('complete')
    assert await tab.words() == numbered(20)
