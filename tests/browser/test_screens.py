"""The screens around the messages: list, search, theme, language, sidebar, a phone's width, the keyboard alone."""

import re
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenTab, StartApp
from tests.browser.screen import Screen, numbered
from tests.browser.seeding import Seeding
from tests.support.app_process import AppProcess

PHONE: dict[str, Any] = {'viewport': {'width': 390, 'height': 844}, 'has_touch': True, 'is_mobile': True}


@pytest.fixture
async def conversation(app: AppProcess) -> str:
    """Give the id of a conversation that has been."""
    async with Seeding(app) as seeding:
        return await seeding.conversation('Ação e reação', ['tokens=3', 'an answer'])


async def choose_from_menu(tab: Screen, conversation_id: str, entry: str) -> None:
    """Open a conversation's menu and choose."""
    await tab.item(conversation_id).hover()
    await tab.item(conversation_id).get_by_test_id('conversation-menu').click()
    await tab.page.get_by_role('menuitem', name=entry).click()


async def test_rename(conversation: str, app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app, f'/c/{conversation}')
    other = await open_tab(app)
    await choose_from_menu(tab, conversation, 'Rename')
    await tab.page.keyboard.type('  Another   title ')
    await tab.page.keyboard.press('Enter')
    for each in (tab, other):
        await expect(each.item(conversation).locator('.title')).to_have_text('Another title')
    await expect(tab.page).to_have_title(re.compile('Another title · Guilherme$'))
    await tab.page.reload()
    await expect(tab.item(conversation).locator('.title')).to_have_text('Another title')


async def test_rename_that_is_given_up(conversation: str, app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await choose_from_menu(tab, conversation, 'Rename')
    await tab.page.keyboard.type('Another title')
    await tab.page.keyboard.press('Escape')
    await expect(tab.item(conversation).locator('.title')).to_have_text('Ação e reação')


async def test_delete_and_undo(conversation: str, app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app, f'/c/{conversation}')
    await choose_from_menu(tab, conversation, 'Delete')
    await expect(tab.item(conversation)).to_have_count(0)
    await tab.page.wait_for_url(f'{app.url}/')
    await tab.part('toast').get_by_role('button', name='Undo').click()
    await tab.switch_to(conversation)
    await tab.shows('an answer')


async def test_delete_stops_what_streams(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.ask('tokens=5000 rate=50')
    await tab.shows('w5 ')
    conversation_id = tab.conversation_id
    await choose_from_menu(tab, conversation_id, 'Delete')
    await expect(tab.item(conversation_id)).to_have_count(0)
    await tab.part('toast').get_by_role('button', name='Undo').click()
    await tab.switch_to(conversation_id)
    await tab.has_status('stopped')


async def test_search_knows_no_accents(conversation: str, app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.part('search-conversations').fill('acao e rea')
    await expect(tab.item(conversation)).to_be_visible()
    await tab.part('search-conversations').fill('nothing has this title')
    await expect(tab.part('conversation-item')).to_have_count(0)
    await expect(tab.part('conversation-list')).to_contain_text('Nothing found')
    assert await tab.part('conversation-list').count() == 1, 'what is found stands in the place of the list'
    await tab.part('search-conversations').press('Escape')
    await expect(tab.item(conversation)).to_be_visible()


async def test_long_list_of_conversations(start_app: StartApp, open_tab: OpenTab) -> None:
    app = await start_app()
    async with Seeding(app) as seeding:
        for number in range(100):
            await seeding.conversation(f'Title {number}', ['x', 'y'])
    tab = await open_tab(app)
    await expect(tab.part('conversation-item').first).to_contain_text('Title 99')
    assert await tab.part('conversation-item').count() < 100
    await tab.part('conversation-list').hover()
    while not await tab.page.get_by_text('Title 0', exact=True).count():
        await tab.page.mouse.wheel(0, 2000)
    titles = await tab.page.locator('.conversation-item .title').all_text_contents()
    assert titles == [f'Title {number}' for number in reversed(range(100))]


async def test_theme_stays(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app, color_scheme='light')
    body = tab.page.locator('body')
    background = 'getComputedStyle(document.body).backgroundColor'
    light = await tab.evaluate(background)
    await tab.part('theme-toggle').click()
    await expect(body).to_have_class(re.compile('body--dark'))
    dark = await tab.evaluate(background)
    assert dark != light
    await tab.page.reload()
    await expect(body).to_have_class(re.compile('body--dark'))
    assert await tab.evaluate(background) == dark
    await tab.part('theme-toggle').click()
    await expect(body).not_to_have_class(re.compile('body--dark'))


async def test_theme_follows_the_system(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app, color_scheme='dark')
    await expect(tab.page.locator('body')).to_have_class(re.compile('body--dark'))


@pytest.mark.parametrize(
    ('locale', 'greeting', 'language'),
    [('pt-BR', 'Nova conversa', 'pt'), ('pt-PT', 'Nova conversa', 'pt'), ('de-DE', 'New chat', 'en')],
)
async def test_language_of_the_browser(
    locale: str, greeting: str, language: str, app: AppProcess, open_tab: OpenTab
) -> None:
    tab = await open_tab(app, locale=locale)
    await expect(tab.part('new-chat')).to_have_text(greeting)
    await expect(tab.page.locator('html')).to_have_attribute('lang', re.compile(language))


async def test_language_can_be_chosen(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.part('language-select').select_option('pt-BR')
    await expect(tab.part('new-chat')).to_have_text('Nova conversa')
    await tab.page.reload()
    await expect(tab.part('new-chat')).to_have_text('Nova conversa')
    await tab.part('language-select').select_option('en')
    await expect(tab.part('new-chat')).to_have_text('New chat')


async def test_sidebar_folds_and_stays_so(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await expect(tab.part('conversation-list')).to_be_visible()
    await tab.part('sidebar-toggle').click()
    await expect(tab.part('conversation-list')).to_be_hidden()
    await tab.page.reload()
    await tab.connected()
    await expect(tab.part('conversation-list')).to_be_hidden()
    await tab.part('sidebar-toggle').click()
    await expect(tab.part('conversation-list')).to_be_visible()


async def test_model_is_chosen_for_each_conversation(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.part('model-select').select_option('ollama/llava:7b')
    await tab.ask('tokens=3')
    llava = tab.conversation_id
    await tab.new_chat()
    await tab.part('model-select').select_option('ollama/gemma2:2b')
    await tab.ask('tokens=3')
    await tab.switch_to(llava)
    await expect(tab.part('model-select')).to_have_value('ollama/llava:7b')
    await tab.page.reload()
    await expect(tab.part('model-select')).to_have_value('ollama/llava:7b')


async def test_phone(conversation: str, app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app, **PHONE)
    await expect(tab.part('conversation-list')).not_to_be_in_viewport()
    await tab.part('sidebar-toggle').click()
    await expect(tab.part('conversation-list')).to_be_in_viewport()
    await tab.item(conversation).locator('a').tap()
    await tab.shows('an answer')
    await expect(tab.part('conversation-list')).not_to_be_in_viewport()
    await tab.composer.fill('tokens=20')
    await tab.part('send').tap()
    await expect(tab.questions).to_have_count(2)
    await tab.has_status('complete')
    assert await tab.words() == numbered(20)
    assert await tab.evaluate('document.documentElement.scrollWidth') == 390
    for testid in ('composer', 'send', 'model-select', 'theme-toggle', 'sidebar-toggle'):
        await expect(tab.part(testid)).to_be_in_viewport(ratio=1)


async def test_sidebar_of_a_phone_closes_beside_it(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app, **PHONE)
    await tab.part('sidebar-toggle').click()
    await expect(tab.part('conversation-list')).to_be_in_viewport()
    await tab.page.touchscreen.tap(370, 400)
    await expect(tab.part('conversation-list')).not_to_be_in_viewport()


async def focus_by_tab(tab: Screen, testid: str, *, back: bool = False) -> None:
    """Press Tab until an element has the focus."""
    for _ in range(150):
        if await tab.evaluate('document.activeElement.dataset.testid') == testid:
            return
        await tab.page.keyboard.press('Shift+Tab' if back else 'Tab')
    pytest.fail(f'{testid} cannot be reached with the Tab key')


async def test_keyboard_alone(conversation: str, app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app, f'/c/{conversation}')
    keys = tab.page.keyboard
    await keys.type('tokens=200 rate=50')
    await keys.press('Enter')
    await tab.has_status('streaming')
    await focus_by_tab(tab, 'stop')
    await keys.press('Enter')
    await tab.has_status('stopped')
    await focus_by_tab(tab, 'message-continue', back=True)
    await keys.press('Enter')
    await tab.has_status('complete')
    await focus_by_tab(tab, 'conversation-menu', back=True)
    await keys.press('Enter')
    await keys.press('ArrowUp')
    await expect(tab.page.get_by_role('menuitem', name='Delete')).to_be_focused()
    await keys.press('Escape')
    await expect(tab.page.get_by_role('menu')).to_have_count(0)
    await focus_by_tab(tab, 'new-chat', back=True)
    await keys.press('Enter')
    await tab.page.wait_for_url(f'{app.url}/')
    await expect(tab.composer).to_be_focused()
