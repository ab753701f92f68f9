"""The real app as a process of its own: started, killed, ended and started again on the same port and data folder."""

import asyncio
import os
import re
import signal
import socket
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
PATIENCE = 30
"""Seconds to wait for `/readyz`, which takes about one, on a busy machine a few, or for an end."""

LOOK_AGAIN = 0.02
"""Seconds between two questions whether it is ready."""

BETWEEN_SIGNALS = 0.05
"""Seconds between two signals: those of a kind that come at once are one."""

COMPLAINT = re.compile(r'Traceback|\b(ERROR|CRITICAL)\b|Task was destroyed|never awaited|Exception ignored|Warning:')


class AppProcess:
    """One installation of the app: a data folder and a port, and a process while it runs.

    `settings` are environment variables; titles are not asked for unless they say so. `command` is what Python runs
    instead of `main.py`, `program` what runs instead of Python, in the folder `cwd`. `ready_at` is when the last start
    was ready, on the clock of `time.monotonic`.
    """

    def __init__(self, folder: Path, ollama_url: str, *, command: tuple[str, ...] = ('main.py',), **settings: str):
        folder.mkdir(parents=True, exist_ok=True)
        self.data_dir = folder / 'data'
        self.port = free_port()
        self.settings = settings
        self.ready_at = 0.0
        self.program, self.cwd = sys.executable, ROOT
        self._log = folder / 'app.log'
        self._folder = folder
        self._ollama_url = ollama_url
        self._command = command
        self._process: asyncio.subprocess.Process | None = None
        self._read = 0

    @property
    def url(self) -> str:
        return f'http://127.0.0.1:{self.port}'

    async def start(self) -> None:
        """Start the process and wait until it is ready."""
        self._process = await self.begin()
        await self._ready()
        self.ready_at = time.monotonic()

    async def begin(self) -> asyncio.subprocess.Process:
        """Start a process and give it, ready or not."""
        arguments = [*self._command, '--port', str(self.port), '--data-dir', str(self.data_dir)]
        with self._log.open('ab') as log:
            return await asyncio.create_subprocess_exec(
                self.program, *arguments, cwd=self.cwd, env=self.environment(), stdout=log, stderr=log
            )

    async def kill(self) -> None:
        """End it as a power cut does."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        self._process = None

    async def terminate(self, *signals: signal.Signals) -> tuple[int, float]:
        """Ask it to end, by SIGTERM or these signals in turn; give the exit code and how many seconds it took."""
        assert self._process is not None
        asked = time.monotonic()
        for number in signals or (signal.SIGTERM,):
            self._process.send_signal(number)
            await asyncio.sleep(BETWEEN_SIGNALS)
        code = await self._process.wait()
        self._process = None
        return code, time.monotonic() - asked

    async def ended(self) -> int:
        """Wait for the end of the process and give its code."""
        assert self._process is not None
        code = await asyncio.wait_for(self._process.wait(), PATIENCE)
        self._process = None
        return code

    def log(self) -> str:
        """Give everything it has written to its log and output, in all its runs."""
        return self._log.read_text('utf-8', 'replace') if self._log.exists() else ''

    def new_complaints(self) -> str:
        """Give the log since the last call if there is anything in it that nobody should have to see."""
        log = self.log()
        fresh, self._read = log[self._read :], len(log)
        return fresh if COMPLAINT.search(fresh) else ''

    def stored_reply(self, message_id: str) -> tuple[str, str]:
        """Read a reply's status and text from the SQLite database, whether it is sealed or still in the journal."""
        with closing(sqlite3.connect(self.data_dir / 'guilherme.db')) as database:
            query = 'SELECT status, content FROM message WHERE id = ?'
            status, content = database.execute(query, [message_id]).fetchone()
            query = "SELECT text FROM reply_delta WHERE message_id = ? AND kind = 'text' ORDER BY seq"
            return status, content + ''.join(text for (text,) in database.execute(query, [message_id]))

    def environment(self) -> dict[str, str]:
        """Give the variables its processes see."""
        kept = {name: os.environ[name] for name in ('PATH', 'HOME', 'LANG', 'VIRTUAL_ENV') if name in os.environ}
        places = {'NICEGUI_STORAGE_PATH': str(self._folder / 'nicegui'), 'PYTHONUNBUFFERED': '1'}
        return kept | places | {'OLLAMA_HOST': self._ollama_url, 'GUILHERME_TITLES': 'false'} | self.settings

    async def _ready(self) -> None:
        assert self._process is not None
        try:
            await until_ready(self._process, self.url)
        except RuntimeError as error:
            error.add_note(self.log())
            raise


@asynccontextmanager
async def running_app(
    folder: Path, ollama_url: str, *, command: tuple[str, ...] = ('main.py',), **settings: str
) -> AsyncIterator[AppProcess]:
    """Run the app for a while; it is killed at the end, whatever state it is in."""
    app = AppProcess(folder, ollama_url, command=command, **settings)
    try:
        await app.start()
        yield app
    finally:
        await app.kill()


async def until_ready(process: asyncio.subprocess.Process, url: str) -> None:
    """Wait until a process says at its address that it is ready.

    Raises:
        RuntimeError: it ended instead.
        TimeoutError: it was not ready within `PATIENCE`.
    """
    ended = asyncio.ensure_future(process.wait())
    try:
        async with httpx.AsyncClient() as client, asyncio.timeout(PATIENCE):
            while not await _answers(client, f'{url}/readyz'):
                if ended.done():
                    raise RuntimeError(f'the app ended with code {ended.result()}')
                await asyncio.wait([ended], timeout=LOOK_AGAIN)
    finally:
        ended.cancel()


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).status_code == 200
    except httpx.HTTPError:
        return False


def free_port() -> int:
    """Give a port nobody listens at."""
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return int(probe.getsockname()[1])
