"""The home page: with an empty cache, and with many conversations: some pinned, in folders, put aside, thrown away."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp

from scripts.benchmark.processes import MEGABYTE, Running, app
from scripts.benchmark.stage import Stage
from scripts.benchmark.stored import arrange, fill
from scripts.benchmark.tab import tab
from scripts.benchmark.table import Row, at_most, middle, shown

FEW, MANY = 100, 10_000
PAGES = 40
"""Pages asked for to know what one costs the server."""


async def measure(stage: Stage) -> list[Row]:
    """Open the page as somebody who was never there, then with a short and a long list."""
    rows = await _cold(stage)
    few, many = await _with_conversations(stage, FEW), await _with_conversations(stage, MANY)
    for what, index in (('server, GET /', 0), ('ready in the browser', 1)):
        times = many[index] / few[index]
        measured = f'× {shown(times)} ({shown(many[index])} against {shown(few[index])} ms)'
        name = f'home page with {MANY:,} conversations against {FEW}, {what}'
        rows.append(Row(name, '≤ × 1.2', measured, times <= 1.2))
    return rows


async def _cold(stage: Stage) -> list[Row]:
    ready, transferred, requests = [], [], []
    with TemporaryDirectory() as folder:
        async with app(Path(folder), stage.model.url) as server:
            for _ in range(3 if stage.quick else 9):
                async with tab(stage.browser) as page:
                    ready.append(await page.go(server.url))
                    await page.page.wait_for_load_state('networkidle')
                    transferred.append(page.transferred)
                    requests.append(page.requests)
    return [
        at_most('home page, empty cache: ready to write', middle(ready) / 1000, 0.6, 's'),
        at_most('home page, empty cache: transferred', middle(transferred) / MEGABYTE, 1, 'MB'),
        at_most('home page, empty cache: requests', middle(requests), 60, 'requests'),
    ]


async def _with_conversations(stage: Stage, count: int) -> tuple[float, float]:
    """Give the milliseconds until the page has come, and until one can write (files are in the cache)."""
    with TemporaryDirectory() as folder:
        [ids] = (await fill(Path(folder), {2: count})).values()
        await arrange(Path(folder), ids)
        async with app(Path(folder), stage.model.url) as server, tab(stage.browser) as page:
            came = await _came(server)
            await page.go(server.url)
            ready = [await page.go(server.url) for _ in range(3 if stage.quick else 9)]
    return came, middle(ready)


async def _came(server: Running) -> float:
    times = []
    async with aiohttp.ClientSession() as http:
        for _ in range(PAGES):
            began = time.monotonic()
            async with http.get(server.url) as response:
                await response.read()
            times.append((time.monotonic() - began) * 1000)
    return middle(times)
