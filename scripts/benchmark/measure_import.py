"""Importing a large file: memory, time, and how a reply fares that streams meanwhile."""

import asyncio
import json
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp

from scripts.benchmark.crowd import crowd
from scripts.benchmark.processes import MEGABYTE, Running, app
from scripts.benchmark.stage import Stage
from scripts.benchmark.table import Row, at_most, share

SIZE, QUICK_SIZE = 500, 50
"""MB of the file."""

MESSAGES = 20
WORDS = 160
LIMIT = 1200.0
"""Seconds after which an import that does not end is given up."""

BEGINNINGS = 'ma', 'to', 'ri', 'ple', 'so', 'con', 'ver', 'de'
ENDINGS = 'ra', 'nto', 'va', 'l', 'mos', 'ção', 'do', 'zer'
VOCABULARY = [beginning + ending for beginning in BEGINNINGS for ending in ENDINGS]


async def measure(stage: Stage) -> list[Row]:
    """Send a large export of ChatGPT's while somebody reads replies, and once more."""
    size = QUICK_SIZE if stage.quick else SIZE
    with TemporaryDirectory() as folder:
        export = Path(folder) / 'conversations.json'
        count = await asyncio.to_thread(_write, export, size * MEGABYTE)
        data = Path(folder) / 'data'
        data.mkdir()
        async with app(data, stage.model.url) as server:
            await crowd(server.url, 1, 'kind=clock tokens=60 rate=30', 60)  # warm
            calm = await _lags(server, 10)
            before = server.memory()
            peak = _Peak(server)
            seconds, lags = await _import(server, export, data, count)
            return [
                at_most(f'import of {size} MB: memory beyond that before', await peak.end() - before, 300, 'MB'),
                Row(f'import of {size} MB: {count:,} conversations', '', f'{seconds:.0f} s', None),
                Row(
                    'meanwhile, a reply at 30 tokens/s: lag, median / 99th percentile',
                    '',
                    f'{share(lags, 0.5) * 1e3:.0f} / {share(lags, 0.99) * 1e3:.0f} ms '
                    f'(without an import {share(calm, 0.5) * 1e3:.0f} / {share(calm, 0.99) * 1e3:.0f} ms)',
                    None,
                ),
            ]


async def _import(server: Running, export: Path, data: Path, count: int) -> tuple[float, list[float]]:
    """Give the seconds from the first byte sent to the last conversation given, and the lags of replies meanwhile."""
    began = time.monotonic()
    done = asyncio.ensure_future(_send_and_wait(server, export, data, count))
    lags: list[float] = []
    while not done.done():
        lags += await _lags(server, 5)
    await done
    return done.result() - began, lags


async def _send_and_wait(server: Running, export: Path, data: Path, count: int) -> float:
    async with aiohttp.ClientSession() as http:
        with export.open('rb') as file:
            async with http.post(f'{server.url}/import', data=file) as response:
                assert response.status == 202, await response.text()
    async with asyncio.timeout(LIMIT):
        while await asyncio.to_thread(_given, data) < count:  # noqa: ASYNC110 (nothing tells)
            await asyncio.sleep(0.2)
    return time.monotonic()


def _given(data: Path) -> int:
    with closing(sqlite3.connect(data / 'guilherme.db')) as database:
        query = "SELECT count(*) FROM conversation WHERE owner_id = 'local' AND title LIKE 'Imported %'"
        return int(database.execute(query).fetchone()[0])


async def _lags(server: Running, seconds: int) -> list[float]:
    [seen] = await crowd(server.url, 1, f'kind=clock tokens={30 * seconds} rate=30', 30 * seconds)
    if not seen.right:
        raise RuntimeError('tokens came out of order')
    return seen.lags


class _Peak:
    """Watches the memory of a process."""

    def __init__(self, server: Running) -> None:
        self._server = server
        self._most = 0.0
        self._task = asyncio.ensure_future(self._watch())

    async def _watch(self) -> None:
        while True:
            self._most = max(self._most, self._server.memory())
            await asyncio.sleep(0.05)

    async def end(self) -> float:
        """Give the most it held, in MB."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        return self._most


def _write(file: Path, size: int) -> int:
    """Write an export of at least so many bytes; give the number of conversations."""
    chance, number = random.Random(1), 0
    with file.open('w') as out:
        out.write('[')
        while out.tell() < size:
            out.write(',' * bool(number) + json.dumps(_conversation(chance, number)))
            number += 1
        out.write(']')
    return number


def _conversation(chance: random.Random, number: int) -> dict[str, object]:
    nodes = dict(_nodes(chance, number))
    head = [*nodes][-1]
    outline = {'title': f'Imported {number}', 'id': f'c{number}', 'create_time': 1.7e9, 'current_node': head}
    return {**outline, 'mapping': nodes}


def _nodes(chance: random.Random, number: int) -> Iterator[tuple[str, dict[str, object]]]:
    for turn in range(MESSAGES):
        text = ' '.join(chance.choices(VOCABULARY, k=WORDS))
        message = {
            'author': {'role': ('user', 'assistant')[turn % 2]},
            'create_time': 1.7e9 + 60 * number + turn,
            'content': {'content_type': 'text', 'parts': [text]},
        }
        yield f'{number}-{turn}', {'parent': f'{number}-{turn - 1}' if turn else None, 'message': message}
