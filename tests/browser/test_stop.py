"""Stop means stop (P5): from any tab, at once, and what came stays."""

from playwright.async_api import expect

from tests.browser.conftest import OpenTab
from tests.browser.screen import Screen, numbered
from tests.support.app_process import AppProcess
from tests.support.ollama_server import OllamaServer

IN_TIME = 1.0
"""Seconds from the click to the disconnect. The promise is 0.1, and it is 0.01; the rest is for a busy machine."""


async def stop_and_measure(tab: Screen, ollama: OllamaServer) -> float:
    """Press *stop*; give the seconds until the model server saw its client go away."""
    request = ollama.asked('/api/chat')[-1]
    clicked_at: float = await tab.part('stop').evaluate(
        'button => { const now = Date.now(); button.click(); return now; }'
    )
    gone_at = await ollama.until(lambda: request.disconnected_at)
    assert gone_at is not None
    print(f'from the click to the disconnect: {1000 * gone_at - clicked_at:.0f} ms')
    return gone_at - clicked_at / 1000


async def test_stop_from_another_tab(app: AppProcess, open_tab: OpenTab, ollama: OllamaServer) -> None:
    asking = await open_tab(app)
    await asking.ask('tokens=5000 rate=50')
    await asking.shows('w20 ')
    other = await open_tab(app, f'/c/{asking.conversation_id}')
    assert await stop_and_measure(other, ollama) < IN_TIME
    for tab in (asking, other):
        await tab.has_status('stopped')
        await expect(tab.part('stop')).to_have_count(0)
    words = await asking.words()
    assert len(words) > 20
    assert words == await other.words() == numbered(len(words))
    for tab in (asking, other):
        await tab.page.reload()
        assert await tab.words() == words


async def test_stop_before_the_first_token(app: AppProcess, open_tab: OpenTab, ollama: OllamaServer) -> None:
    tab = await open_tab(app)
    asked = len(ollama.asked('/api/chat'))
    await tab.ask('tokens=5 load=60')
    await ollama.until(lambda: len(ollama.asked('/api/chat')) > asked)
    assert await stop_and_measure(tab, ollama) < IN_TIME
    await tab.has_status('stopped')
    assert await tab.words() == []
    await tab.ask('tokens=5')
    await tab.has_status('complete')
    assert await tab.words() == numbered(5)


async def test_stopped_reply_goes_on_from_where_it_ended(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.ask('tokens=300 rate=100')
    await tab.shows('w20 ')
    await tab.part('stop').click()
    await tab.has_status('stopped')
    await tab.reply.get_by_test_id('message-continue').click()
    await tab.has_status('complete')
    assert await tab.words() == numbered(300)


async def test_stop_ends_only_the_conversation_it_is_pressed_in(
    app: AppProcess, open_tab: OpenTab, ollama: OllamaServer
) -> None:
    one, two = await open_tab(app), await open_tab(app)
    await one.ask('tokens=150 rate=60')
    await two.ask('tokens=5000 rate=60')
    await two.shows('w5 ')
    await two.part('stop').click()
    await two.has_status('stopped')
    await one.has_status('complete')
    assert await one.words() == numbered(150)
