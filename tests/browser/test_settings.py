"""The settings as a person sees them: the way in and out, the keyboard alone, theme and text that stay."""

import re
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import OpenTab, StartApp
from tests.browser.screen import Screen
from tests.browser.seeding import Seeding
from tests.support.app_process import AppProcess
from tests.support.ollama_server import OllamaServer

PHONE: dict[str, Any] = {'viewport': {'width': 390, 'height': 844}, 'has_touch': True, 'is_mobile': True}
PARAGRAPHS = '\n\n'.join(f'Paragraph {number} of an answer that is long enough to scroll.' for number in range(80))


@pytest.fixture
async def conversation(app: AppProcess) -> str:
    """Give the id of a conversation that needs scrolling."""
    async with Seeding(app) as seeding:
        return await seeding.conversation('A long one', ['Why?', PARAGRAPHS])


def setting(tab: Screen, name: str) -> Locator:
    """Give a setting's row."""
    return tab.page.locator(f'[data-setting={name}]')


async def open_settings(tab: Screen) -> None:
    """Go to the settings by the link below the list."""
    await tab.part('settings').click()
    await expect(tab.part('settings-page')).to_be_visible()
    await tab.page.wait_for_url('**/settings')


async def text_size(tab: Screen) -> float:
    """Give the size of the composer's text in pixels."""
    return float(await tab.evaluate('parseFloat(getComputedStyle(document.querySelector(".brand")).fontSize)'))


async def test_the_way_back_leads_to_where_one_was(conversation: str, app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app, f'/c/{conversation}')
    scroller = tab.page.locator('.chat-scroll')
    await tab.shows('Paragraph 79')
    await scroller.hover()
    await tab.page.mouse.wheel(0, -900)
    await expect(tab.part('scroll-to-bottom')).to_be_visible()
    await open_settings(tab)
    place = await scroller.evaluate('element => element.scrollTop')
    await expect(tab.composer).not_to_be_visible()
    for leave in ('Escape', 'button', 'browser'):
        if leave == 'Escape':
            await tab.page.keyboard.press('Escape')
        elif leave == 'button':
            await tab.part('settings-close').click()
        else:
            await tab.page.go_back()
        await expect(tab.part('settings-page')).to_have_count(0)
        await tab.page.wait_for_url(f'**/c/{conversation}')
        await expect(tab.composer).to_be_focused()
        assert await scroller.evaluate('element => element.scrollTop') == place
        if leave != 'browser':
            await open_settings(tab)
    await tab.page.go_forward()
    await expect(tab.part('settings-page')).to_be_visible()


async def test_opened_by_their_address_they_lead_to_the_welcome_page(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app, '/settings#parameters')
    await expect(tab.page.get_by_role('heading', name='Answers')).to_be_in_viewport()
    await tab.page.keyboard.press('Escape')
    await expect(tab.part('quick-action').first).to_be_visible()
    await tab.page.wait_for_url(f'{app.url}/')


async def test_a_conversation_can_be_chosen_from_the_settings(
    conversation: str, app: AppProcess, open_tab: OpenTab
) -> None:
    tab = await open_tab(app, '/settings')
    await tab.switch_to(conversation)
    await expect(tab.part('settings-page')).to_have_count(0)
    await tab.shows('Paragraph 79')


async def test_a_reply_goes_on_below_the_settings(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.ask('tokens=60 rate=100')
    await open_settings(tab)
    await expect(tab.reply).to_have_attribute('data-status', 'complete')
    await tab.page.keyboard.press('Escape')
    await tab.shows('w59')


async def test_text_size_is_seen_at_once_and_survives_a_reload_without_a_flash(
    app: AppProcess, open_tab: OpenTab
) -> None:
    tab = await open_tab(app)
    normal = await text_size(tab)
    await open_settings(tab)
    await setting(tab, 'text_size').get_by_text('Larger').click()
    await expect(setting(tab, 'text_size')).to_contain_text('Saved')
    assert await text_size(tab) == pytest.approx(normal * 1.3)
    await tab.page.add_init_script(
        """new MutationObserver(() => {
             const mark = document.querySelector('.brand');
             if (mark) (window.seen = window.seen || new Set()).add(getComputedStyle(mark).fontSize);
           }).observe(document, { subtree: true, childList: true, attributes: true });"""
    )
    await tab.page.reload()
    await tab.connected()
    await expect(setting(tab, 'text_size').get_by_label('Larger')).to_be_checked()
    sizes = await tab.evaluate('[...window.seen]')
    assert [float(size.removesuffix('px')) for size in sizes] == [pytest.approx(normal * 1.3)]
    assert await tab.evaluate('document.documentElement.scrollWidth <= innerWidth')


async def test_the_theme_survives_a_reload_without_a_flash(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app, '/settings', color_scheme='light')
    body = tab.page.locator('body')
    await setting(tab, 'theme').get_by_text('Dark').click()
    await expect(body).to_have_class(re.compile('body--dark'))
    dark = await tab.evaluate('getComputedStyle(document.body).backgroundColor')
    await tab.page.add_init_script(
        """const seen = window.seen = [], colour = (element) => getComputedStyle(element).backgroundColor;
           const look = () => {
             const { documentElement: root, body, styleSheets } = document;
             if (styleSheets.length && body) seen.push([root, body].map(colour));
             requestAnimationFrame(look);
           };
           requestAnimationFrame(look);"""
    )
    await tab.page.reload()
    await tab.connected()
    await expect(setting(tab, 'theme').get_by_label('Dark')).to_be_checked()
    seen = [colour for pair in await tab.evaluate('window.seen') for colour in pair]
    assert set(seen) <= {dark, 'rgba(0, 0, 0, 0)'}
    assert dark in seen
    await setting(tab, 'theme').get_by_text('As the system').click()
    await expect(body).not_to_have_class(re.compile('body--dark'))
    await tab.page.emulate_media(color_scheme='dark')
    await expect(body).to_have_class(re.compile('body--dark'))


async def test_a_language_is_taken_and_the_way_back_stays(
    conversation: str, app: AppProcess, open_tab: OpenTab
) -> None:
    tab = await open_tab(app, f'/c/{conversation}')
    await open_settings(tab)
    await setting(tab, 'language').get_by_role('combobox').select_option('pt-BR')
    await expect(tab.page.get_by_role('heading', name='Configurações')).to_be_visible()
    await tab.connected()
    await tab.page.keyboard.press('Escape')
    await tab.page.wait_for_url(f'**/c/{conversation}')
    await tab.shows('Paragraph 79')


@pytest.mark.parametrize('options', [{}, PHONE])
async def test_everything_fits_at_the_largest(options: dict[str, Any], app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app, '/settings', **options)
    await setting(tab, 'text_size').get_by_text('Larger').click()
    await expect(setting(tab, 'text_size')).to_contain_text('Saved')
    wide = """() => [...document.querySelectorAll('.settings, .settings *')].filter(each => {
                const box = each.getBoundingClientRect();
                return box.width && (box.right > innerWidth + 1 || box.left < -1);
              }).map(each => each.outerHTML.slice(0, 80))"""
    assert await tab.evaluate(wide) == []


async def test_the_keyboard_alone_changes_a_setting_and_gives_one_up(
    start_app: StartApp, ollama: OllamaServer, open_tab: OpenTab
) -> None:
    app = await start_app()
    tab = await open_tab(app)
    await tab.part('settings').focus()
    await tab.page.keyboard.press('Enter')
    field = setting(tab, 'temperature').get_by_role('textbox')
    for _ in range(40):
        await tab.page.keyboard.press('Tab')
        if await field.evaluate('element => element === document.activeElement'):
            break
    await tab.page.keyboard.type('0.3')
    await tab.page.keyboard.press('Enter')
    await expect(setting(tab, 'temperature')).to_contain_text('Saved')
    await tab.page.keyboard.type('9')
    await tab.page.keyboard.press('Escape')
    await expect(field).to_have_value('0.3')
    await tab.page.keyboard.press('Escape')
    await expect(tab.composer).to_be_focused()
    await tab.page.keyboard.type('tokens=3')
    await tab.page.keyboard.press('Enter')
    await tab.has_status('complete')
    assert ollama.asked('/api/chat')[-1].body['options']['temperature'] == 0.3


async def test_a_fault_is_said_and_the_old_value_is_back(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app, '/settings')
    row = setting(tab, 'top_p')
    await row.get_by_role('textbox').fill('7')
    await row.get_by_role('textbox').press('Enter')
    await expect(row).to_contain_text('It has to be a number from 0 to 1.')
    await expect(row.get_by_role('textbox')).to_have_value('')


async def test_what_was_typed_is_kept_by_whoever_goes_back(start_app: StartApp, open_tab: OpenTab) -> None:
    app = await start_app()
    tab = await open_tab(app)
    await open_settings(tab)
    await setting(tab, 'system_prompt').get_by_role('textbox').fill('Answer in rhymes.')
    await tab.page.go_back()
    await expect(tab.part('settings-page')).to_have_count(0)
    await open_settings(tab)
    await expect(setting(tab, 'system_prompt').get_by_role('textbox')).to_have_value('Answer in rhymes.')


async def test_on_a_phone_the_drawer_leads_to_them(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app, **PHONE)
    await tab.part('sidebar-toggle').click()
    await open_settings(tab)
    await expect(tab.page.locator('.shell')).not_to_have_class(re.compile('drawer'))
    await tab.part('settings-close').click()
    await expect(tab.composer).to_be_visible()


async def test_delete_everything_takes_the_right_word_and_every_tab_with_it(
    start_app: StartApp, open_tab: OpenTab
) -> None:
    app = await start_app()
    tab = await open_tab(app)
    await tab.ask('tokens=100000 rate=50')
    await tab.shows('w5 ')
    other = await open_tab(app, f'/c/{tab.conversation_id}', beside=tab)
    await other.composer.fill('a draft')
    await open_settings(tab)
    await tab.part('delete-everything').click()
    confirm, word = tab.part('delete-everything-confirm'), tab.part('delete-everything-word')
    await expect(word).to_be_focused()
    await word.fill('remove')
    await expect(confirm).to_be_disabled()
    await word.press('Enter')
    await tab.page.keyboard.press('Escape')
    await expect(word).not_to_be_visible()
    await expect(tab.part('settings-page')).to_be_visible()
    await expect(other.reply).to_have_attribute('data-status', 'streaming')
    await tab.part('delete-everything').click()
    await word.fill(' Delete ')
    await word.press('Enter')
    for each in (tab, other):
        await expect(each.part('quick-action').first).to_be_visible()
        await each.page.wait_for_url(f'{app.url}/')
        await expect(each.part('conversation-item')).to_have_count(0)
        await expect(each.composer).to_have_value('')
    await expect(tab.part('toast')).to_contain_text('Everything is gone.')
    await tab.page.reload()
    await tab.connected()
    await expect(tab.part('conversation-item')).to_have_count(0)
    assert await tab.evaluate('Object.keys(localStorage).filter(key => key.startsWith("guilherme:draft"))') == []
    await tab.ask('tokens=3')
    await tab.has_status('complete')


async def test_everything_can_be_exported_before_it_is_deleted(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app, '/settings', locale='pt-BR')
    await tab.part('delete-everything').click()
    async with tab.page.expect_download() as download:
        await tab.page.get_by_role('link', name='Exportar tudo antes').click()
    assert (await download.value).suggested_filename.endswith('.zip')
    await tab.part('delete-everything-word').fill('delete')
    await expect(tab.part('delete-everything-confirm')).to_be_disabled()
    await tab.part('delete-everything-word').fill('apagar')
    await expect(tab.part('delete-everything-confirm')).to_be_enabled()
