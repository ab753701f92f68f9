"""Temporary chats in a real browser: clearly marked, like any other while they last, and gone after a restart."""

from playwright.async_api import expect

from tests.browser.conftest import BrowserLog, OpenTab, StartApp
from tests.browser.screen import Screen, numbered
from tests.support.app_process import AppProcess

STORED = 'JSON.stringify(Object.entries(localStorage)) + JSON.stringify(Object.entries(sessionStorage))'


async def begin(tab: Screen, text: str) -> None:
    """Begin a temporary chat."""
    await tab.part('temporary-toggle').click()
    await expect(tab.part('temporary-note')).to_be_visible()
    await tab.ask(text)


async def test_it_streams_on_and_can_be_found_again(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await begin(tab, 'tokens=100 rate=60')
    temporary = tab.conversation_id
    await expect(tab.part('temporary-note')).to_be_visible()
    await expect(tab.item(temporary)).to_be_visible()
    await tab.new_chat()
    await expect(tab.part('temporary-note')).to_have_count(0)
    await tab.ask('tokens=10')
    await tab.has_status('complete')
    await expect(tab.part('temporary-note')).to_have_count(0)
    await tab.switch_to(temporary)
    await tab.has_status('complete')
    assert await tab.words() == numbered(100)
    await expect(tab.part('temporary-note')).to_be_visible()
    await tab.page.reload()
    assert await tab.words() == numbered(100)


async def test_a_draft_of_it_stays_out_of_the_browsers_storage(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.composer.fill('half a secret')
    await tab.part('temporary-toggle').click()
    await expect(tab.composer).to_have_value('half a secret')
    await tab.composer.press_sequentially(' more')
    assert 'secret' not in await tab.evaluate(STORED)
    await tab.part('temporary-toggle').click()
    await expect(tab.composer).to_have_value('half a secret more')
    assert 'half a secret more' in await tab.evaluate(STORED)


async def test_an_edit_of_it_is_temporary_too(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await begin(tab, 'tokens=10')
    await tab.has_status('complete')
    await tab.questions.hover()
    await tab.questions.get_by_test_id('message-edit').click()
    await tab.part('message-editor-text').fill('tokens=20')
    await tab.page.keyboard.press('Enter')
    await expect(tab.questions).to_contain_text('2/2')
    await tab.has_status('complete')
    assert await tab.words() == numbered(20)


async def test_its_menu_offers_only_what_makes_sense(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await begin(tab, 'tokens=10')
    await tab.has_status('complete')
    await tab.item(tab.conversation_id).hover()
    await tab.item(tab.conversation_id).get_by_test_id('conversation-menu').click()
    await expect(tab.page.get_by_role('menuitem')).to_have_text(['Rename', 'Export', 'Delete'])


async def test_after_a_restart_the_page_says_why_it_is_gone(
    start_app: StartApp, open_tab: OpenTab, browser_log: BrowserLog
) -> None:
    browser_log.expect_lost_line()
    app = await start_app()
    tab = await open_tab(app)
    await begin(tab, 'tokens=10')
    await tab.has_status('complete')
    path = f'/c/{tab.conversation_id}'
    await app.kill()
    await app.start()
    later = await open_tab(app, path)
    await expect(later.part('toast')).to_contain_text('temporary chat')
    await expect(later.part('quick-action').first).to_be_visible()
