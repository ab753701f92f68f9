"""Keeping order in the list: by mouse, by keyboard, with a finger, and in a second tab."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import OpenTab, StartApp
from tests.browser.screen import Screen
from tests.browser.seeding import Seeding
from tests.support.app_process import AppProcess

NARROW: dict[str, Any] = {'viewport': {'width': 390, 'height': 800}, 'has_touch': True}


@dataclass(frozen=True)
class Chats:
    """An app of the test's own with some conversations, the latest first."""

    app: AppProcess
    ids: list[str]


@pytest.fixture
async def chats(start_app: StartApp) -> AsyncIterator[Chats]:
    app = await start_app()
    async with Seeding(app) as seeding:
        ids = [await seeding.conversation(title, ['x', 'y']) for title in ('Five', 'Four', 'Three', 'Two', 'One')]
    yield Chats(app, ids[::-1])


async def choose(tab: Screen, conversation_id: str, *entries: str) -> None:
    """Open a conversation's menu and choose, panel after panel."""
    await tab.item(conversation_id).hover()
    await tab.item(conversation_id).get_by_test_id('conversation-menu').click()
    for entry in entries:
        await tab.page.locator('.list-menu').get_by_text(entry, exact=True).click()


async def shows_order(tab: Screen, *titles: str) -> None:
    await expect(tab.page.locator('.conversation-item .title')).to_have_text([*titles])


async def undo(tab: Screen) -> None:
    await tab.part('toast').get_by_role('button', name='Undo').click()


async def make_folder(tab: Screen, name: str) -> Locator:
    """Make a folder by the button below the list; give its line."""
    await tab.part('new-folder').click()
    await tab.page.keyboard.type(name)
    await tab.page.keyboard.press('Enter')
    folder = tab.part('folder').filter(has_text=name)
    await expect(folder).to_be_visible()
    return folder


async def test_a_pin_is_at_the_top_in_every_tab_and_can_be_undone(chats: Chats, open_tab: OpenTab) -> None:
    tab, other = await open_tab(chats.app), await open_tab(chats.app)
    await choose(tab, chats.ids[3], 'Pin')
    for each in (tab, other):
        await shows_order(each, 'Four', 'One', 'Two', 'Three', 'Five')
    await tab.page.reload()
    await shows_order(tab, 'Four', 'One', 'Two', 'Three', 'Five')
    await choose(tab, chats.ids[3], 'Unpin')
    await shows_order(other, 'One', 'Two', 'Three', 'Four', 'Five')
    await undo(tab)
    await shows_order(other, 'Four', 'One', 'Two', 'Three', 'Five')


async def test_dragged_into_a_folder_that_stays_open(chats: Chats, open_tab: OpenTab) -> None:
    tab, other = await open_tab(chats.app), await open_tab(chats.app)
    folder = await make_folder(tab, 'Work')
    await tab.item(chats.ids[1]).locator('a').drag_to(folder)
    await shows_order(tab, 'One', 'Three', 'Four', 'Five')
    await expect(other.part('folder')).to_have_text(re.compile(r'Work\s*1'))
    await folder.locator('.folder-name').click()
    await shows_order(tab, 'Two', 'One', 'Three', 'Four', 'Five')
    await tab.page.reload()
    await shows_order(tab, 'Two', 'One', 'Three', 'Four', 'Five')
    await tab.item(chats.ids[1]).locator('a').drag_to(tab.item(chats.ids[4]))
    await shows_order(tab, 'One', 'Two', 'Three', 'Four', 'Five')
    await expect(other.part('folder')).to_have_text(re.compile(r'Work\s*0'))


async def test_a_page_that_comes_before_the_news_leaves_no_double(chats: Chats, open_tab: OpenTab) -> None:
    """A page of a folder may be read, and come, before the list hears that a conversation went there."""
    tab = await open_tab(chats.app)
    folder = await make_folder(tab, 'Work')
    await folder.locator('.folder-name').click()
    await expect(tab.part('conversation-list')).to_contain_text('Nothing in here yet')
    moved = tab.item(chats.ids[1])
    await tab.page.evaluate(
        """(folder) => {
            const list = getElement(document.querySelector('.conversations').id.slice(1));
            list.put(folder, list.shelves.recent.items.slice(1, 2), false, true);
        }""",
        f'folder:{await folder.get_attribute("data-folder-id")}',
    )
    await expect(moved).to_have_count(1)
    await shows_order(tab, 'Two', 'One', 'Three', 'Four', 'Five')


async def test_moved_by_the_menu_into_a_new_folder_with_the_keyboard_alone(chats: Chats, open_tab: OpenTab) -> None:
    tab = await open_tab(chats.app)
    keys = tab.page.keyboard
    await tab.item(chats.ids[0]).get_by_test_id('conversation-menu').focus()
    await keys.press('Enter')
    await expect(tab.page.get_by_role('menuitem', name='Pin')).to_be_focused()
    for key in ('ArrowDown', 'ArrowDown', 'ArrowRight', 'End', 'Enter'):
        await keys.press(key)
    await expect(tab.page.locator('.list-menu .rename')).to_be_focused()
    await keys.type('Home')
    await keys.press('Enter')
    await expect(tab.part('folder')).to_have_text(re.compile(r'Home\s*1'))
    await expect(tab.part('toast')).to_contain_text('Moved to “Home”.')
    await undo(tab)
    await shows_order(tab, 'One', 'Two', 'Three', 'Four', 'Five')


async def test_a_folder_that_is_removed_leaves_its_conversations_and_comes_back(
    chats: Chats, open_tab: OpenTab
) -> None:
    tab, other = await open_tab(chats.app), await open_tab(chats.app)
    folder = await make_folder(tab, 'Work')
    await choose(tab, chats.ids[0], 'Move to folder', 'Work')
    await shows_order(other, 'Two', 'Three', 'Four', 'Five')
    await folder.hover()
    await folder.get_by_test_id('folder-menu').click()
    await tab.page.get_by_role('menuitem', name='Remove folder').click()
    for each in (tab, other):
        await expect(each.part('folder')).to_have_count(0)
        await shows_order(each, 'One', 'Two', 'Three', 'Four', 'Five')
    await undo(tab)
    for each in (tab, other):
        await expect(each.part('folder')).to_have_text(re.compile(r'Work\s*1'))
        await shows_order(each, 'Two', 'Three', 'Four', 'Five')


async def test_tags_are_added_and_taken_off(chats: Chats, open_tab: OpenTab) -> None:
    tab, other = await open_tab(chats.app), await open_tab(chats.app)
    await choose(tab, chats.ids[0], 'Tags')
    for tag in ('casa', 'família'):
        await tab.page.keyboard.type(tag)
        await tab.page.keyboard.press('Enter')
    await expect(other.item(chats.ids[0]).locator('.tags')).to_have_text('casa · família')
    await tab.page.get_by_role('button', name='Remove tag: casa').click()
    await expect(other.item(chats.ids[0]).locator('.tags')).to_have_text('família')
    await expect(tab.part('tag-field')).to_be_focused()
    await tab.page.keyboard.press('Escape')
    await tab.page.keyboard.press('Escape')
    await choose(tab, chats.ids[1], 'Tags')
    await tab.page.get_by_role('button', name='Tags: família').click()
    await expect(other.item(chats.ids[1]).locator('.tags')).to_have_text('família')


async def test_several_are_selected_with_the_mouse(chats: Chats, open_tab: OpenTab) -> None:
    tab, other = await open_tab(chats.app), await open_tab(chats.app)
    await tab.item(chats.ids[1]).locator('a').click(modifiers=['Control'])
    await tab.item(chats.ids[3]).locator('a').click(modifiers=['Shift'])
    await tab.item(chats.ids[2]).locator('a').click()
    assert tab.page.url == f'{chats.app.url}/', 'a click selects now, and opens nothing'
    bar = tab.part('selection-bar')
    await expect(bar).to_contain_text('2 selected')
    await bar.get_by_role('button', name='Delete').click()
    await shows_order(other, 'One', 'Three', 'Five')
    await expect(tab.part('toast')).to_contain_text('2 conversations deleted.')
    await expect(bar).to_have_count(0)
    await undo(tab)
    await shows_order(other, 'One', 'Two', 'Three', 'Four', 'Five')


async def test_several_are_selected_with_the_keyboard(chats: Chats, open_tab: OpenTab) -> None:
    tab = await open_tab(chats.app)
    keys = tab.page.keyboard
    await tab.item(chats.ids[1]).locator('a').focus()
    await keys.press('Shift+ArrowDown')
    await keys.press('Shift+ArrowDown')
    await expect(tab.part('selection-bar')).to_contain_text('3 selected')
    await keys.press('Escape')
    await expect(tab.part('selection-bar')).to_have_count(0)
    await expect(tab.item(chats.ids[1]).locator('a')).to_be_focused()
    await keys.press(' ')
    await keys.press('Control+a')
    await expect(tab.part('selection-bar')).to_contain_text('5 selected')
    await keys.press(' ')
    await expect(tab.part('selection-bar')).to_contain_text('4 selected')
    await keys.press('Delete')
    await shows_order(tab, 'Two')


async def test_keys_on_a_row(chats: Chats, open_tab: OpenTab) -> None:
    tab = await open_tab(chats.app)
    keys = tab.page.keyboard
    await tab.item(chats.ids[0]).locator('a').focus()
    await keys.press('F2')
    await keys.type('Renamed')
    await keys.press('Enter')
    await shows_order(tab, 'Renamed', 'Two', 'Three', 'Four', 'Five')
    await expect(tab.item(chats.ids[0]).locator('a')).to_be_focused()
    await keys.press('ArrowDown')
    await keys.press('Delete')
    await shows_order(tab, 'Renamed', 'Three', 'Four', 'Five')
    await expect(tab.item(chats.ids[2]).locator('a')).to_be_focused()


async def test_the_middle_button_opens_a_new_tab(chats: Chats, open_tab: OpenTab) -> None:
    tab = await open_tab(chats.app)
    async with tab.page.context.expect_page() as opened:
        await tab.item(chats.ids[0]).locator('a').click(button='middle')
    await (await opened.value).wait_for_url(f'**/c/{chats.ids[0]}')
    await expect(tab.part('selection-bar')).to_have_count(0)


async def test_the_archive_and_back(chats: Chats, open_tab: OpenTab) -> None:
    tab, other = await open_tab(chats.app), await open_tab(chats.app)
    await choose(tab, chats.ids[0], 'Put into the archive')
    await shows_order(tab, 'Two', 'Three', 'Four', 'Five')
    await other.part('view-archive').click()
    await shows_order(other, 'One')
    await other.switch_to(chats.ids[0])
    await other.shows('y')
    await choose(other, chats.ids[0], 'Take out of the archive')
    await expect(other.part('conversation-list')).to_contain_text('What you archive will be here')
    await shows_order(tab, 'One', 'Two', 'Three', 'Four', 'Five')


async def test_the_trash_and_back(chats: Chats, open_tab: OpenTab) -> None:
    tab, other = await open_tab(chats.app), await open_tab(chats.app)
    for conversation_id in chats.ids[:3]:
        await choose(tab, conversation_id, 'Delete')
        await expect(tab.item(conversation_id)).to_have_count(0)
    await tab.part('view-trash').click()
    await shows_order(tab, 'Three', 'Two', 'One')
    await expect(tab.item(chats.ids[0])).to_contain_text('29 days left')
    await tab.item(chats.ids[1]).hover()
    await tab.item(chats.ids[1]).get_by_test_id('conversation-restore').click()
    await shows_order(other, 'Two', 'Four', 'Five')
    await choose(tab, chats.ids[2], 'Delete for good')
    await tab.part('confirm').get_by_role('button', name='Cancel').click()
    await shows_order(tab, 'Three', 'One')
    await choose(tab, chats.ids[2], 'Delete for good')
    await tab.part('confirm-yes').click()
    await shows_order(tab, 'One')
    await tab.part('empty-trash').click()
    await tab.part('confirm-yes').click()
    await expect(tab.part('conversation-list')).to_contain_text('The trash is empty.')
    await shows_order(other, 'Two', 'Four', 'Five')


async def test_stop_is_within_reach_from_the_list(chats: Chats, open_tab: OpenTab) -> None:
    tab, other = await open_tab(chats.app), await open_tab(chats.app)
    await tab.ask('tokens=5000 rate=50')
    await tab.shows('w3 ')
    row = other.item(tab.conversation_id)
    await row.hover()
    await row.get_by_test_id('conversation-stop').click()
    await tab.has_status('stopped')
    await expect(row.get_by_test_id('conversation-stop')).to_have_count(0)
    assert other.page.url == f'{chats.app.url}/'


async def test_with_a_finger_on_a_phone(chats: Chats, open_tab: OpenTab) -> None:
    tab = await open_tab(chats.app, **NARROW)
    await tab.part('sidebar-toggle').click()
    row = tab.item(chats.ids[1])
    await expect(row).to_be_in_viewport()
    await row.locator('a').dispatch_event('pointerdown', {'pointerType': 'touch', 'clientX': 50, 'clientY': 50})
    await expect(tab.page.get_by_role('menu')).to_be_in_viewport(ratio=1)
    await row.locator('a').dispatch_event('click')
    assert tab.page.url == f'{chats.app.url}/', 'the click that ends a long press opens nothing'
    await tab.page.get_by_role('menuitem', name='Select').tap()
    await tab.item(chats.ids[2]).locator('a').tap()
    await expect(tab.part('selection-bar')).to_contain_text('2 selected')
    await tab.part('selection-bar').get_by_role('button', name='Move to folder').tap()
    await tab.page.get_by_role('menuitem', name='New folder').tap()
    await tab.page.keyboard.type('Trip')
    await tab.page.keyboard.press('Enter')
    await expect(tab.part('folder')).to_have_text(re.compile(r'Trip\s*2'))
    await shows_order(tab, 'One', 'Four', 'Five')


async def test_the_menu_offers_exports_as_plain_links(chats: Chats, open_tab: OpenTab) -> None:
    tab = await open_tab(chats.app)
    await choose(tab, chats.ids[0], 'Export')
    links = tab.page.locator('.list-menu a')
    found = [await links.nth(index).get_attribute('href') for index in range(await links.count())]
    assert found == [f'/c/{chats.ids[0]}/export/{each}' for each in ('md', 'pdf', 'json', 'txt')]
    await tab.page.keyboard.press('Escape')
    await expect(tab.page.get_by_role('menuitem', name='Export')).to_be_visible()
    await tab.page.keyboard.press('Escape')
    await expect(tab.page.get_by_role('menu')).to_have_count(0)
    await expect(tab.item(chats.ids[0]).get_by_test_id('conversation-menu')).to_be_focused()
