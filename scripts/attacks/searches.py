"""Searches that would take all the time there is, in several tabs at once, over very many messages."""

import asyncio
from contextlib import AsyncExitStack

from playwright.async_api import expect

from scripts.attacks.stage import Stage
from tests.browser.screen import Screen

QUERIES = 'the 中 word', '中 o', 'a e o 字', 'o passo 数 resposta que 一', '"de" "o" 中'
TABS = 4
ANSWERED_WITHIN = 30_000  # ms, in the browser: what a person waits at the most


async def attack(stage: Stage) -> list[str]:
    """Let four tabs search for each at once; every tab must come to an answer."""
    async with AsyncExitStack() as stack:
        tabs = [await stack.enter_async_context(stage.tab()) for _ in range(TABS)]
        broken = []
        for query in QUERIES:
            for tab in tabs:
                await tab.part('search-conversations').fill('')
                await tab.part('search-conversations').press_sequentially(query)
            found = await asyncio.gather(*(_answered(tab) for tab in tabs))
            broken += [f'“{query}”: no answer in tab {number}' for number, each in enumerate(found, 1) if not each]
    return broken


async def _answered(tab: Screen) -> bool:
    try:
        await expect(tab.page.locator('#search-results[aria-busy=false]')).to_be_visible(timeout=ANSWERED_WITHIN)
    except AssertionError:
        return False
    return True
