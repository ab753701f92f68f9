"""Sending twice with the same id does no harm: one message, one run of the model."""

import json
from typing import Any
from uuid import uuid4

from playwright.async_api import expect

from tests.browser.conftest import OpenTab, StartApp
from tests.browser.screen import Screen, numbered
from tests.support.app_process import AppProcess
from tests.support.ollama_server import OllamaServer


def message(**changes: Any) -> dict[str, Any]:
    """Make what the composer keeps until the server has confirmed it."""
    sent = {'conversation': str(uuid4()), 'message': str(uuid4()), 'text': 'tokens=30 rate=50', 'fresh': True}
    return sent | {'model': 'ollama/gemma2:2b'} | changes


async def keep_unsent(tab: Screen, *messages: dict[str, Any]) -> None:
    """Put messages where a page that was closed too early would have left them."""
    await tab.evaluate('unsent => localStorage.setItem("guilherme:unsent", unsent)', json.dumps(messages))


async def test_two_tabs_send_what_was_left_unsent(app: AppProcess, open_tab: OpenTab, ollama: OllamaServer) -> None:
    tab = await open_tab(app)
    asked = len(ollama.asked('/api/chat'))
    sent = message()
    await keep_unsent(tab, sent)
    others = [await open_tab(app, beside=tab) for _ in range(2)]
    await tab.page.reload()
    await tab.item(sent['conversation']).locator('a').click()
    await tab.has_status('complete')
    assert await tab.words() == numbered(30)
    assert await tab.questions.count() == 1
    await tab.page.wait_for_function('() => !localStorage.getItem("guilherme:unsent")')
    assert all([await other.item(sent['conversation']).count() == 1 for other in others])
    assert len(ollama.asked('/api/chat')) == asked + 1


async def test_sent_again_after_it_was_answered(app: AppProcess, open_tab: OpenTab, ollama: OllamaServer) -> None:
    tab = await open_tab(app)
    await tab.send('tokens=20')
    await tab.has_status('complete')
    await expect(tab.questions).to_have_count(1)
    asked = len(ollama.asked('/api/chat'))
    question_id = await tab.questions.get_attribute('data-message-id')
    again = message(conversation=tab.conversation_id, message=question_id, text='tokens=20')
    await keep_unsent(tab, again)
    await tab.page.reload()
    await tab.page.wait_for_function('() => !localStorage.getItem("guilherme:unsent")')
    await expect(tab.questions).to_have_count(1)
    assert await tab.words() == numbered(20)
    assert len(ollama.asked('/api/chat')) == asked


async def test_id_of_another_conversation_is_refused(app: AppProcess, open_tab: OpenTab, ollama: OllamaServer) -> None:
    tab = await open_tab(app)
    await tab.ask('tokens=5')
    await tab.has_status('complete')
    asked = len(ollama.asked('/api/chat'))
    taken = await tab.questions.get_attribute('data-message-id')
    await keep_unsent(tab, message(message=taken, text='tokens=6'))
    await tab.page.reload()
    await tab.page.wait_for_function('() => !localStorage.getItem("guilherme:unsent")')
    assert await tab.words() == numbered(5)
    assert len(ollama.asked('/api/chat')) == asked


async def test_several_unsent_messages_of_one_conversation(start_app: StartApp, open_tab: OpenTab) -> None:
    """Only one answer at a time: the next message waits its turn."""
    app = await start_app()
    tab = await open_tab(app)
    await tab.ask('tokens=5')
    await tab.has_status('complete')
    here = tab.conversation_id
    first = message(conversation=here, fresh=False, text='tokens=60 rate=30')
    second = message(conversation=here, fresh=False, text='tokens=4 and one more')
    await keep_unsent(tab, first, second)
    await tab.page.reload()
    await expect(tab.questions).to_have_count(2)
    await expect(tab.part('queued-message')).to_have_text(['tokens=4 and one more'])
    await expect(tab.composer).to_have_value('')
    await expect(tab.questions).to_have_count(3)
    await expect(tab.body).to_have_text(' '.join(numbered(4)))
