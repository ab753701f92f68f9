"""Conversations never mix (P3): two of them stream at once while a person jumps between them."""

from playwright.async_api import expect

from tests.browser.conftest import OpenTab
from tests.browser.screen import Screen, numbered
from tests.support.app_process import AppProcess
from tests.support.ollama_server import OllamaServer

FOREIGN = """
letter => {
  window.foreign = [];
  new MutationObserver(() => {
    if (location.pathname !== '/c/' + letter.of) return;
    const text = document.querySelector('.chat-list')?.textContent || '';
    if (text.includes(letter.foreign)) window.foreign.push(text.slice(0, 80));
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}
"""


def spoken(letter: str, count: int) -> str:
    """Give the directive for a reply that counts with a letter."""
    return 'say=' + '%20'.join(numbered(count, letter)) + ' rate=80'


async def start_two(tab: Screen) -> tuple[str, str]:
    """Let two conversations stream, one counting with `a`, one with `b`; give their ids."""
    await tab.ask('first ' + spoken('a', 150))
    first = tab.conversation_id
    await tab.new_chat()
    await tab.ask('second ' + spoken('b', 150))
    return first, tab.conversation_id


async def test_switching_fast_between_two_that_stream(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    first, second = await start_two(tab)
    await tab.evaluate(FOREIGN, {'of': second, 'foreign': 'a1 '})
    for _ in range(6):
        for conversation_id, letter in ((first, 'a'), (second, 'b')):
            await tab.item(conversation_id).locator('a').click()
            await tab.shows(f'{letter}0')
            assert all(word.startswith(letter) for word in await tab.words())
    for conversation_id, letter in ((first, 'a'), (second, 'b')):
        await tab.switch_to(conversation_id)
        await tab.shows(f'{letter}0')
        await tab.has_status('complete', timeout=20)
        assert await tab.words() == numbered(150, letter)
        assert await tab.questions.count() == 1
    assert await tab.evaluate('window.foreign') == []


async def test_clicks_faster_than_the_server_answers(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    first, second = await start_two(tab)
    for conversation_id in [first, second] * 5 + [first]:
        await tab.item(conversation_id).locator('a').dispatch_event('click')
    await tab.page.wait_for_url(f'**/c/{first}')
    await tab.shows('a0')
    await tab.has_status('complete', timeout=20)
    assert await tab.words() == numbered(150, 'a')
    assert tab.conversation_id == first


async def test_two_people_see_only_where_they_are(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    first, _ = await start_two(tab)
    other = await open_tab(app, f'/c/{first}')
    await tab.has_status('complete', timeout=20)
    await other.has_status('complete', timeout=20)
    assert await tab.words() == numbered(150, 'b')
    assert await other.words() == numbered(150, 'a')


async def test_back_and_forward(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    first, second = await start_two(tab)
    await tab.switch_to(first)
    await tab.page.go_back()
    await tab.shows('b0')
    assert tab.conversation_id == second
    await tab.page.go_back()
    await expect(tab.part('quick-action').first).to_be_visible()
    await tab.page.go_forward()
    await tab.shows('b0')
    await tab.page.go_forward()
    await tab.shows('a0')
    await expect(tab.item(first).locator('a')).to_have_attribute('aria-current', 'page')


async def test_message_goes_where_it_was_written(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.ask('tokens=3')
    await tab.has_status('complete')
    first = tab.conversation_id
    await tab.new_chat()
    await tab.ask('tokens=3')
    await tab.has_status('complete')
    await tab.item(first).locator('a').click()
    await tab.send('tokens=4')  # at once, whether the server has answered the click or not
    await tab.page.wait_for_url(f'**/c/{first}')
    await expect(tab.questions).to_have_count(2)
    await tab.has_status('complete')
    assert await tab.words() == numbered(4)


async def test_list_tells_what_streams_and_what_ended_unseen(
    app: AppProcess, open_tab: OpenTab, ollama: OllamaServer
) -> None:
    tab = await open_tab(app)
    await tab.ask('tokens=100 rate=60')
    item = tab.item(tab.conversation_id)
    await expect(item).to_have_attribute('data-streaming', 'true')
    await tab.new_chat()
    await expect(item).to_have_attribute('data-streaming', 'true')
    await ollama.until(lambda: ollama.asked('/api/chat')[-1].ended_at)
    await expect(item).to_have_attribute('data-streaming', 'false')
    await expect(item).to_have_attribute('data-unread', 'true')
    await expect(item.get_by_label('New answer')).to_be_visible()
    await tab.page.reload()
    await expect(item).to_have_attribute('data-unread', 'true')
    await item.locator('a').click()
    await expect(item).to_have_attribute('data-unread', 'false')
    await tab.page.reload()
    await expect(item).to_have_attribute('data-unread', 'false')


async def test_what_was_watched_to_its_end_is_not_unread(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.ask('tokens=10')
    await tab.has_status('complete')
    await tab.page.reload()
    await expect(tab.item(tab.conversation_id)).to_have_attribute('data-unread', 'false')
