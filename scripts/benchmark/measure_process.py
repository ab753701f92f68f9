"""The process: how soon it is ready, what it holds when nobody is there, what it takes on the disk."""

import asyncio
import json
import subprocess
import sys
import venv
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts.benchmark.processes import MEGABYTE, ROOT, app
from scripts.benchmark.stage import Stage
from scripts.benchmark.table import Row, at_most, middle

IDLE_SECONDS = 10.0
REQUIREMENTS = ROOT / 'requirements.txt'
KNOWN_SIZE = ROOT / '.venv' / 'installed' / 'size.json'
"""Where the size is kept: installing everything takes a minute, and it changes only with the requirements."""


async def measure(stage: Stage) -> list[Row]:
    """Start on an empty folder, then again and again on the same."""
    with TemporaryDirectory() as folder:
        first = await _ready(stage, Path(folder))
        ready = [await _ready(stage, Path(folder)) for _ in range(3 if stage.quick else 7)]
        async with app(Path(folder), stage.model.url) as server:
            await asyncio.sleep(IDLE_SECONDS)
            memory = server.memory()
    size = await asyncio.to_thread(installed_size)
    return [
        at_most('ready after start', middle(ready), 1.5, 's', f' (the very first, with a new database: {first:.2f} s)'),
        at_most('memory idle', memory, 120, 'MB'),
        at_most('size installed, Python itself left out', size / MEGABYTE, 200, 'MB'),
    ]


async def _ready(stage: Stage, folder: Path) -> float:
    async with app(folder, stage.model.url) as server:
        return server.ready_after


def installed_size() -> int:
    """Give the bytes of all files of the app and of a fresh virtual environment with what it needs."""
    state = sha256(REQUIREMENTS.read_bytes()).hexdigest()
    known = json.loads(KNOWN_SIZE.read_text('utf-8')) if KNOWN_SIZE.exists() else {}
    if known.get('state') != state:
        known = {'state': state, 'bytes': _install()}
        KNOWN_SIZE.write_text(json.dumps(known), 'utf-8')
    return int(known['bytes']) + _size(ROOT / 'app')


def _install() -> int:
    with TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        pip = [f'{folder}/bin/python', '-m', 'pip', 'install', '--quiet', '--no-input', '-r', str(REQUIREMENTS)]
        subprocess.run(pip, check=True, stdout=sys.stderr)
        return _size(Path(folder))


def _size(folder: Path) -> int:
    return sum(file.lstat().st_size for file in folder.rglob('*') if not file.is_dir() or file.is_symlink())
