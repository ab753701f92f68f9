"""Everything that answers is a stream of deltas (P6): a source made in a few lines is treated as a model is."""

from playwright.async_api import expect

from tests.browser.conftest import OpenTab, StartApp
from tests.browser.screen import numbered
from tests.support.counting_app import COUNTED, REPLY


async def test_new_source_streams_survives_a_reload_and_stops(start_app: StartApp, open_tab: OpenTab) -> None:
    app = await start_app(command=('-m', 'tests.support.counting_app'))
    tab = await open_tab(app, f'/c/{COUNTED}')
    await expect(tab.item(COUNTED)).to_have_attribute('data-streaming', 'true')
    await tab.shows('w30 ')
    await tab.page.reload()
    assert 'w30' in await tab.words()
    await tab.shows('w60 ')
    await tab.part('stop').click()
    await tab.has_status('stopped')
    words = await tab.words()
    assert words == numbered(len(words))
    status, stored = app.stored_reply(REPLY)
    assert (status, stored.split()) == ('stopped', words)
