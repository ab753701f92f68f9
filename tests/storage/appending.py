"""Run as a process of its own, to be killed: appends pieces without end and prints each number once it is committed."""

import asyncio
import sys
from itertools import count

from app.domain.delta import DeltaKind, JournalEntry
from app.storage.database import Database
from app.storage.journal import SqlJournal


async def main(url: str, message_id: str) -> None:
    """Append until killed."""
    journal = SqlJournal(Database(url))
    for number in count():
        await journal.append([JournalEntry(message_id, number, DeltaKind.TEXT, f'w{number} ')])
        print(number, flush=True)


if __name__ == '__main__':
    asyncio.run(main(*sys.argv[1:]))
