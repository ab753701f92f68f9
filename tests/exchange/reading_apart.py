"""Reads files in a process of its own, which may end or grow: `python -m tests.exchange.reading_apart FILE…`."""

import asyncio
import json
import re
import resource
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.errors import ImportRefused
from app.exchange.reading.intake import Meter
from app.exchange.recognising import read_file
from tests.exchange.reading_files import OWNER, say

ROOT = Path(__file__).parents[2]
STATUS = Path('/proc/self/status')


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a file was read: how many things came of it, why it was refused, and by how many MB the process has grown
    since its start.
    """

    count: int
    refused: Mapping[str, Any] | None
    grown: float


async def read_apart(folder: Path, *texts: bytes) -> list[Outcome]:
    """Write texts into files of a folder and read these in another process, which must not end before."""
    files = [folder / f'given {number}' for number, _ in enumerate(texts)]
    for file, text in zip(files, texts, strict=True):
        file.write_bytes(text)
    pipe = asyncio.subprocess.PIPE
    command = sys.executable, '-m', __name__, *map(str, files)
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=pipe, stderr=pipe)
    told, complaint = await process.communicate()
    assert process.returncode == 0, f'ended with {process.returncode}: {complaint.decode()}'
    return [Outcome(**json.loads(line)) for line in told.splitlines()]


def _peak() -> float:
    """Give the most memory this process ever had, in MB. To `getrusage` Linux counts in what it was before."""
    if STATUS.exists():
        return int(re.findall(r'VmHWM:\s+(\d+)', STATUS.read_text())[0]) / 1000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000_000


def main(files: Iterable[str]) -> None:
    """Read files and print how that went, a line for each."""
    before = _peak()
    for file in map(Path, files):
        count, refused = 0, None
        try:
            for _ in read_file(file, OWNER, say, Meter(file.stat().st_size)):
                count += 1
        except ImportRefused as refusal:
            refused = refusal.details
        print(json.dumps({'count': count, 'refused': refused, 'grown': _peak() - before}))


if __name__ == '__main__':
    main(sys.argv[1:])
