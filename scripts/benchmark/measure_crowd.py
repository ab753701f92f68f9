"""Many replies at once, each watched by a client of its own."""

from pathlib import Path
from tempfile import TemporaryDirectory

from scripts.benchmark.crowd import Seen, crowd
from scripts.benchmark.processes import Running, app
from scripts.benchmark.stage import Stage
from scripts.benchmark.table import Row, at_most, middle, share

RATE = 30
SECONDS = 12
"""How long all replies of a crowd stream together; lags count from one second after the last one began."""

BEGUN_PER_SECOND = 20
"""How quickly a crowd gathers."""

LAG_LIMIT = 0.25
"""Seconds from a token's making to its arrival that 99 of 100 tokens must not exceed."""

WANTED = 200
STEPS = (100, 150, 200, 250, 300, 350, 400)
BURSTS = {50: 100.0, 100: 200.0}
"""Replies asked for in the same moment: how many, and the milliseconds their median first token may take."""


async def measure(stage: Stage) -> list[Row]:
    """Let crowds of several sizes watch replies, until one is too many; then crowds that ask in the same moment."""
    rows = [await _held(stage)]
    for count, limit in BURSTS.items():
        rows += await _burst(stage, count, limit)
    return rows


async def _held(stage: Stage) -> Row:
    """Find how many replies one process holds."""
    found: dict[int, float] = {}
    for count in (WANTED,) if stage.quick else STEPS:
        with TemporaryDirectory() as folder:
            async with app(Path(folder), stage.model.url) as server:
                found[count] = await _lag(server, count)
        if found[count] >= LAG_LIMIT and count >= WANTED:
            break
    held = max((count for count, lag in found.items() if lag < LAG_LIMIT), default=0)
    lags = ', '.join(f'{count}: {lag * 1000:.0f}' for count, lag in found.items())
    measured = f'{held} (99th percentile in ms for so many replies: {lags})'
    name = f'replies at once at {RATE} tokens/s, each watched by a client, 99th percentile of the lag ≤ 250 ms'
    return Row(name, f'≥ {WANTED}', measured, held >= WANTED)


async def _lag(server: Running, count: int) -> float:
    """Give the 99th percentile of the lag in seconds; infinite if anybody missed a token."""
    gathering = count / BEGUN_PER_SECOND
    tokens = int(RATE * (gathering + SECONDS))
    seen = await crowd(server.url, count, f'kind=clock tokens={tokens} rate={RATE}', tokens, spread=gathering)
    lags: list[float] = []
    for number, each in enumerate(seen):
        all_there = int(RATE * (gathering - number / BEGUN_PER_SECOND))
        lags += each.lags[all_there + RATE : all_there + RATE * SECONDS]
    return share(lags, 0.99) if all(each.right for each in seen) else float('inf')


async def _burst(stage: Stage, count: int, limit: float) -> list[Row]:
    rounds: list[list[Seen]] = []
    for _ in range(1 if stage.quick else 3):
        with TemporaryDirectory() as folder:
            async with app(Path(folder), stage.model.url) as server:
                await crowd(server.url, 5, 'kind=clock tokens=20 rate=30', 20)  # warm
                rounds.append(await crowd(server.url, count, 'kind=clock tokens=60 rate=30', 60))
    first = middle(middle(each.first for each in seen) for seen in rounds) * 1000
    right = sum(each.right for seen in rounds for each in seen)
    asked = sum(map(len, rounds))
    return [
        at_most(f'{count} replies asked for at once, first token (median)', first, limit, 'ms'),
        Row(f'{count} replies asked for at once, right', 'all', f'{right} of {asked}', right == asked),
    ]
