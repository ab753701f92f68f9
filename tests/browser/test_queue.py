"""Messages written while an answer comes: seen, changed, taken back, and kept whatever happens."""

import re

from playwright.async_api import Locator, expect

from tests.browser.conftest import BrowserLog, OpenTab, StartApp
from tests.browser.screen import Screen, numbered
from tests.support.app_process import AppProcess
from tests.support.ollama_server import OllamaServer

SLOW = 'tokens=2000 rate=40'


def queued(tab: Screen) -> Locator:
    return tab.part('queued-message')


async def begin(tab: Screen, *texts: str, first: str = SLOW) -> str:
    """Ask for a long answer and write more meanwhile; give the answer's id."""
    reply_id = await tab.ask(first)
    await expect(tab.part('stop')).to_be_visible()
    for number, text in enumerate(texts, 1):
        await tab.send(text)
        await expect(queued(tab)).to_have_count(number)
    return reply_id


async def test_messages_wait_can_be_changed_and_taken_back_and_outlive_a_reload(
    app: AppProcess, open_tab: OpenTab
) -> None:
    tab = await open_tab(app)
    await begin(tab, 'tokens=3 first', 'tokens=4 second', 'tokens=5 third')
    await expect(tab.composer).to_have_value('')
    other = await open_tab(app, f'/c/{tab.conversation_id}')
    await expect(queued(other)).to_have_text(['tokens=3 first', 'tokens=4 second', 'tokens=5 third'])

    await queued(tab).nth(1).get_by_test_id('queued-edit').click()
    editor = tab.part('queued-editor')
    await expect(editor).to_be_focused()
    await expect(editor).to_have_value('tokens=4 second')
    await editor.fill('tokens=6 better')
    await editor.press('Enter')
    await queued(other).nth(0).get_by_test_id('queued-cancel').click()
    for each in (tab, other):
        await expect(queued(each)).to_have_text(['tokens=6 better', 'tokens=5 third'])
    await expect(queued(tab).nth(0).get_by_test_id('queued-edit')).to_be_focused()

    await tab.page.reload()
    await tab.connected()
    await expect(queued(tab)).to_have_text(['tokens=6 better', 'tokens=5 third'])
    await tab.part('stop').click()
    await tab.has_status('stopped')
    await expect(tab.page.get_by_text('they wait for you')).to_be_visible()
    await queued(tab).nth(0).get_by_test_id('queued-send').click()
    for each in (tab, other):
        await expect(queued(each)).to_have_count(0)
        await expect(each.questions).to_have_count(3)
        await expect(each.body).to_have_text(' '.join(numbered(5)))
    texts = await tab.questions.get_by_test_id('message-body').all_inner_texts()
    assert texts == [SLOW, 'tokens=6 better', 'tokens=5 third']


async def test_messages_go_by_themselves_with_no_page_open(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await begin(tab, 'tokens=3', 'tokens=4', first='tokens=60 rate=40')
    address = f'/c/{tab.conversation_id}'
    await tab.page.close()
    later = await open_tab(app, address)
    await expect(later.questions).to_have_count(3)
    await expect(later.body).to_have_text(' '.join(numbered(4)))
    await later.has_status('complete')


async def test_what_waits_outlives_a_kill(start_app: StartApp, open_tab: OpenTab, browser_log: BrowserLog) -> None:
    browser_log.expect_lost_line()
    app = await start_app()
    tab = await open_tab(app)
    reply_id = await begin(tab, 'tokens=3', 'tokens=4 second')
    await tab.shows('w5 ')
    await app.kill()
    shown = await tab.longest_shown(reply_id)
    assert app.stored_reply(reply_id)[1].startswith(shown)
    await app.start()
    later = await open_tab(app, f'/c/{tab.conversation_id}')
    await later.has_status('interrupted')
    await expect(queued(later)).to_have_text(['tokens=3', 'tokens=4 second'])
    await queued(later).nth(0).get_by_test_id('queued-send').click()
    await expect(later.questions).to_have_count(3)
    await expect(later.body).to_have_text(' '.join(numbered(4)))


async def test_nothing_is_sent_while_the_server_ends(
    start_app: StartApp, open_tab: OpenTab, browser_log: BrowserLog
) -> None:
    browser_log.expect_lost_line()
    async with OllamaServer(script='kind=num') as server:
        app = await start_app(server.url)
        tab = await open_tab(app)
        await begin(tab, 'tokens=30 rate=20', first='tokens=60 rate=20')
        await tab.shows('w45 ')  # the end of the answer falls into the second the web server waits for its pages
        code, _ = await app.terminate()
        assert code == 0
        assert len(server.asked('/api/chat')) == 1
        await app.start()
        later = await open_tab(app, f'/c/{tab.conversation_id}')
        if await later.reply.get_attribute('data-status') == 'interrupted':
            await expect(queued(later)).to_have_count(1)
        else:
            await later.shows('w29')


async def test_escape_leaves_the_editor_and_not_the_answer(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await begin(tab, 'tokens=3 as it was')
    await queued(tab).get_by_test_id('queued-edit').focus()
    await tab.page.keyboard.press('Enter')
    await expect(tab.part('queued-editor')).to_be_focused()
    await tab.page.keyboard.type(' and more')
    await tab.page.keyboard.press('Escape')
    await expect(queued(tab)).to_have_text(['tokens=3 as it was'])
    await expect(tab.reply).to_have_attribute('data-status', 'streaming')
    await queued(tab).get_by_test_id('queued-cancel').focus()
    await tab.page.keyboard.press('Enter')
    await expect(queued(tab)).to_have_count(0)
    await expect(tab.composer).to_be_focused()
    await tab.part('stop').click()


async def test_what_one_writes_on_is_kept_when_it_is_sent_elsewhere(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await begin(tab, 'tokens=3 first')
    other = await open_tab(app, f'/c/{tab.conversation_id}')
    await other.part('stop').click()
    await queued(tab).get_by_test_id('queued-edit').click()
    await tab.part('queued-editor').fill('tokens=4 half a thought')
    await queued(other).get_by_test_id('queued-send').click()
    await expect(tab.composer).to_have_value('tokens=4 half a thought')
    await expect(queued(tab)).to_have_count(0)


async def test_what_one_writes_on_waits_while_one_looks_elsewhere(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await begin(tab, 'tokens=3 first', first='tokens=100 rate=40')
    conversation_id = tab.conversation_id
    await queued(tab).get_by_test_id('queued-edit').click()
    await tab.part('queued-editor').fill('tokens=4 half a thought')
    await tab.new_chat()
    await expect(queued(tab)).to_have_count(0)
    await expect(tab.item(conversation_id)).not_to_have_class(re.compile('streaming'))
    await tab.switch_to(conversation_id)
    await tab.has_status('complete')
    await expect(tab.part('queued-editor')).to_have_value('tokens=4 half a thought')
    await tab.part('queued-editor').press('Enter')
    await expect(tab.questions).to_have_count(2)
    await expect(tab.questions.last.get_by_test_id('message-body')).to_have_text('tokens=4 half a thought')


async def test_a_long_message_fits_a_phone(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app, viewport={'width': 390, 'height': 700})
    await begin(tab, 'word ' * 100, 'second')
    text = queued(tab).first.locator('.queued-text')
    assert await text.evaluate('node => node.scrollWidth > node.clientWidth')
    assert await tab.evaluate('() => document.documentElement.scrollWidth <= innerWidth')
    for name in ('queued-edit', 'queued-cancel'):
        box = await queued(tab).first.get_by_test_id(name).bounding_box()
        assert box is not None
        assert box['x'] + box['width'] <= 390
        assert min(box['width'], box['height']) >= 36
    await tab.part('stop').click()
