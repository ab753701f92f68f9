"""Titles a model gives, as a person sees them come."""

from playwright.async_api import expect

from tests.browser.conftest import OpenTab, StartApp
from tests.support.naming_server import NamingServer

QUESTION = 'tokens=5 How do I bake a carrot cake that children like'


async def test_a_title_comes_by_itself_to_every_place_that_shows_it(start_app: StartApp, open_tab: OpenTab) -> None:
    async with NamingServer(script='kind=num') as server:
        app = await start_app(server.url, GUILHERME_TITLES='true')
        tab = await open_tab(app)
        await tab.ask(QUESTION)
        title = tab.item(tab.conversation_id).locator('.title')
        await expect(title).to_have_text('tokens=5 How do I bake a carro…')
        other = await open_tab(app)
        for each in (tab, other):
            await expect(each.item(tab.conversation_id).locator('.title')).to_have_text('Carrot cake')
        await expect(tab.part('conversation-title')).to_have_text('Carrot cake')
        await expect(tab.page).to_have_title('Carrot cake · Guilherme')
        await tab.has_status('complete')
        await tab.page.reload()
        await expect(tab.part('conversation-title')).to_have_text('Carrot cake')
