"""Starts the app and the model server as processes of their own, and reads what the system knows of them."""

import asyncio
import os
import socket
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import psutil  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[2]
MEGABYTE = 1_000_000
NOT_PASSED_ON = 'GUILHERME_', 'PYTEST_'
"""Beginnings of variables that the app must not see: settings of whoever measures, and that this is a test."""

START_LIMIT = 30.0
"""Seconds after which a process that does not answer is given up."""


@dataclass(frozen=True, slots=True)
class Running:
    """A process that answers at `url`; `ready_after` are the seconds from its start to the first answer."""

    url: str
    pid: int
    ready_after: float

    def cpu_seconds(self) -> float:
        """Give the CPU time it has used, all threads together."""
        if sys.platform == 'linux':  # the clock of another process, to the nanosecond; /proc counts in 10 ms
            return time.clock_gettime((~self.pid << 3) | 2)
        times = psutil.Process(self.pid).cpu_times()
        return float(times.user + times.system)

    def memory(self) -> float:
        """Give the memory it holds in RAM, in MB."""
        return float(psutil.Process(self.pid).memory_info().rss / MEGABYTE)


@asynccontextmanager
async def app(data_dir: Path, model_url: str, **settings: str) -> AsyncIterator[Running]:
    """Run the app on a data folder, with settings by their names in the environment, until the context is left."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(NOT_PASSED_ON)}
    environment |= {'OLLAMA_HOST': model_url, 'GUILHERME_LOG_LEVEL': 'ERROR', 'PYTHONWARNINGS': 'ignore'}
    environment |= settings
    command = ['main.py', '--port', str(port), '--data-dir', str(data_dir)]
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(ROOT / command[0]), *command[1:], cwd=data_dir, env=environment, stdout=DEVNULL
    )
    try:
        url = f'http://127.0.0.1:{port}'
        await _answers(f'{url}/readyz', process)
        yield Running(url, process.pid, time.monotonic() - began)
    finally:
        await _end(process)


@asynccontextmanager
async def model_server() -> AsyncIterator[Running]:
    """Run the stand-in for Ollama until the context is left."""
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        sys.executable, '-m', 'scripts.benchmark.model_server', cwd=ROOT, stdout=PIPE
    )
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), START_LIMIT)
        yield Running(line.decode().split()[-1], process.pid, time.monotonic() - began)
    finally:
        await _end(process)


def free_port() -> int:
    """Find a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return int(probe.getsockname()[1])


async def _answers(url: str, process: Process) -> None:
    async with asyncio.timeout(START_LIMIT), aiohttp.ClientSession() as http:
        while process.returncode is None:
            try:
                async with http.get(url) as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientError:
                await asyncio.sleep(0.005)
    raise RuntimeError(f'the process ended with {process.returncode} before it answered at {url}')


async def _end(process: Process) -> None:
    if process.returncode is None:
        process.terminate()
    await process.wait()
