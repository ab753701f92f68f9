"""Runs commands of the command line as whoever runs the app does."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType

from tests.support.app_process import ROOT

PATIENCE = 60
"""Seconds a command may take."""


@asynccontextmanager
async def begun(
    *arguments: str,
    python: tuple[str, ...] = (),
    stdin: int | None = None,
    stdout: int = asyncio.subprocess.PIPE,
    stderr: int = asyncio.subprocess.PIPE,
    settings: Mapping[str, str] = MappingProxyType({}),
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Begin to run `main.py`, with options for Python before it; it is killed at the end if it still runs."""
    kept = {name: os.environ[name] for name in ('PATH', 'HOME', 'GUILHERME_DATA_DIR', 'NICEGUI_STORAGE_PATH')}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *python,
        str(ROOT / 'main.py'),
        *arguments,
        env={**kept, 'PYTHONIOENCODING': 'utf-8', **settings},
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def run(*arguments: str, **settings: str) -> tuple[int | None, str, str]:
    """Run `main.py` to its end; give the exit code, what it printed and what it complained of."""
    async with begun(*arguments, settings=settings) as process:
        out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


def names(folder: Path) -> list[str]:
    """Say what is in a folder."""
    return sorted(path.name for path in folder.iterdir())
