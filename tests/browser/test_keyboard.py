"""Every shortcut, and the rule of Escape: it closes what is open, and only then stops an answer."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenTab, StartApp
from tests.browser.screen import Screen
from tests.browser.seeding import Seeding
from tests.support.app_process import AppProcess

SLOW = 'tokens=5000 rate=50'
MAC = 'Object.defineProperty(navigator, "platform", { value: "MacIntel" });'
MAC += 'Object.defineProperty(navigator, "userAgentData", { value: undefined });'

PRESS = """
keys => {
  const event = new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...keys });
  (document.activeElement || document.body).dispatchEvent(event);
  return event.defaultPrevented;
}
"""


@pytest.fixture
async def three(start_app: StartApp) -> tuple[AppProcess, list[str]]:
    """Give an app with three conversations; their ids as the list shows them."""
    app = await start_app()
    async with Seeding(app) as seeding:
        ids = [await seeding.conversation(title, ['tokens=3', f'answer of {title}']) for title in ('c', 'b', 'a')]
    return app, ids[::-1]


async def press(tab: Screen, **keys: Any) -> bool:
    """Send a key as some keyboard would write it; tell whether the page took it."""
    return bool(await tab.evaluate(PRESS, keys))


async def unfocus(tab: Screen) -> None:
    await tab.evaluate('document.activeElement.blur()')


# --- what the keys do -------------------------------------------------------------------------------------------------


async def test_new_chat(three: tuple[AppProcess, list[str]], open_tab: OpenTab) -> None:
    app, [first, *_] = three
    tab = await open_tab(app, f'/c/{first}')
    await tab.page.keyboard.press('Control+Shift+O')
    await tab.page.wait_for_url(f'{app.url}/')
    await expect(tab.composer).to_be_focused()


async def test_previous_and_next_conversation(three: tuple[AppProcess, list[str]], open_tab: OpenTab) -> None:
    app, ids = three
    tab = await open_tab(app)
    for expected in (ids[0], ids[1], ids[2], ids[2]):
        await tab.page.keyboard.press('Alt+ArrowDown')
        await tab.page.wait_for_url(f'**/c/{expected}')
    await expect(tab.composer).to_be_focused()
    await tab.page.keyboard.press('Alt+ArrowUp')
    await tab.page.keyboard.press('Alt+ArrowUp')  # before the first one is there
    await tab.page.wait_for_url(f'**/c/{ids[0]}')
    await tab.shows('answer of a')


async def test_search(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.page.keyboard.press('Control+K')
    await expect(tab.part('search-conversations')).to_be_focused()
    await tab.part('sidebar-toggle').click()
    await expect(tab.part('search-conversations')).to_be_hidden()
    await tab.page.keyboard.press('Control+K')
    await expect(tab.part('search-conversations')).to_be_focused()


async def test_focus_goes_to_the_message_field(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.part('search-conversations').focus()
    await tab.page.keyboard.press('Shift+Escape')
    await expect(tab.composer).to_be_focused()


async def test_copy_the_last_answer(three: tuple[AppProcess, list[str]], open_tab: OpenTab) -> None:
    app, [first, *_] = three
    tab = await open_tab(app, f'/c/{first}', permissions=['clipboard-read', 'clipboard-write'])
    await tab.page.keyboard.press('Control+Shift+C')
    await tab.page.wait_for_function('async () => (await navigator.clipboard.readText()) === "answer of a"')


@pytest.mark.parametrize('keys', ['Escape', 'Control+.'])
async def test_stop(keys: str, app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.ask(SLOW)
    await tab.shows('w5 ')
    await tab.page.keyboard.press(keys)
    await tab.has_status('stopped')


async def test_sheet(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    sheet = tab.part('shortcut-sheet')
    await unfocus(tab)
    await tab.page.keyboard.press('?')
    await expect(sheet).to_be_visible()
    await expect(tab.page.get_by_role('dialog', name='Keyboard shortcuts')).to_be_visible()
    await expect(sheet).to_contain_text('New chatCtrlShiftO')
    for _ in range(5):
        await tab.page.keyboard.press('Tab')
        assert await tab.evaluate(
            'document.activeElement === document.body || !!document.activeElement.closest("dialog")'
        )
    await tab.page.keyboard.press('Escape')
    await expect(sheet).to_be_hidden()
    await tab.part('shortcuts').click()
    await expect(sheet).to_be_visible()
    await tab.page.keyboard.press('Control+Shift+O')  # nothing happens behind a dialog
    await sheet.get_by_role('button', name='Close').click()
    await expect(sheet).to_be_hidden()
    await expect(tab.part('shortcuts')).to_be_focused()


async def test_sheet_of_a_mac(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.page.add_init_script(MAC)
    await tab.open('/')
    assert await press(tab, key='/', code='Slash', metaKey=True)
    await expect(tab.part('shortcut-sheet')).to_contain_text('New chat⌘⇧O')
    assert not await press(tab, key='k', code='KeyK', ctrlKey=True), 'on a Mac, Ctrl+K deletes to the end of a line'


async def test_single_keys_only_outside_of_text_and_only_if_wanted(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    sheet = tab.part('shortcut-sheet')
    await tab.composer.press('?')
    await expect(tab.composer).to_have_value('?')
    await expect(sheet).to_be_hidden()
    await tab.page.keyboard.press('Control+/')
    await sheet.get_by_role('checkbox').uncheck()
    await tab.page.keyboard.press('Escape')
    await tab.page.reload()
    await tab.connected()
    await unfocus(tab)
    assert not await press(tab, key='?', code='Slash', shiftKey=True)
    await tab.page.keyboard.press('Control+/')
    await expect(sheet).to_be_visible()


async def test_buttons_name_their_keys(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.part('new-chat').hover()
    await expect(tab.part('new-chat')).to_have_attribute('title', 'New chat · Ctrl+Shift+O')
    await expect(tab.part('new-chat')).to_have_attribute('aria-keyshortcuts', 'Control+Shift+O')


# --- keyboards and input methods --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ('keyboard', 'keys'),
    [
        ('Dvorak: k is where v is elsewhere', {'key': 'k', 'code': 'KeyV', 'ctrlKey': True}),
        ('Russian: no Latin letters, so the place counts', {'key': 'л', 'code': 'KeyK', 'ctrlKey': True}),
        ('caps lock', {'key': 'K', 'code': 'KeyK', 'ctrlKey': True}),
    ],
)
async def test_layouts(keyboard: str, keys: dict[str, Any], app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    assert await press(tab, **keys)
    await expect(tab.part('search-conversations')).to_be_focused()


async def test_question_mark_of_abnt2(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await unfocus(tab)
    altgr = {'modifierAltGraph': True, 'ctrlKey': True, 'altKey': True}
    assert await press(tab, key='?', code='KeyW', **altgr)
    await expect(tab.part('shortcut-sheet')).to_be_visible()


@pytest.mark.parametrize(
    'keys',
    [
        {'key': 'Process', 'code': 'KeyK', 'ctrlKey': True, 'isComposing': True},
        {'key': 'Escape', 'code': 'Escape', 'isComposing': True},
        {'key': 't', 'code': 'KeyK', 'ctrlKey': True},  # Dvorak: a new tab, not the search
        {'key': 'k', 'code': 'KeyK'},
        {'key': 'k', 'code': 'KeyK', 'ctrlKey': True, 'altKey': True},
    ],
)
async def test_what_is_no_shortcut(keys: dict[str, Any], app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.ask(SLOW)
    await tab.shows('w5 ')
    assert not await press(tab, **keys)
    await tab.shows('w20 ')
    await tab.has_status('streaming')
    await tab.part('stop').click()


# --- Escape -----------------------------------------------------------------------------------------------------------


async def test_escape_closes_first_and_stops_then(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.ask(SLOW)
    await tab.shows('w5 ')
    menu, commands, sheet = tab.page.get_by_role('menu'), tab.part('command-menu'), tab.part('shortcut-sheet')

    await tab.item(tab.conversation_id).hover()
    await tab.item(tab.conversation_id).get_by_test_id('conversation-menu').click()
    await expect(menu).to_be_visible()
    await tab.page.keyboard.press('Escape')
    await expect(menu).to_have_count(0)
    await tab.page.keyboard.press('Control+/')
    await expect(sheet).to_be_visible()
    await tab.page.keyboard.press('Escape')
    await expect(sheet).to_be_hidden()
    await tab.composer.fill('/you')
    await expect(commands).to_be_visible()
    await tab.page.keyboard.press('Escape')
    await expect(commands).to_be_hidden()
    await tab.has_status('streaming')

    await tab.page.keyboard.press('Escape')
    await tab.has_status('stopped')


async def test_escape_does_not_stop_from_elsewhere_or_by_being_held(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.ask(SLOW)
    await tab.shows('w5 ')
    for testid in ('search-conversations', 'new-chat', 'model-select'):
        await tab.part(testid).focus()
        await tab.page.keyboard.press('Escape')
    await tab.composer.focus()
    await press(tab, key='Escape', code='Escape', repeat=True)
    await tab.shows('w30 ')
    await tab.has_status('streaming')
    await unfocus(tab)
    await tab.page.keyboard.press('Escape')
    await tab.has_status('stopped')


async def test_escape_closes_the_list_of_a_narrow_page(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app, viewport={'width': 390, 'height': 844})
    await tab.ask(SLOW)
    await tab.shows('w5 ')
    await tab.part('sidebar-toggle').click()
    await expect(tab.part('conversation-list')).to_be_in_viewport()
    await expect(tab.part('new-chat')).to_be_focused()
    await tab.page.keyboard.press('Escape')
    await expect(tab.part('conversation-list')).not_to_be_in_viewport()
    await expect(tab.part('sidebar-toggle')).to_be_focused()
    await tab.has_status('streaming')
    await tab.page.keyboard.press('Control+K')
    await expect(tab.part('search-conversations')).to_be_focused()
    await unfocus(tab)
    await tab.page.keyboard.press('Escape')
    await expect(tab.part('conversation-list')).not_to_be_in_viewport()
    await tab.has_status('streaming')
    await tab.page.keyboard.press('Escape')
    await tab.has_status('stopped')


async def test_skip_link_is_the_first_stop(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    link = tab.page.get_by_role('link', name='Skip to the message field')
    await link.focus()
    await expect(link).to_be_in_viewport()
    await tab.page.keyboard.press('Enter')
    await expect(tab.composer).to_be_focused()
    assert await tab.evaluate(
        'document.querySelector("#app a[href], #app button") === document.querySelector(".skip-link")'
    )
