"""The search as one uses it: type, see the marked words, move through them by keyboard, jump to the message."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from playwright.async_api import expect

from app.domain.conversation import LOCAL_OWNER
from app.domain.message import Role, Status
from app.storage.conversations import Conversations
from app.storage.database import Database
from app.storage.messages import Messages
from app.storage.rows import row_of_message
from tests.browser.conftest import OpenTab, StartApp
from tests.browser.screen import Screen
from tests.browser.seeding import Seeding
from tests.storage.samples import new_id
from tests.support.app_process import AppProcess

HOSTILE = 'agulha <img src=x onerror="document.title=\'owned\'"> palheiro'


@pytest.fixture
async def filled(start_app: StartApp) -> tuple[AppProcess, str]:
    """Run an app with two conversations; give it and the id of the longer one."""
    app = await start_app()
    async with Seeding(app) as seeding:
        long = ['Onde está?', HOSTILE, *['palavras, só palavras'] * 60]
        conversation_id = await seeding.conversation('Uma procura', long)
        await seeding.conversation('Sem relação', ['nada', 'nada'])
    return app, conversation_id


async def found(tab: Screen, words: str) -> None:
    await tab.part('search-conversations').fill(words)
    await expect(tab.part('search-hit').first).to_be_visible()


async def test_typing_shows_marked_snippets_and_a_click_jumps_there(
    filled: tuple[AppProcess, str], open_tab: OpenTab
) -> None:
    app, conversation_id = filled
    tab = await open_tab(app)
    await expect(tab.part('conversation-item')).to_have_count(2)
    await tab.part('search-conversations').press_sequentially('AGULHÁ')
    hit = tab.part('search-hit')
    await expect(hit).to_have_count(1)
    await expect(hit.locator('mark')).to_have_text('agulha')
    await expect(hit).to_contain_text('<img src=x')
    await expect(tab.part('conversation-item')).to_have_count(1)
    message_id = await hit.get_attribute('data-message-id')
    await hit.click()
    await tab.page.wait_for_url(f'**/c/{conversation_id}')
    message = tab.page.locator(f'[data-testid=message][data-message-id="{message_id}"]')
    await expect(message).to_be_in_viewport()
    await expect(message).to_have_class(re.compile(r'\bfound\b'))
    assert await tab.page.title() != 'owned'


async def test_keyboard(filled: tuple[AppProcess, str], open_tab: OpenTab) -> None:
    app, conversation_id = filled
    tab = await open_tab(app)
    await found(tab, 'agulha')
    field = tab.part('search-conversations')
    await field.press('ArrowDown')
    await expect(field).to_have_attribute('aria-activedescendant', 'found-0')
    await field.press('ArrowDown')
    await field.press('ArrowDown')  # there is nothing behind the last one
    await expect(tab.part('search-hit')).to_have_attribute('aria-selected', 'true')
    await field.press('Enter')
    await tab.page.wait_for_url(f'**/c/{conversation_id}')
    await expect(tab.page.locator('.message.found')).to_be_in_viewport()
    await expect(tab.part('search-hit')).to_be_visible()  # the next hit is one click away
    await field.press('Escape')
    await expect(field).to_have_value('')
    await expect(tab.part('search-hit')).to_have_count(0)
    await expect(tab.part('conversation-item')).to_have_count(2)


async def test_filters_alone_and_with_words(filled: tuple[AppProcess, str], open_tab: OpenTab) -> None:
    app, _ = filled
    tab = await open_tab(app)
    await tab.part('search-filters').click()
    await tab.part('filter-role').select_option('user')
    await expect(tab.part('conversation-item')).to_have_count(2)
    await tab.part('search-conversations').fill('agulha')
    await expect(tab.part('conversation-list')).to_contain_text('Nothing found')
    await tab.part('filter-role').select_option('assistant')
    await expect(tab.part('search-hit')).to_have_count(1)
    today = await tab.evaluate("new Date().toLocaleDateString('sv')")
    await tab.part('filter-since').fill(today)
    await tab.part('filter-until').fill(today)
    await expect(tab.part('search-hit')).to_have_count(1)
    await tab.part('filter-until').fill('2020-01-01')
    await expect(tab.part('search-hit')).to_have_count(0)
    await tab.page.get_by_role('button', name='Clear filters').click()
    await expect(tab.part('search-hit')).to_have_count(1)


async def test_a_hit_on_another_branch_is_shown(filled: tuple[AppProcess, str], open_tab: OpenTab) -> None:
    app, conversation_id = filled
    database = Database(f'sqlite:///{app.data_dir}/guilherme.db')
    chat = await Conversations(database).get(conversation_id, LOCAL_OWNER)
    shown = await Messages(database).get(str(chat.head_id))
    other = replace(shown, id=new_id(), role=Role.ASSISTANT, content='um alfinete', created_at=datetime.now(UTC))
    assert other.status is Status.COMPLETE
    await database.write(lambda session: session.add(row_of_message(other)))
    await database.close()
    tab = await open_tab(app, f'/c/{conversation_id}')
    await expect(tab.body).to_contain_text('palavras')
    await found(tab, 'alfinete')
    await tab.part('search-hit').click()
    await expect(tab.reply).to_have_attribute('data-message-id', other.id)
    await expect(tab.body).to_have_text('um alfinete')


async def test_on_a_phone_in_the_drawer(filled: tuple[AppProcess, str], open_tab: OpenTab) -> None:
    app, conversation_id = filled
    tab = await open_tab(app, viewport={'width': 390, 'height': 800})
    await tab.part('sidebar-toggle').click()
    await found(tab, 'agulha')
    await tab.part('search-hit').click()
    await tab.page.wait_for_url(f'**/c/{conversation_id}')
    await expect(tab.part('search-conversations')).to_be_hidden()
    await expect(tab.page.locator('.message.found')).to_be_in_viewport()


async def test_more_comes_on_scrolling(start_app: StartApp, open_tab: OpenTab) -> None:
    app = await start_app()
    async with Seeding(app) as seeding:
        for number in range(40):
            await seeding.conversation(f'Number {number}', ['gato', 'x'])
    tab = await open_tab(app)
    await found(tab, 'gato')
    await tab.part('conversation-list').hover()
    while not await tab.page.get_by_text('Number 0', exact=True).count():
        await tab.page.mouse.wheel(0, 2000)
    titles = await tab.part('conversation-list').locator('.title').all_text_contents()
    assert titles == [f'Number {number}' for number in reversed(range(40))]
