"""What can be done with messages: versions, copy, thoughts, long conversations, where the reader is."""

import re
from urllib.parse import quote

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenTab, StartApp
from tests.browser.screen import Screen, numbered
from tests.browser.seeding import Seeding
from tests.support.app_process import AppProcess

PLACE = 'message => message.getBoundingClientRect().top'
FROM_END = """
() => {
  const { scrollTop, scrollHeight, clientHeight } = document.querySelector('.chat-scroll');
  return scrollHeight - scrollTop - clientHeight;
}
"""


async def test_copy_gives_the_markdown(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app, permissions=['clipboard-read', 'clipboard-write'])
    await tab.ask('say=**bold**%20and%20`code`')
    await tab.has_status('complete')
    await tab.reply.get_by_test_id('message-copy').click()
    await expect(tab.reply.get_by_test_id('message-copy')).to_have_class(re.compile('done'))
    assert await tab.evaluate('navigator.clipboard.readText()') == '**bold** and `code`'


async def test_copy_of_a_code_block(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app, permissions=['clipboard-read', 'clipboard-write'])
    await tab.ask('say=' + quote('```python\nprint(1)\n\nprint(2)\n```'))
    await tab.has_status('complete')
    await expect(tab.body.locator('.code-language')).to_have_text('python')
    await tab.body.get_by_role('button').click()
    await expect(tab.body.get_by_role('button')).to_have_class(re.compile('done'))
    assert await tab.evaluate('navigator.clipboard.readText()') == 'print(1)\n\nprint(2)'


async def test_thoughts_are_kept_apart(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.part('model-select').select_option('ollama/qwen3:4b')
    await tab.ask('thinking=30 tokens=20 rate=50')
    for _ in range(2):
        await tab.has_status('complete')
        await tab.reply.get_by_test_id('message-thinking').locator('summary').click()
        thoughts = await tab.reply.get_by_test_id('message-thinking').locator('.thinking-text').text_content()
        assert (thoughts or '').split() == numbered(30, 't')
        assert await tab.words() == numbered(20)
        await tab.page.reload()


@pytest.mark.parametrize('opening', ['<think>\n', ''])
async def test_thoughts_in_the_text_are_kept_apart_too(opening: str, app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    thoughts = ' '.join(numbered(40, 't'))
    await tab.ask('rate=60 say=' + quote(f'{opening}{thoughts}\n</think>\n\n' + ' '.join(numbered(30))))
    for _ in range(2):
        await tab.has_status('complete')
        assert await tab.words() == numbered(30)
        await expect(tab.body).not_to_contain_text('t39')
        await tab.reply.get_by_test_id('message-thinking').locator('summary').click()
        shown = await tab.reply.get_by_test_id('message-thinking').locator('.thinking-text').text_content()
        assert (shown or '').split() == numbered(40, 't')
        await tab.page.reload()


async def test_figures_are_shown(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.ask('tokens=10')
    await tab.has_status('complete')
    figures = tab.reply.get_by_test_id('message-stats')
    await expect(figures.locator('summary')).to_contain_text('tokens/s')
    await expect(figures.get_by_text('Context used')).to_be_hidden()
    await figures.locator('summary').click()
    await expect(figures.get_by_text('10 tokens', exact=True)).to_be_visible()
    await expect(figures.get_by_text('Context used')).to_be_visible()
    await expect(tab.part('context-gauge')).to_be_visible()


# --- long conversations ----------------------------------------------------------------------------------------------


@pytest.fixture
async def long(app: AppProcess, open_tab: OpenTab) -> Screen:
    """Give a tab with the end of a conversation of 240 messages, each of a height of its own."""
    texts = [f'message {number}\n\n' + 'and more of it ' * (number * 7 % 60) for number in range(240)]
    async with Seeding(app) as seeding:
        conversation_id = await seeding.conversation('A long one', texts)
    return await open_tab(app, f'/c/{conversation_id}')


NUMBERS = """
() => [...document.querySelectorAll('[data-testid=message]')].map(each => +each.innerText.match(/message (\\d+)/)[1])
"""


async def test_newest_messages_are_there_at_once(long: Screen) -> None:
    messages = long.part('message')
    assert 10 <= await messages.count() <= 80
    await expect(messages.last).to_contain_text('message 239')
    await expect(messages.last).to_be_in_viewport()


async def test_scrolling_up_loads_older_messages_without_a_jump(long: Screen) -> None:
    messages = long.part('message')
    for _ in range(3):
        count = await messages.count()
        anchor = await messages.first.element_handle()
        assert anchor is not None
        jump = await anchor.evaluate(
            """anchor => new Promise(resolve => {
              const list = document.querySelector('.chat-list');
              new MutationObserver((_, observer) => {
                observer.disconnect();
                requestAnimationFrame(() => resolve(anchor.getBoundingClientRect().top - window.placeBefore));
              }).observe(list, { childList: true });
              document.querySelector('.chat-scroll').scrollTop = 0;
              window.placeBefore = anchor.getBoundingClientRect().top;
            })"""
        )
        assert abs(jump) < 1
        assert await messages.count() > count


async def test_wheel_up_to_the_first_message(long: Screen) -> None:
    await long.page.locator('.chat-scroll').hover()
    first = long.page.get_by_text('message 0', exact=True)
    while not await first.count():
        await long.page.mouse.wheel(0, -4000)
    assert await long.evaluate(NUMBERS) == list(range(240))


async def test_home_jumps_to_the_first_message_and_end_back(long: Screen) -> None:
    await long.page.locator('.chat-scroll').focus()
    await long.page.keyboard.press('Home')
    await expect(long.part('message').first).to_contain_text('message 0')
    await expect(long.part('message').first).to_be_in_viewport()
    await long.page.keyboard.press('End')
    await expect(long.part('message').last).to_contain_text('message 239')
    await expect(long.part('message').last).to_be_in_viewport()


async def test_scrolling_down_from_the_first_message(long: Screen) -> None:
    await long.page.locator('.chat-scroll').focus()
    await long.page.keyboard.press('Home')
    await expect(long.part('message').first).to_contain_text('message 0')
    await long.page.locator('.chat-scroll').hover()
    while not await long.page.get_by_text('message 239', exact=True).count():
        await long.page.mouse.wheel(0, 4000)
    assert await long.evaluate(NUMBERS) == list(range(240))


async def test_answer_in_a_conversation_that_shows_its_beginning(long: Screen) -> None:
    await long.page.locator('.chat-scroll').focus()
    await long.page.keyboard.press('Home')
    await expect(long.part('message').first).to_contain_text('message 0')
    await long.send('tokens=10')
    await expect(long.body).to_have_text(' '.join(numbered(10)))
    await expect(long.reply).to_be_in_viewport()


async def test_view_follows_the_stream_unless_the_reader_goes_elsewhere(long: Screen) -> None:
    await long.ask('kind=list tokens=4000 rate=1000')
    await long.shows('o item 20')
    await long.page.wait_for_function(f'({FROM_END})() < 30')
    await expect(long.part('scroll-to-bottom')).to_be_hidden()
    await long.page.locator('.chat-scroll').hover()
    await long.page.mouse.wheel(0, -300)
    await expect(long.part('scroll-to-bottom')).to_be_visible()
    place = await long.reply.evaluate(PLACE)
    await long.page.wait_for_function(f'({FROM_END})() > 1000')
    assert await long.reply.evaluate(PLACE) == place
    await long.part('scroll-to-bottom').click()
    await expect(long.part('scroll-to-bottom')).to_be_hidden()
    await long.shows('o item 200')
    await long.page.wait_for_function(f'({FROM_END})() < 30')


async def test_switching_to_a_long_conversation_and_back(start_app: StartApp, open_tab: OpenTab) -> None:
    app = await start_app()
    async with Seeding(app) as seeding:
        one = await seeding.conversation('One', [f'one {number}' for number in range(100)])
        two = await seeding.conversation('Two', [f'two {number}' for number in range(100)])
    tab = await open_tab(app, f'/c/{one}')
    for conversation_id, name in ((two, 'two'), (one, 'one')):
        await tab.switch_to(conversation_id)
        await expect(tab.body).to_have_text(f'{name} 99')
        await expect(tab.reply).to_be_in_viewport()


async def test_what_only_the_end_tells_mends_one_block_alone(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    paragraphs = [f'paragraph {number}' for number in range(8)]
    text = '\n\n'.join(['see [this]', *paragraphs, '[this]: https://example.org/'])
    await tab.ask('rate=60 say=' + quote(text))
    await tab.has_status('complete')
    assert (await tab.body.inner_text()).split('\n\n') == ['see this', *paragraphs]
    assert await tab.body.get_by_role('link').count() == 1
