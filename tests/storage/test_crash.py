"""A process killed in the middle of writing has lost nothing that was acknowledged."""

import asyncio
import random
import sys
from pathlib import Path

import pytest

from app.storage.database import Database
from app.storage.journal import SqlJournal
from app.storage.messages import Messages
from tests.storage.samples import conversation, exchange

ROOT = Path(__file__).parents[2]


async def append_and_kill(url: str, message_id: str, after: int) -> int:
    """Let a process append, kill it after some acknowledged pieces, and give how many were acknowledged in all."""
    command = [sys.executable, '-m', 'tests.storage.appending', url, message_id]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    acknowledged = [await process.stdout.readline() for _ in range(after)]
    process.kill()
    rest = (await process.stdout.read()).splitlines(keepends=True)
    assert await process.wait() == -9
    return sum(line.endswith(b'\n') for line in acknowledged + rest)


@pytest.mark.parametrize('turn', range(3))
async def test_what_was_acknowledged_before_a_kill_is_there_after_it(
    turn: int, database: Database, database_url: str, messages: Messages, journal: SqlJournal
) -> None:
    _, reply = await exchange(messages, conversation())
    acknowledged = await append_and_kill(database_url, reply.id, after=random.randint(1, 300))
    [recovered] = await journal.recover()
    words = recovered.content.split()
    assert words == [f'w{number}' for number in range(len(words))]
    assert len(words) in (acknowledged, acknowledged + 1)  # one more may be committed and not yet said
