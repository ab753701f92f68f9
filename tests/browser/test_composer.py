"""Writing: keys, input methods, growing, quick actions."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenTab
from tests.browser.screen import numbered
from tests.support.app_process import AppProcess

COMPOSE = """
(area, keyCode) => {
  const how = { key: 'Enter', bubbles: true, cancelable: true, isComposing: keyCode === 0, keyCode };
  const event = new KeyboardEvent('keydown', how);
  area.dispatchEvent(event);
  return event.defaultPrevented;
}
"""


async def test_quick_actions_begin_a_message(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app, locale='pt-BR')
    names = ['Sugerir ideias', 'Resumir texto', 'Ajuda com código', 'Tirar dúvidas']
    await expect(tab.part('quick-action')).to_have_text(names)
    texts = set()
    for action in await tab.part('quick-action').all():
        await action.click()
        await expect(tab.composer).to_be_focused()
        await expect(tab.composer).not_to_have_value('')
        texts.add(await tab.composer.input_value())
        await tab.composer.fill('')
    assert len(texts) == 4


async def test_text_goes_where_the_quick_action_has_its_gap(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.part('quick-action').first.click()
    await expect(tab.composer).to_have_value('Suggest five ideas for …')
    await tab.page.keyboard.type('a birthday')
    await expect(tab.composer).to_have_value('Suggest five ideas for a birthday')


async def test_enter_sends_and_shift_enter_breaks_the_line(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await expect(tab.composer).to_be_focused()
    await expect(tab.part('send')).to_be_disabled()
    await tab.page.keyboard.type('tokens=5')
    await tab.page.keyboard.press('Shift+Enter')
    await tab.page.keyboard.type('second line')
    await expect(tab.composer).to_have_value('tokens=5\nsecond line')
    await tab.page.keyboard.press('Enter')
    await expect(tab.composer).to_have_value('')
    await tab.has_status('complete')
    assert await tab.questions.get_by_test_id('message-body').inner_text() == 'tokens=5\nsecond line'
    await expect(tab.composer).to_be_focused()


async def test_blank_message_is_not_sent(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.send('  \n ')
    await expect(tab.part('send')).to_be_disabled()
    await tab.part('quick-action').first.click()
    await expect(tab.questions).to_have_count(0)
    assert tab.page.url == f'{app.url}/'


@pytest.mark.parametrize('key_code', [0, 229], ids=['composing', 'key 229'])
async def test_enter_of_an_input_method_does_not_send(key_code: int, app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.composer.fill('tokens=5 にほん')
    assert not await tab.composer.evaluate(COMPOSE, key_code)
    await expect(tab.composer).to_have_value('tokens=5 にほん')
    await tab.composer.press('Enter')
    await tab.has_status('complete')
    await expect(tab.questions).to_have_count(1)


async def test_composer_grows_to_a_limit_and_shrinks_again(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)

    async def height() -> float:
        return float(await tab.composer.evaluate('area => area.getBoundingClientRect().height'))

    one_line = await height()
    await tab.composer.fill('a\nb\nc')
    assert 2.5 * one_line < await height() + 20 < 5 * one_line
    await tab.composer.fill('line\n' * 100)
    assert await height() <= 320
    assert await tab.composer.evaluate('area => area.scrollHeight > area.clientHeight')
    await tab.composer.fill('tokens=3')
    assert await height() == one_line


async def test_stop_stays_in_reach_of_what_is_typed_during_an_answer(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.ask('tokens=400 rate=40')
    await expect(tab.part('stop')).to_be_visible()
    await expect(tab.part('send')).to_have_count(0)
    await tab.composer.fill('tokens=4')
    await expect(tab.part('send')).to_have_accessible_name('Send when this answer is done')
    await tab.part('stop').click()
    await tab.has_status('stopped')
    await expect(tab.composer).to_have_value('tokens=4')
    await tab.part('send').click()
    await expect(tab.questions).to_have_count(2)
    await expect(tab.body).to_have_text(' '.join(numbered(4)))


async def test_dots_until_the_first_token(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.ask('tokens=10 load=1')
    await expect(tab.reply.locator('.dots')).to_be_visible()
    await tab.shows('w0')
    await expect(tab.reply.locator('.dots')).to_be_hidden()


async def test_enter_breaks_the_line_where_there_is_no_shift(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app, has_touch=True, is_mobile=True, viewport={'width': 390, 'height': 844})
    await expect(tab.composer).to_have_attribute('enterkeyhint', 'enter')
    await tab.composer.tap()
    await tab.page.keyboard.type('tokens=4 first line')
    await tab.page.keyboard.press('Enter')
    await tab.page.keyboard.type('second line')
    await expect(tab.composer).to_have_value('tokens=4 first line\nsecond line')
    await tab.part('send').tap()
    await tab.has_status('complete')
    assert await tab.questions.get_by_test_id('message-body').inner_text() == 'tokens=4 first line\nsecond line'


@pytest.mark.parametrize('key_code', [0, 229], ids=['composing', 'key 229'])
async def test_enter_of_an_input_method_ends_neither_a_name_nor_a_search(
    key_code: int, app: AppProcess, open_tab: OpenTab
) -> None:
    tab = await open_tab(app)
    await tab.ask('tokens=3 にほんご')
    await tab.has_status('complete')
    await tab.part('conversation-item').first.locator('a').focus()
    await tab.page.keyboard.press('F2')
    name = tab.page.locator('input.rename')
    await name.fill('日本')
    await name.evaluate(COMPOSE, key_code)
    await expect(name).to_have_value('日本')
    await name.press('Enter')
    await expect(tab.part('conversation-item').first).to_contain_text('日本')
    await tab.part('new-chat').click()
    await expect(tab.questions).to_have_count(0)
    field = tab.part('search-conversations')
    await field.fill('日本')
    await expect(tab.page.locator('#found-0')).to_be_visible()
    await field.evaluate(COMPOSE, key_code)
    await field.press('ArrowDown')  # whatever the key before did is done when this one is
    await expect(tab.page.locator('#found-0')).to_have_attribute('aria-selected', 'true')
    assert tab.page.url == f'{app.url}/'
