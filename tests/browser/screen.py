"""One tab as a person sees it: what can be read and done on a page, by the `data-testid`s of the contract."""

import re
from typing import Any

from playwright.async_api import Locator, Page, expect

WATCH = """
// Remembers the longest text each streaming reply has ever shown. In the browser's own storage: it outlives the page.
new MutationObserver(() => {
  for (const message of document.querySelectorAll('[data-testid=message][data-status=streaming]')) {
    const key = 'shown:' + message.dataset.messageId;
    const text = message.querySelector('[data-testid=message-body]').textContent;
    if (text.length > (localStorage.getItem(key) || '').length) localStorage.setItem(key, text);
  }
}).observe(document, { subtree: true, childList: true, characterData: true });
"""


class Screen:
    """A tab of the app."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def part(self, testid: str) -> Locator:
        """Give the elements with a test id."""
        return self.page.get_by_test_id(testid)

    @property
    def composer(self) -> Locator:
        return self.part('composer')

    @property
    def reply(self) -> Locator:
        """The newest answer."""
        return self.page.locator('[data-testid=message][data-role=assistant]').last

    @property
    def body(self) -> Locator:
        """The text of the newest answer."""
        return self.reply.get_by_test_id('message-body')

    @property
    def questions(self) -> Locator:
        return self.page.locator('[data-testid=message][data-role=user]')

    @property
    def line(self) -> Locator:
        """What the page says of its connection."""
        return self.part('connection-state')

    @property
    def conversation_id(self) -> str:
        """The conversation in the address."""
        return self.page.url.rpartition('/c/')[2]

    def item(self, conversation_id: str) -> Locator:
        """Give a conversation's row in the list."""
        return self.page.locator(f'[data-testid=conversation-item][data-conversation-id="{conversation_id}"]')

    async def open(self, path: str = '/') -> None:
        """Go to an address of the app and wait until it reacts."""
        await self.page.goto(self.url + path)
        await self.connected()

    async def connected(self) -> None:
        """Wait until the page can talk to its server."""
        await self.page.wait_for_function('() => window.socket?.connected && window.did_handshake')

    async def send(self, text: str) -> None:
        """Write a message and press Enter."""
        await self.composer.fill(text)
        await self.composer.press('Enter')

    async def ask(self, text: str) -> str:
        """Send a message and wait for the answer to begin; give the answer's id."""
        before = await self.questions.count()
        await self.send(text)
        await expect(self.questions).to_have_count(before + 1)
        await self.page.wait_for_function(
            """count => document.querySelectorAll('[data-testid=message][data-role=assistant]').length > count
                 && location.pathname.includes('/c/')""",
            arg=before,
        )
        return await self.reply_id()

    async def reply_id(self) -> str:
        return await self.reply.get_attribute('data-message-id') or ''

    async def new_chat(self) -> None:
        """Go to the welcome page by the button and wait until it is shown."""
        await self.part('new-chat').click()
        await expect(self.part('quick-action').first).to_be_visible()
        await self.page.wait_for_url(self.url + '/')

    async def switch_to(self, conversation_id: str) -> None:
        """Choose a conversation in the list and wait until it is shown."""
        await self.item(conversation_id).locator('a').click()
        await self.page.wait_for_url(f'**/c/{conversation_id}')

    async def has_status(self, status: str, timeout: float = 10) -> None:
        """Wait until the newest answer has a status."""
        await expect(self.reply).to_have_attribute('data-status', status, timeout=timeout * 1000)

    async def shows(self, text: str | re.Pattern[str], timeout: float = 10) -> None:
        """Wait until the newest answer holds a text."""
        await expect(self.body).to_contain_text(text, timeout=timeout * 1000)

    async def words(self) -> list[str]:
        """Give the words of the newest answer."""
        return (await self.body.text_content() or '').split()

    async def longest_shown(self, message_id: str) -> str:
        """Give the longest text a reply ever showed while it streamed, in any tab of this browser."""
        return str(await self.page.evaluate('id => localStorage.getItem("shown:" + id) || ""', message_id))

    async def evaluate(self, script: str, arg: Any = None) -> Any:
        return await self.page.evaluate(script, arg)


def numbered(count: int, letter: str = 'w') -> list[str]:
    """Give the words a stand-in model counts with."""
    return [f'{letter}{number}' for number in range(count)]
