"""Runs commands of the command line as whoever runs the app does."""

import asyncio
import os
import sys
from pathlib import Path

from tests.support.app_process import ROOT


async def run(*arguments: str, **settings: str) -> tuple[int | None, str, str]:
    """Run `main.py` to its end; give the exit code, what it printed and what it complained of."""
    kept = {name: os.environ[name] for name in ('PATH', 'HOME', 'GUILHERME_DATA_DIR', 'NICEGUI_STORAGE_PATH')}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / 'main.py'),
        *arguments,
        env=kept | {'PYTHONIOENCODING': 'utf-8'} | settings,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, out.decode(), err.decode()


def names(folder: Path) -> list[str]:
    """Say what is in a folder."""
    return sorted(path.name for path in folder.iterdir())
