"""What a token costs: CPU of the server, CPU of the browser, bytes between them; and whether long replies cost more."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts.benchmark.processes import Running, app
from scripts.benchmark.stage import Stage
from scripts.benchmark.tab import Tab, tab
from scripts.benchmark.table import Row, shown

RATE = 100
"""Tokens a second: a small model on a good machine. With a slower one, fewer tokens share the costs of a tick."""

SLOW_RATE = 30
KINDS = {'prose': 'prose', 'fence': 'one code fence', 'list': 'one list', 'num': 'numbered words, one paragraph'}
LENGTHS = (500, 2_000, 8_000)
SETTLE_SECONDS, IDLE_SECONDS = 1.0, 2.0


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one token: server CPU in ms, CPU of the page's main thread in ms, bytes over the websocket."""

    server: float
    browser: float
    payload: float


@dataclass(frozen=True, slots=True)
class _Reading:
    at: float
    server: float
    browser: float
    payload: int


async def measure(stage: Stage) -> list[Row]:
    """Stream replies of several kinds and lengths into one page."""
    lengths = LENGTHS[:2] if stage.quick else LENGTHS
    rows: list[Row] = []
    with TemporaryDirectory() as folder:
        async with app(Path(folder), stage.model.url) as server, tab(stage.browser) as page:
            await page.go(server.url)
            await cost(server, page, 'kind=markdown tokens=300 rate=100', 300)  # warm: imports, code, caches
            for kind, name in KINDS.items():
                costs = [await cost(server, page, f'kind={kind} tokens={n} rate={RATE}', n) for n in lengths]
                rows += _rows(name, lengths, costs)
            slow = await cost(server, page, f'kind=prose tokens={LENGTHS[0]} rate={SLOW_RATE}', LENGTHS[0])
            rows.append(_slow(slow))
    return rows


async def cost(server: Running, page: Tab, directives: str, tokens: int) -> Cost:
    """Stream one reply in a new conversation, from its first token to its end; what an idle page costs is taken off."""
    await page.go(server.url)
    await asyncio.sleep(SETTLE_SECONDS)
    before = await _read(server, page)
    await asyncio.sleep(IDLE_SECONDS)
    idle = await _read(server, page)
    await page.ask(directives)
    begun = await _read(server, page)
    await page.answered()
    ended = await _read(server, page)
    times = (ended.at - begun.at) / (idle.at - before.at)
    return Cost(
        ((ended.server - begun.server) - (idle.server - before.server) * times) * 1000 / tokens,
        ((ended.browser - begun.browser) - (idle.browser - before.browser) * times) * 1000 / tokens,
        (ended.payload - begun.payload) / tokens,
    )


async def _read(server: Running, page: Tab) -> _Reading:
    browser = await page.main_thread_seconds()
    return _Reading(asyncio.get_running_loop().time(), server.cpu_seconds(), browser, page.frame_bytes)


def _rows(name: str, lengths: tuple[int, ...], costs: list[Cost]) -> list[Row]:
    limits = (
        ('server CPU per token', 'ms', 0.25, [cost.server for cost in costs]),
        ('browser CPU per token', 'ms', 1.0, [cost.browser for cost in costs]),
        ('websocket payload per token', 'bytes', 60.0, [cost.payload for cost in costs]),
    )
    sizes = ' / '.join(f'{length:,}' for length in lengths)
    return [
        Row(
            f'{what}, {name}, {sizes} tokens at {RATE}/s',
            f'≤ {shown(limit)} {unit}, longest ≤ 1.2 × shortest',
            f'{" / ".join(map(shown, values))} {unit} (× {shown(values[-1] / values[0])})',
            max(values) <= limit and values[-1] <= 1.2 * values[0],
        )
        for what, unit, limit, values in limits
    ]


def _slow(cost: Cost) -> Row:
    measured = f'{shown(cost.server)} ms, {shown(cost.browser)} ms, {shown(cost.payload)} bytes'
    return Row(f'the same three for prose at {SLOW_RATE} tokens/s', '', measured, None)
