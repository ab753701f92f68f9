"""From Enter to the first token in the page, in short and long conversations; and a reply that comes all at once."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp

from scripts.benchmark.model_server import MODEL
from scripts.benchmark.processes import Running, app
from scripts.benchmark.stage import Stage
from scripts.benchmark.stored import fill
from scripts.benchmark.tab import Tab, tab
from scripts.benchmark.table import Row, at_most, middle, shown

QUESTION = 'kind=num tokens=5 burst=1'
BURST = 4_000
LONG = 1_000
PAUSE = 0.5
"""Seconds between what came before and the question: nobody asks while the page still loads or the last answer ends."""

BURSTS = {'num': 'one paragraph', 'prose': 'prose', 'fence': 'one code fence', 'list': 'one list'}


async def measure(stage: Stage) -> list[Row]:
    """Ask again and again, from the welcome page and in conversations."""
    repeats = 7 if stage.quick else 21
    with TemporaryDirectory() as folder:
        [long] = (await fill(Path(folder), {LONG: 1}))[LONG]
        async with app(Path(folder), stage.model.url) as server, tab(stage.browser) as page:

            async def in_new_chat() -> float:
                await page.go(server.url)
                return await _asked(page)

            direct = await _median(repeats, lambda: first_line(stage.model))
            new = await _median(repeats, in_new_chat)
            existing = await _median(repeats, lambda: _asked(page))
            await page.go(f'{server.url}/c/{long}')
            in_long = await _median(repeats, lambda: _asked(page))
            rows = [
                at_most('Enter → first token shown, new chat, beyond the model server’s own', new - direct, 25, 'ms'),
                at_most('the same in an existing conversation', existing - direct, 25, 'ms'),
                _compared(existing, in_long),
            ]
            return rows + await _bursts(page, server.url, 2 if stage.quick else 5)


async def first_line(model: Running) -> float:
    """Give the milliseconds until the model server's first token, asked directly."""
    body = {'model': MODEL, 'messages': [{'role': 'user', 'content': QUESTION}], 'stream': True}
    async with aiohttp.ClientSession() as http:
        began = time.monotonic()
        async with http.post(f'{model.url}/api/chat', json=body) as response:
            assert json.loads(await response.content.readline())['message']['content']
            return (time.monotonic() - began) * 1000


async def _median(repeats: int, once: Callable[[], Awaitable[float]]) -> float:
    for _ in range(2):  # warm
        await once()
    return middle([await once() for _ in range(repeats)])


async def _asked(page: Tab) -> float:
    await asyncio.sleep(PAUSE)
    taken = await page.ask(QUESTION)
    await page.answered()
    return taken


def _compared(existing: float, in_long: float) -> Row:
    times = in_long / existing
    measured = f'× {shown(times)} ({shown(in_long)} against {shown(existing)} ms)'
    name = f'Enter → first token in a conversation of {LONG:,} messages, against a new one'
    return Row(name, '≤ × 1.2', measured, times <= 1.2)


async def _bursts(page: Tab, url: str, repeats: int) -> list[Row]:
    rows = []
    for kind, name in BURSTS.items():
        times = []
        for _ in range(repeats):
            await page.go(url)
            asked = f'kind={kind} tokens={BURST} burst=1'
            times.append(await page.ask(asked, "probe.last().dataset.status === 'complete'"))
        measure = f'{BURST:,} tokens that arrive at once, {name}: Enter → all shown and complete'
        rows.append(at_most(measure, middle(times) / 1000, 0.5, 's'))
    return rows
