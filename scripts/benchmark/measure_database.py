"""What it costs to store before showing: one commit a tick, whatever the number of replies."""

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from app.domain.delta import DeltaKind, JournalEntry
from app.storage.database import Database
from app.storage.journal import SqlJournal
from scripts.benchmark.stage import Stage
from scripts.benchmark.table import Row, middle, shown
from tests.support.postgres import postgres_server

COUNTS = (1, 200)
PIECE = ' some words, as many as come in a tick'


async def measure(stage: Stage) -> list[Row]:
    """Commit pieces of one reply and of 200, on both databases."""
    commits = 50 if stage.quick else 300
    rows: list[Row] = []
    for name, url in databases():
        database = Database(url)
        await database.upgrade()
        times = [await _commit(SqlJournal(database), count, commits) for count in COUNTS]
        await database.close()
        measured = ' / '.join(f'{shown(each)} ms' for each in times)
        rows.append(Row(f'commit of a tick on {name}, 1 / 200 replies (median)', '', measured, None))
    return rows


def databases() -> Iterator[tuple[str, str]]:
    """Give name and address of a new database of each kind; one is gone when the next one comes."""
    with TemporaryDirectory() as folder:
        yield 'SQLite', f'sqlite:///{Path(folder) / "guilherme.db"}'
    with postgres_server() as server:
        yield 'PostgreSQL', server.url(server.create_database())


async def _commit(journal: SqlJournal, replies: int, commits: int) -> float:
    ids = [str(uuid4()) for _ in range(replies)]
    times = []
    for number in range(commits):
        entries = [JournalEntry(message_id, number, DeltaKind.TEXT, PIECE) for message_id in ids]
        began = time.monotonic()
        await journal.append(entries)
        times.append((time.monotonic() - began) * 1000)
    return middle(times)
