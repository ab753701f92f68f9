"""A reply belongs to its conversation, not to a page (P2): every token once, in order, wherever one looks."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from tests.browser.conftest import BrowserLog, OpenTab, StartApp
from tests.browser.screen import Screen, numbered
from tests.browser.wire import Wire, wire
from tests.support.app_process import AppProcess
from tests.support.ollama_server import OllamaServer


@pytest.fixture
async def line(app: AppProcess, browser_log: BrowserLog) -> AsyncIterator[Wire]:
    """Give a line to the app that can be lost."""
    browser_log.expect_lost_line()
    async with wire(app.port) as laid:
        yield laid


async def has_whole_reply(tab: Screen, count: int, timeout: float = 15) -> None:
    """Make sure that a tab shows every token once and in order, now and after a reload."""
    await tab.has_status('complete', timeout)
    assert await tab.words() == numbered(count)
    await tab.page.reload()
    await tab.has_status('complete')
    assert await tab.words() == numbered(count)


async def until_sent(ollama: OllamaServer, tokens: int) -> None:
    """Wait until the model server has written so many tokens of its newest reply."""
    await ollama.until(lambda: ollama.asked('/api/chat')[-1].tokens >= tokens, timeout=30)


async def test_switching_back_and_forth(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.ask('tokens=5')
    await tab.has_status('complete')
    other = tab.conversation_id
    await tab.new_chat()
    await tab.ask('tokens=300 rate=40')
    streaming = tab.conversation_id
    for _ in range(4):
        await tab.switch_to(other)
        await expect(tab.body).to_have_text(' '.join(numbered(5)))
        await tab.switch_to(streaming)
        await tab.has_status('streaming')
    await has_whole_reply(tab, 300)


async def test_reloading_in_mid_reply(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.ask('tokens=300 rate=150')
    for seen in ('w10 ', 'w60 ', 'w100 '):
        await tab.shows(seen)
        await tab.page.reload()
        assert seen.strip() in await tab.words()  # what was shown is in the page itself, before any script asks
    await has_whole_reply(tab, 300)


async def test_closed_tab_is_opened_again(app: AppProcess, open_tab: OpenTab, ollama: OllamaServer) -> None:
    tab = await open_tab(app)
    await tab.ask('tokens=120 rate=150')
    await tab.shows('w10 ')
    address = f'/c/{tab.conversation_id}'
    await tab.page.close()
    await until_sent(ollama, 60)
    await has_whole_reply(await open_tab(app, address), 120)


async def test_reply_ends_while_nobody_looks(app: AppProcess, open_tab: OpenTab, ollama: OllamaServer) -> None:
    tab = await open_tab(app)
    await tab.ask('tokens=60 rate=150')
    address = f'/c/{tab.conversation_id}'
    await tab.page.close()
    await ollama.until(lambda: ollama.asked('/api/chat')[-1].ended_at)
    await has_whole_reply(await open_tab(app, address), 60)


async def test_second_tab_and_late_join_on_another_device(app: AppProcess, open_tab: OpenTab) -> None:
    first = await open_tab(app)
    await first.ask('tokens=300 rate=150')
    address = f'/c/{first.conversation_id}'
    second = await open_tab(app, address, beside=first)
    await first.shows('w100 ')
    third = await open_tab(app, address)
    assert 'w100' in await third.words()
    for tab in (first, second, third):
        await has_whole_reply(tab, 300)


async def test_message_sent_in_one_tab_appears_in_another(app: AppProcess, open_tab: OpenTab) -> None:
    first = await open_tab(app)
    await first.ask('tokens=5')
    second = await open_tab(app, f'/c/{first.conversation_id}')
    await second.ask('tokens=50')
    await expect(first.questions).to_have_count(2)
    for tab in (first, second):
        await has_whole_reply(tab, 50)


@pytest.mark.parametrize('ends_meanwhile', [False, True])
async def test_line_that_is_cut(ends_meanwhile: bool, line: Wire, ollama: OllamaServer, open_tab: OpenTab) -> None:
    tab = await open_tab(line.url)
    await tab.ask(f'tokens={120 if ends_meanwhile else 500} rate=100')
    await tab.shows('w10 ')
    await line.cut()
    await expect(tab.line).to_have_attribute('data-state', 'offline')
    assert 'nothing is lost' in await tab.line.inner_text()
    await until_sent(ollama, 120)
    await line.mend()
    await expect(tab.line).to_have_attribute('data-state', 'online')
    await has_whole_reply(tab, 120 if ends_meanwhile else 500)


async def freeze_a_while(line: Wire, tab: Screen, ollama: OllamaServer) -> None:
    """Freeze the line for five seconds, less than it takes to miss a ping."""
    await tab.ask('tokens=400 rate=60')
    await tab.shows('w10 ')
    line.freeze()
    reply = ollama.asked('/api/chat')[-1]
    await ollama.until(lambda: reply.tokens >= 300, timeout=20)
    await line.mend()
    await has_whole_reply(tab, 400)
    await expect(tab.line).to_have_attribute('data-state', 'online')


async def freeze_until_noticed(line: Wire, tab: Screen) -> None:
    """Freeze the line until the page says that it is lost."""
    await tab.ask('tokens=1500 rate=60')
    await tab.shows('w10 ')
    line.freeze()
    await expect(tab.line).to_have_attribute('data-state', 'offline', timeout=25_000)
    await line.mend()
    await expect(tab.line).to_have_attribute('data-state', 'online', timeout=15_000)
    await has_whole_reply(tab, 1500, timeout=20)


async def test_lines_that_freeze(app: AppProcess, line: Wire, ollama: OllamaServer, open_tab: OpenTab) -> None:
    async with wire(app.port) as other_line:
        long = asyncio.create_task(freeze_until_noticed(line, await open_tab(line.url)))
        await freeze_a_while(other_line, await open_tab(other_line.url), ollama)
        await long


async def test_browser_that_goes_offline(app: AppProcess, open_tab: OpenTab, browser_log: BrowserLog) -> None:
    browser_log.expect_lost_line()
    tab = await open_tab(app)
    await tab.ask('tokens=300 rate=100')
    await tab.page.context.set_offline(True)
    await expect(tab.line).to_have_attribute('data-state', 'offline')
    await tab.page.context.set_offline(False)
    await expect(tab.line).to_have_attribute('data-state', 'online')
    await has_whole_reply(tab, 300)


async def test_message_sent_while_the_line_is_cut_arrives_once(
    line: Wire, ollama: OllamaServer, open_tab: OpenTab
) -> None:
    tab = await open_tab(line.url)
    await tab.ask('tokens=5')
    await tab.has_status('complete')
    asked = len(ollama.asked('/api/chat'))
    await line.cut()
    await expect(tab.line).to_have_attribute('data-state', 'offline')
    await tab.send('tokens=20')
    await line.mend()
    await expect(tab.questions).to_have_count(2, timeout=15_000)
    await has_whole_reply(tab, 20)
    await expect(tab.questions).to_have_count(2)
    assert len(ollama.asked('/api/chat')) == asked + 1


async def test_draft_survives_reload_and_restart(
    start_app: StartApp, open_tab: OpenTab, browser_log: BrowserLog
) -> None:
    browser_log.expect_lost_line()
    app = await start_app()
    tab = await open_tab(app)
    await tab.ask('tokens=5')
    await tab.composer.fill('half a thought')
    await tab.new_chat()
    await expect(tab.composer).to_have_value('')
    await tab.page.go_back()
    await expect(tab.composer).to_have_value('half a thought')
    await tab.page.reload()
    await expect(tab.composer).to_have_value('half a thought')
    await app.kill()
    await app.start()
    await tab.page.wait_for_event('load')
    await tab.connected()
    await expect(tab.composer).to_have_value('half a thought')


@pytest.mark.parametrize('fresh', [True, False])
async def test_message_sent_while_the_server_is_down_arrives_once(
    fresh: bool, start_app: StartApp, ollama: OllamaServer, open_tab: OpenTab, browser_log: BrowserLog
) -> None:
    browser_log.expect_lost_line()
    app = await start_app()
    tab = await open_tab(app)
    if not fresh:
        await tab.ask('tokens=5')
        await tab.has_status('complete')
    asked = len(ollama.asked('/api/chat'))
    await app.terminate()
    await expect(tab.line).to_have_attribute('data-state', 'offline')
    await tab.send('tokens=30')
    await app.start()
    if fresh:
        await tab.page.get_by_text('tokens=30').last.click(timeout=15_000)
    await expect(tab.questions.last).to_contain_text('tokens=30', timeout=15_000)
    await has_whole_reply(tab, 30)
    assert await tab.questions.count() == (1 if fresh else 2)
    assert len(ollama.asked('/api/chat')) == asked + 1
