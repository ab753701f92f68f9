"""A tab of a real Chromium, with clocks inside the page and the counters of its developer tools."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

from playwright.async_api import Browser, CDPSession, Page

LIMIT = 120_000
"""Milliseconds after which a page that does not get there is given up."""

PROBE = """
window.probe = {
  begun: 0,
  arm(condition) {
    const holds = new Function('return ' + condition);
    this.reached = new Promise((resolve) => {
      const look = () => {
        if (!holds()) return;
        observer.disconnect();
        resolve(performance.now());
      };
      const observer = new MutationObserver(look);
      observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
      look();
    });
  },
  replies: () => document.querySelectorAll('[data-testid="message"][data-role="assistant"]').length,
  last: () => [...document.querySelectorAll('[data-testid="message"][data-role="assistant"]')].at(-1),
  text: () => probe.last()?.querySelector('[data-testid="message-body"]').textContent ?? '',
};
const note = (event) => { probe.begun = event.timeStamp; };
addEventListener('keydown', note, true);
addEventListener('pointerdown', note, true);
document.addEventListener('focusin', (event) => {
  if (event.target.dataset.testid === 'composer') probe.ready ??= performance.now();
});
"""


class Tab:
    """One page and what it has cost. Times are milliseconds of the page's own clock."""

    def __init__(self, page: Page, tools: CDPSession) -> None:
        self.page = page
        self.frame_bytes = 0
        self.frames = 0
        self.requests = 0
        self.transferred = 0
        self._tools = tools
        tools.on('Network.webSocketFrameReceived', self._count_frame)
        tools.on('Network.requestWillBeSent', self._count_request)
        tools.on('Network.loadingFinished', self._count_bytes)

    @classmethod
    async def of(cls, page: Page) -> Self:
        """Attach to a page."""
        tools = await page.context.new_cdp_session(page)
        await tools.send('Network.enable')
        await tools.send('Performance.enable', {'timeDomain': 'threadTicks'})
        return cls(page, tools)

    async def go(self, url: str) -> float:
        """Open an address; give the milliseconds until one can write."""
        await self.page.goto(url, wait_until='commit')
        await self.page.wait_for_function('window.probe?.ready && window.did_handshake', timeout=LIMIT)
        return float(await self.page.evaluate('probe.ready'))

    async def write(self, text: str) -> None:
        """Put a text into the composer."""
        await self.page.get_by_test_id('composer').fill(text)

    async def arm(self, condition: str) -> None:
        """Wait, inside the page, for a condition (JavaScript) that will hold after what is done next."""
        await self.page.evaluate('(condition) => probe.arm(condition)', condition)

    async def reached(self, *, since_input: bool = True) -> float:
        """Give when the condition held: milliseconds since the last key or click, or since the page was asked for."""
        measure = 'probe.reached.then((at) => at - probe.begun)' if since_input else 'probe.reached'
        try:
            async with asyncio.timeout(LIMIT / 1000):
                return float(await self.page.evaluate(measure))
        except TimeoutError as error:
            raise RuntimeError(f'the page did not get there: {await self.page.locator("body").inner_text()}') from error

    async def ask(self, text: str, condition: str = "probe.text() !== ''") -> float:
        """Send a message with Enter; give the milliseconds until a condition holds for the new answer."""
        await self.write(text)
        replies = await self.page.evaluate('probe.replies()')
        await self.arm(f'probe.replies() === {replies + 1} && ({condition})')
        await self.page.get_by_test_id('composer').press('Enter')
        return await self.reached()

    async def answered(self) -> None:
        """Wait until the last answer is complete."""
        await self.page.wait_for_function("probe.last()?.dataset.status === 'complete'", timeout=LIMIT)

    async def main_thread_seconds(self) -> float:
        """Give the CPU time the page's main thread has used: script, style, layout, paint."""
        metrics = await self._tools.send('Performance.getMetrics')
        return float(next(each['value'] for each in metrics['metrics'] if each['name'] == 'TaskDuration'))

    def _count_frame(self, event: dict[str, Any]) -> None:
        self.frames += 1
        self.frame_bytes += len(event['response']['payloadData'].encode())

    def _count_request(self, event: dict[str, Any]) -> None:
        self.requests += not event['request']['url'].startswith(('data:', 'ws:'))

    def _count_bytes(self, event: dict[str, Any]) -> None:
        self.transferred += int(event['encodedDataLength'])


@asynccontextmanager
async def tab(browser: Browser) -> AsyncIterator[Tab]:
    """Open a tab with an empty cache."""
    context = await browser.new_context(locale='en-US', viewport={'width': 1280, 'height': 800})
    try:
        await context.add_init_script(PROBE)
        yield await Tab.of(await context.new_page())
    finally:
        await context.close()
