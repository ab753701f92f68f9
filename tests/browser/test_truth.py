"""It tells the truth (P8): whatever goes wrong or takes long, the person reads it in words."""

import re
import sqlite3

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenTab, StartApp
from tests.browser.screen import numbered
from tests.support.app_process import AppProcess
from tests.support.ollama_server import OllamaServer
from tests.support.raw_server import RawServer, said

FIGURES = ('eval_count', 'prompt_eval_count', 'eval_duration', 'load_duration', 'total_duration', 'done_reason')

FAULTS = {
    'tokens=50 drop_after=20': (20, 'broke off. What had arrived is kept.'),
    'tokens=50 close_after=20': (20, 'broke off'),
    'tokens=50 end_after=20': (20, 'without saying why. What had arrived is kept.'),
    'tokens=50 error_after=20': (20, 'ended unexpectedly'),
    'tokens=50 junk_after=20': (20, 'makes no sense'),
    'tokens=50 drop_after=0': (0, 'broke off.'),
    'tokens=50 status=500': (0, 'ended unexpectedly'),
    'tokens=50 busy': (0, 'too much to do'),
    'tokens=50 oom': (0, 'not enough memory for gemma2:2b'),
}


@pytest.mark.parametrize('directives', FAULTS)
async def test_fault_of_the_model_server_is_said(directives: str, app: AppProcess, open_tab: OpenTab) -> None:
    count, sentence = FAULTS[directives]
    tab = await open_tab(app)
    await tab.ask(directives)
    await tab.has_status('failed')
    for _ in range(2):
        error = tab.reply.get_by_test_id('message-error')
        await expect(error).to_contain_text(sentence)
        if not count:
            await expect(error).not_to_contain_text('What had arrived')
        assert await tab.words() == numbered(count)
        await tab.page.reload()


async def test_reply_that_broke_off_goes_on(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.ask('tokens=50 drop_after=20')
    await tab.has_status('failed')
    await tab.reply.get_by_test_id('message-continue').click()
    await tab.has_status('complete')
    assert await tab.words() == numbered(50)
    await expect(tab.reply.get_by_test_id('message-error')).to_be_empty()


async def test_model_that_loads_is_said(app: AppProcess, open_tab: OpenTab, ollama: OllamaServer) -> None:
    tab = await open_tab(app)
    ollama.loaded.clear()
    await tab.ask('tokens=10 load=3.5')
    await expect(tab.reply.get_by_text('Loading the model into memory')).to_be_visible()
    await tab.has_status('complete')
    await expect(tab.reply.get_by_text('Loading the model into memory')).to_have_count(0)


async def test_replies_that_wait_behind_others_say_how_many(start_app: StartApp, open_tab: OpenTab) -> None:
    """How many a server answers at once is told by nobody: before it is learnt, no place in line is claimed."""
    async with OllamaServer(script='kind=num', parallel=1) as busy:
        app = await start_app(busy.url)
        first, second = await open_tab(app), await open_tab(app)
        await first.ask('tokens=120 rate=50')
        await first.shows('w5 ')
        await second.ask('tokens=10')
        await expect(second.reply.get_by_text('answering 1 other question')).to_be_visible()
        await expect(second.reply.get_by_text('before this one')).to_have_count(0)
        await second.has_status('complete')
        await first.ask('tokens=1000 rate=50')
        await first.shows('w5 ')
        await second.ask('tokens=10')
        third = await open_tab(app)
        await third.ask('tokens=10')
        await expect(second.reply.get_by_text('1 before this one')).to_be_visible()
        await expect(third.reply.get_by_text('2 before this one')).to_be_visible()
        await first.part('stop').click()
        await second.has_status('complete')
        await third.has_status('complete')


async def test_silence_in_mid_reply_is_said_and_ended(start_app: StartApp, open_tab: OpenTab) -> None:
    app = await start_app(GUILHERME_SILENCE_NOTICE='1', GUILHERME_SILENCE_LIMIT='3')
    tab = await open_tab(app)
    await tab.ask('tokens=50 stall_after=10')
    await expect(tab.reply.get_by_text('The model has been silent for')).to_be_visible()
    await expect(tab.part('stop')).to_be_visible()
    await tab.has_status('failed')
    for _ in range(2):
        await expect(tab.reply.get_by_test_id('message-error')).to_contain_text('Nothing came for')
        assert await tab.words() == numbered(10)
        await tab.page.reload()


async def test_model_that_is_gone_can_be_fetched(start_app: StartApp, open_tab: OpenTab) -> None:
    async with OllamaServer(script='kind=num', models=['gemma2:2b', 'other:1b'], pull_seconds=0.5) as server:
        app = await start_app(server.url)
        tab = await open_tab(app)
        await server.until(lambda: sum(each.ended_at is not None for each in server.asked('/api/tags')) >= 2)
        server.install(['other:1b'])  # once app and page have asked what there is: the page keeps what it was told
        await tab.ask('tokens=10')
        error = tab.reply.get_by_test_id('message-error')
        await expect(error).to_contain_text('gemma2:2b is not installed')
        await error.get_by_role('button').click()
        await server.until(lambda: 'gemma2:2b' in server.models)
        await tab.reply.get_by_test_id('message-regenerate').click()
        await tab.has_status('complete')
        assert await tab.words() == numbered(10)


async def test_history_that_does_not_fit_is_said(start_app: StartApp, open_tab: OpenTab) -> None:
    app = await start_app(GUILHERME_NUM_CTX='512')
    tab = await open_tab(app)
    for _ in range(2):
        await tab.ask('tokens=3 ' + 'long words ' * 95)
        await tab.has_status('complete')
    await expect(tab.reply).to_contain_text('did not fit into the context window')
    await tab.ask('tokens=3 ' + 'much longer words ' * 200 + ' tokens=3')
    await expect(tab.reply).to_contain_text('its middle was left out')
    await expect(tab.part('context-gauge')).to_be_visible()


async def test_text_that_is_not_saved_is_said(start_app: StartApp, open_tab: OpenTab) -> None:
    app = await start_app()
    tab = await open_tab(app)
    reply_id = await tab.ask('tokens=400 rate=60')
    await tab.shows('w20 ')
    other_process = sqlite3.connect(app.data_dir / 'guilherme.db', isolation_level=None)
    other_process.execute('BEGIN EXCLUSIVE')
    await expect(tab.part('unsaved')).to_be_visible()
    shown = await tab.longest_shown(reply_id)
    assert app.stored_reply(reply_id)[1].startswith(shown)
    other_process.execute('ROLLBACK')
    other_process.close()
    await expect(tab.part('unsaved')).to_be_hidden()
    await tab.has_status('complete', timeout=20)
    assert await tab.words() == numbered(400)
    assert app.stored_reply(reply_id)[1].split() == numbered(400)


async def test_message_that_cannot_be_stored_is_given_back(start_app: StartApp, open_tab: OpenTab) -> None:
    app = await start_app()
    tab = await open_tab(app)
    await tab.ask('tokens=5')
    await tab.has_status('complete')
    other_process = sqlite3.connect(app.data_dir / 'guilherme.db', isolation_level=None)
    other_process.execute('BEGIN EXCLUSIVE')
    await tab.send('tokens=6')
    await expect(tab.page.get_by_text('The database does not answer right now')).to_be_visible()
    await expect(tab.composer).to_have_value('tokens=6')
    other_process.execute('ROLLBACK')
    other_process.close()
    await tab.composer.press('Enter')
    await tab.has_status('complete')
    await expect(tab.questions).to_have_count(2)
    await expect(tab.body).to_have_text(' '.join(numbered(6)))


async def test_model_server_that_is_not_there_is_noticed_when_it_comes(start_app: StartApp, open_tab: OpenTab) -> None:
    server = OllamaServer(script='kind=num')
    await server.listen()
    await server.stop()
    app = await start_app(server.url)
    tab = await open_tab(app)
    await expect(tab.part('server-state')).to_contain_text(f'I cannot find Ollama at {server.url}')
    await server.listen()
    await expect(tab.part('server-state')).to_be_hidden()
    await tab.ask('tokens=5')
    await tab.has_status('complete')
    await server.stop()
    await tab.ask('tokens=5')
    await expect(tab.reply.get_by_test_id('message-error')).to_contain_text('Nobody answers at')


async def test_page_of_a_proxy_in_the_place_of_ollama_is_told(start_app: StartApp, open_tab: OpenTab) -> None:
    async with RawServer(said(b'<!DOCTYPE html><h1>Bad Gateway</h1>', '502 Bad Gateway')) as proxy:
        tab = await open_tab(await start_app(proxy.url))
        state = tab.part('server-state')
        sentence = f'Something else than Ollama answers at {proxy.url} (status 502).'
        await expect(state).to_contain_text(sentence)
        await expect(state).not_to_contain_text('Install')
        await tab.ask('Hello?')
        await expect(tab.reply.get_by_test_id('message-error')).to_contain_text(sentence)
        proxy.answer = said(b'<!DOCTYPE html><h1>Sign in</h1>', '401 Unauthorized')
        await tab.new_chat()
        await expect(state).to_contain_text('asks for a sign-in (status 401)')
        await expect(state).not_to_contain_text('key')


async def test_conversation_opens_after_hostile_figures(start_app: StartApp, open_tab: OpenTab) -> None:
    values = 'NaN', '-1e999', '{}', '-5', '9' * 400
    async with RawServer(hostile_answer('null')) as server:
        app = await start_app(server.url)
        tab = await open_tab(app)
        for value in values:
            server.answer = hostile_answer(value)
            await tab.ask('Hello?')
            await tab.has_status('complete')
        path = f'/c/{tab.conversation_id}'
        await tab.page.goto('about:blank')
        await app.terminate()
        await app.start()
        await tab.open(path)
        await expect(tab.part('message-body')).to_have_text(['Hello?', 'so'] * len(values))


def hostile_answer(value: str) -> bytes:
    """Give what Ollama could say to any request, with `value` for all its figures."""
    figures = ', '.join(f'"{name}": {value}' for name in FIGURES)
    return said(
        f'{{"models": [{{"name": "gemma2:2b"}}], "message": {{"content": "so"}}, "done": true, {figures}}}\n'.encode()
    )


async def test_first_model_is_downloaded(start_app: StartApp, open_tab: OpenTab) -> None:
    async with OllamaServer(script='kind=num', models=[], pull_seconds=1.5) as server:
        app = await start_app(server.url)
        tab = await open_tab(app)
        state = tab.part('server-state')
        await expect(state).to_contain_text('it has no model yet')
        await state.get_by_role('button', name='Download gemma2:2b').click()
        await expect(state).to_contain_text('of 1.6 GB')
        await expect(state).to_contain_text('/s')
        await state.get_by_role('button', name='Cancel').click()
        await server.until(lambda: server.asked('/api/pull')[-1].disconnected_at)
        await state.get_by_role('button', name='Download gemma2:2b').click()
        await expect(state).to_be_hidden()
        await tab.ask('tokens=5')
        await tab.has_status('complete')


async def test_download_that_fails_says_why(start_app: StartApp, open_tab: OpenTab) -> None:
    async with OllamaServer(models=[], pull_seconds=0.2) as server:
        app = await start_app(server.url, GUILHERME_DEFAULT_MODEL='missing:1b')
        tab = await open_tab(app)
        await tab.page.get_by_role('button', name='Download missing:1b').click()
        await expect(tab.part('server-state')).to_contain_text('There is no model called missing:1b')


async def test_demo_says_that_it_is_one(start_app: StartApp, open_tab: OpenTab) -> None:
    app = await start_app(GUILHERME_DEMO='true')
    tab = await open_tab(app)
    await expect(tab.part('server-state')).to_contain_text('This is a demo')
    await tab.ask('Hello')
    await tab.shows(re.compile(r'\w'))
    await tab.part('stop').click()
    await tab.has_status('stopped')


async def test_address_of_no_conversation_says_so(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app, '/c/11111111-1111-4111-8111-111111111111')
    await expect(tab.part('toast')).to_contain_text('does not exist')


async def test_an_answer_that_fills_the_window_says_so_and_goes_on(start_app: StartApp, open_tab: OpenTab) -> None:
    tab = await open_tab(await start_app(GUILHERME_NUM_CTX='512'))
    await tab.ask('Count for me. kind=num tokens=900 rate=0')
    await tab.has_status('complete')
    full = tab.reply.get_by_text('The context window is full, so the answer ends here.')
    parts = 1
    while await full.count():
        await expect(tab.part('context-gauge')).to_have_attribute('aria-label', 'Context: 512 of 512 tokens')
        words = len(await tab.words())
        await tab.reply.get_by_test_id('message-continue').click()
        await expect(tab.reply.get_by_text(f'w{words} ')).to_be_visible()
        await tab.has_status('complete')
        parts += 1
    assert await tab.words() == numbered(900)
    assert parts > 2
    await expect(
        tab.reply.get_by_text('To go on, the model read only the end of what it had answered.')
    ).to_be_visible()
