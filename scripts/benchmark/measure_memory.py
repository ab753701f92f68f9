"""Memory that must not grow: conversations opened in one page, and pages that come and go."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp

from scripts.benchmark.crowd import Visitor
from scripts.benchmark.processes import Running, app
from scripts.benchmark.stage import Stage
from scripts.benchmark.stored import fill
from scripts.benchmark.table import Row

OPENED = 1_000
PAGES = 300
PAGES_FORGOTTEN = 100.0
"""Seconds until the app has forgotten a page whose browser is gone (90 s, in case it comes back)."""

FLAT = 1.05
"""How much more may be held in the end."""


async def measure(stage: Stage) -> list[Row]:
    """Open and close many conversations; with time, many pages too."""
    with TemporaryDirectory() as folder:
        ids = (await fill(Path(folder), {20: OPENED}))[20]
        async with app(Path(folder), stage.model.url) as server, aiohttp.ClientSession() as http:
            rows = [await _conversations(server, http, ids)]
            if not stage.quick:
                rows.append(await _pages(server, http, ids))
            return rows


async def _conversations(server: Running, http: aiohttp.ClientSession, ids: list[str]) -> Row:
    """Go through all conversations twice: the first time, caches fill up to their limits."""
    visitor = Visitor(http, server.url)
    await visitor.arrive()
    held = []
    for _ in range(2):
        for conversation_id in ids:
            await visitor.open(conversation_id)
        held.append(server.memory())
    await visitor.leave()
    return _row(f'memory after {OPENED:,} conversations of 20 messages were opened and closed', *held)


async def _pages(server: Running, http: aiohttp.ClientSession, ids: list[str]) -> Row:
    await _come_and_go(server, http, ids)
    before = server.memory()
    for _ in range(2):
        await _come_and_go(server, http, ids)
    name = f'memory after {2 * PAGES:,} more pages with a conversation came and went'
    return _row(name, before, server.memory())


async def _come_and_go(server: Running, http: aiohttp.ClientSession, ids: list[str]) -> None:
    for conversation_id in ids[:PAGES]:
        visitor = Visitor(http, server.url)
        await visitor.arrive(f'/c/{conversation_id}')
        await visitor.leave()
    await asyncio.sleep(PAGES_FORGOTTEN)


def _row(measure: str, before: float, after: float) -> Row:
    measured = f'× {after / before:.2f} ({before:.0f} → {after:.0f} MB)'
    return Row(measure, f'≤ × {FLAT}', measured, after <= FLAT * before)
