"""axe-core finds nothing on any screen, in both themes. A new screen is one more entry of SCREENS."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import quote

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import ViewportSize, expect

from tests.browser.conftest import OpenTab
from tests.browser.screen import Screen
from tests.exchange.reading_files import FILES
from tests.support.app_process import AppProcess

PHONE: ViewportSize = {'width': 390, 'height': 844}
OPTIONS = {'resultTypes': ['violations']}

TEXT_WITH_SECTIONS = """A claim.

<details><summary>The *proof*</summary>

Some words and a [link](https://a.example).

</details>

<details><summary>More</summary>Words</details>"""

SAYS = """
results => results.violations.flatMap(each => each.nodes.map(node =>
  [each.impact, each.id, node.target, node.html.slice(0, 160), node.failureSummary.split('\\n').pop()].join(' · ')))
"""


DRAWN = '() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))'


async def nothing(tab: Screen) -> None:
    pass


async def conversation(tab: Screen) -> None:
    """Show an answer with everything markdown has, after thoughts, with its earlier version."""
    await tab.ask('kind=markdown tokens=500 rate=0 thinking=3')
    await tab.has_status('complete')
    await tab.part('message-thinking').last.locator('summary').click()
    await tab.part('message-regenerate').click()
    await expect(tab.part('message-previous')).to_be_visible()
    await tab.has_status('complete')


async def streaming(tab: Screen) -> None:
    await tab.ask('tokens=3000 rate=30')
    await tab.shows('w5 ')


async def failed(tab: Screen) -> None:
    await tab.ask('tokens=20 error_after=5')
    await tab.has_status('failed')


async def conversation_menu(tab: Screen) -> None:
    await tab.part('conversation-item').first.hover()
    await tab.part('conversation-menu').first.click()
    await expect(tab.page.get_by_role('menu')).to_be_visible()


async def renaming(tab: Screen) -> None:
    await conversation_menu(tab)
    await tab.page.get_by_role('menuitem', name='Rename').click()
    await expect(tab.page.locator('.rename')).to_be_focused()


async def command_menu(tab: Screen) -> None:
    await tab.composer.fill('/')
    await expect(tab.part('command-menu')).to_be_visible()


async def search(tab: Screen) -> None:
    await tab.part('search-conversations').fill('quest')
    await expect(tab.part('conversation-item').first).to_be_visible()


async def search_without_success(tab: Screen) -> None:
    await tab.part('search-conversations').fill('zzzz')
    await expect(tab.part('conversation-list')).to_contain_text('Nothing found')


async def sheet(tab: Screen) -> None:
    await tab.part('shortcuts').click()
    await expect(tab.part('shortcut-sheet')).to_be_visible()


async def folded(tab: Screen) -> None:
    await tab.part('sidebar-toggle').click()
    await expect(tab.part('conversation-list')).to_be_hidden()


async def narrow(tab: Screen) -> None:
    await tab.page.set_viewport_size(PHONE)


async def drawer(tab: Screen) -> None:
    await narrow(tab)
    await tab.part('sidebar-toggle').click()
    await expect(tab.part('conversation-list')).to_be_in_viewport()


async def editing(tab: Screen) -> None:
    await tab.questions.first.hover()
    await tab.part('message-edit').first.click()
    await expect(tab.part('message-editor-text')).to_be_visible()


async def models_of_an_answer(tab: Screen) -> None:
    await tab.ask('tokens=3')
    await tab.has_status('complete')
    await tab.part('message-models').click()
    await expect(tab.part('message-menu')).to_be_visible()


async def waiting(tab: Screen) -> None:
    await streaming(tab)
    await tab.send('what waits')
    await expect(tab.part('queued-message')).to_be_visible()


async def waiting_edited(tab: Screen) -> None:
    await waiting(tab)
    await tab.part('queued-edit').click()
    await expect(tab.part('queued-editor')).to_be_visible()


async def toast(tab: Screen) -> None:
    await tab.ask('tokens=3')
    await tab.has_status('complete')
    await conversation_menu(tab)
    await tab.page.get_by_role('menuitem', name='Delete').click()
    await expect(tab.part('toast')).to_be_visible()


async def folders(tab: Screen) -> None:
    """Show a folder with a conversation in it, its way into another one, and a tag."""
    await tab.ask('tokens=3')
    await tab.has_status('complete')
    await conversation_menu(tab)
    await tab.page.get_by_role('menuitem', name='Tags').click()
    await tab.page.keyboard.type('casa')
    await tab.page.keyboard.press('Enter')
    await tab.page.keyboard.press('Escape')
    await tab.page.get_by_role('menuitem', name='Move to folder').click()
    await tab.page.get_by_role('menuitem', name='New folder').click()
    await tab.page.keyboard.type('Work')
    await tab.page.keyboard.press('Enter')
    await tab.part('folder').first.locator('.folder-name').click()
    await tab.item(tab.conversation_id).hover()
    await tab.item(tab.conversation_id).get_by_test_id('conversation-menu').click()
    await tab.page.get_by_role('menuitem', name='Move to folder').click()
    await expect(tab.page.get_by_role('menuitemradio').first).to_be_visible()


async def tags(tab: Screen) -> None:
    await conversation_menu(tab)
    await tab.page.get_by_role('menuitem', name='Tags').click()
    for tag in ('casa', 'família'):
        await tab.page.keyboard.type(tag)
        await tab.page.keyboard.press('Enter')
    await expect(tab.page.get_by_role('button', name='Remove tag: família')).to_be_visible()


async def selecting(tab: Screen) -> None:
    await conversation_menu(tab)
    await tab.page.get_by_role('menuitem', name='Select').click()
    await expect(tab.part('selection-bar')).to_be_visible()


async def archive(tab: Screen) -> None:
    await tab.part('view-archive').click()
    await expect(tab.part('conversation-list')).to_contain_text('out of the way')


async def trash(tab: Screen) -> None:
    await toast(tab)
    await tab.part('view-trash').click()
    await expect(tab.part('empty-trash')).to_be_visible()


async def selecting_in_the_trash(tab: Screen) -> None:
    await trash(tab)
    row = tab.page.locator('.conversation-item', has=tab.page.locator('.thrown')).first
    await row.hover()
    await row.get_by_test_id('conversation-menu').click()
    await tab.page.get_by_role('menuitem', name='Select').click()
    await tab.page.mouse.move(700, 400)
    await tab.page.evaluate('document.activeElement.blur()')
    await expect(row.locator('.quiet')).to_be_visible()


async def question(tab: Screen) -> None:
    await trash(tab)
    await tab.part('empty-trash').click()
    await expect(tab.part('confirm')).to_be_visible()


async def sections_and_notes(tab: Screen) -> None:
    """Show what folds, open and folded, and a footnote."""
    await tab.ask('say=' + quote(TEXT_WITH_SECTIONS))
    await tab.has_status('complete')
    await tab.body.locator('summary').first.click()


Steps = Callable[[Screen], Awaitable[None]]


async def figures(tab: Screen) -> None:
    await tab.ask('tokens=10')
    await tab.has_status('complete')
    await tab.part('message-stats').locator('summary').click()


async def temporary(tab: Screen) -> None:
    await tab.part('temporary-toggle').click()
    await expect(tab.part('temporary-note')).to_be_visible()


async def preview_of_an_import(tab: Screen) -> None:
    """Show what is in a file, after another one came in; what an earlier visit left waiting is given up."""
    state = tab.part('data-import')
    if await state.get_attribute('data-state') == 'previewed':
        await tab.part('import-cancel').click()
        await expect(state).to_have_attribute('data-state', 'cancelled')
    await tab.part('import-file').set_input_files(FILES / 'claude.json')
    await tab.part('import-confirm').click()
    await expect(state).to_have_attribute('data-state', 'done')
    await tab.part('import-file').set_input_files(FILES / 'chatgpt.json')
    await tab.part('import-place').select_option('new')
    await expect(tab.part('import-folder-name')).to_be_focused()


async def preview_on_a_phone(tab: Screen) -> None:
    await narrow(tab)
    await preview_of_an_import(tab)


SCREENS: Mapping[str, tuple[str, Steps]] = {
    'welcome': ('/', nothing),
    'conversation': ('/', conversation),
    'sources and thoughts': ('/c/{sources}', nothing),
    'sections and notes': ('/', sections_and_notes),
    'interrupted': ('/c/{interrupted}', nothing),
    'streaming': ('/', streaming),
    'failed': ('/', failed),
    'menu of a conversation': ('/c/{sources}', conversation_menu),
    'renaming': ('/c/{sources}', renaming),
    'menu of commands': ('/', command_menu),
    'search': ('/', search),
    'search without success': ('/', search_without_success),
    'sheet of shortcuts': ('/', sheet),
    'folded list': ('/c/{sources}', folded),
    'narrow welcome': ('/', narrow),
    'narrow conversation': ('/c/{sources}', narrow),
    'list over a narrow page': ('/c/{sources}', drawer),
    'toast': ('/', toast),
    'folders': ('/', folders),
    'tags': ('/c/{sources}', tags),
    'selecting': ('/c/{sources}', selecting),
    'archive': ('/', archive),
    'trash': ('/', trash),
    'selecting in the trash': ('/', selecting_in_the_trash),
    'question before deleting for good': ('/', question),
    'editing a question': ('/c/{sources}', editing),
    'models of an answer': ('/', models_of_an_answer),
    'what waits': ('/', waiting),
    'what waits, edited': ('/', waiting_edited),
    'figures': ('/', figures),
    'temporary chat': ('/', temporary),
    'settings': ('/settings', nothing),
    'narrow settings': ('/settings', narrow),
    'preview of an import': ('/settings', preview_of_an_import),
    'narrow preview of an import': ('/settings', preview_on_a_phone),
}
"""Screens by name: the address (with ids of conversations by name), and what is done there before axe looks."""


async def violations(tab: Screen) -> list[str]:
    """Give what axe has to say of the page as it is, one line for each element."""
    results = await Axe().run(tab.page, options=OPTIONS)
    return [str(line) for line in await tab.evaluate(SAYS, results.response)]


@pytest.mark.parametrize('name', SCREENS)
async def test_axe_finds_nothing(
    name: str, furnished: tuple[AppProcess, dict[str, str]], open_tab: OpenTab, browser_log: Any
) -> None:
    (app, ids), (address, steps) = furnished, SCREENS[name]
    browser_log.apps.append(app)
    tab = await open_tab(app, address.format(**ids), color_scheme='light', reduced_motion='reduce')
    await steps(tab)
    found = [f'light: {line}' for line in await violations(tab)]
    await tab.page.emulate_media(color_scheme='dark')
    await tab.page.wait_for_function('document.body.classList.contains("body--dark")')
    await tab.evaluate(DRAWN)
    found += [f'dark: {line}' for line in await violations(tab)]
    assert not found, '\n'.join(found)
