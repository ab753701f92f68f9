"""What the page says of model servers and their models, while both change in front of it."""

from playwright.async_api import expect

from tests.browser.conftest import OpenTab, StartApp
from tests.support.ollama_server import OllamaServer


async def test_new_chat_looks_anew_at_the_server(start_app: StartApp, open_tab: OpenTab) -> None:
    """A model that was deleted is no longer begun with, and a server that went down is told."""
    async with OllamaServer(models=['gemma2:2b', 'qwen3:4b'], script='kind=num tokens=3') as server:
        tab = await open_tab(await start_app(server.url))
        chosen = tab.part('model-select')
        await chosen.select_option('ollama/qwen3:4b')
        await tab.ask('hello')
        await tab.has_status('complete')
        server.install(['gemma2:2b'])
        await tab.part('new-chat').click()
        await expect(chosen).to_have_value('ollama/gemma2:2b')
        await tab.ask('again')
        await tab.has_status('complete')
        assert [each.body['model'] for each in server.asked('/api/chat')][-1] == 'gemma2:2b'
        await server.stop()
        await tab.part('new-chat').click()
        await expect(tab.part('server-state')).to_contain_text('I cannot find Ollama')


async def test_models_of_the_cloud_are_marked_and_never_begun_with(start_app: StartApp, open_tab: OpenTab) -> None:
    async with OllamaServer(models=['big:cloud;cloud=1', 'small:1b'], script='kind=num') as server:
        tab = await open_tab(await start_app(server.url))
        await expect(tab.part('model-select')).to_have_value('ollama/small:1b')
        options = await tab.part('model-select').locator('option').all_inner_texts()
        assert options == ['☁ big:cloud · in the cloud · leaves this machine', 'small:1b']
        server.install(['big:cloud;cloud=1'])
        await tab.part('new-chat').click()
        await expect(tab.part('server-state')).to_contain_text('no model of its own')


async def test_a_download_that_failed_can_be_tried_again_and_closed(start_app: StartApp, open_tab: OpenTab) -> None:
    async with OllamaServer(models=['offline:1b', 'gemma2:2b'], script='kind=num tokens=3') as server:
        tab = await open_tab(await start_app(server.url))
        await tab.part('model-select').select_option('ollama/offline:1b')
        await tab.ask('hello')
        await tab.has_status('complete')
        server.install(['gemma2:2b'])
        await tab.ask('again')
        await tab.has_status('failed')
        await tab.reply.get_by_text('Download model').click()
        card = tab.part('download')
        await expect(card).to_contain_text('no connection to the internet')
        await expect(card.locator('.bar')).to_be_hidden()
        await tab.part('download-again').click()
        await server.until(lambda: len(server.asked('/api/pull')) == 2)
        await expect(card).to_contain_text('no connection to the internet')
        await tab.part('download-close').click()
        await expect(card).to_be_hidden()
