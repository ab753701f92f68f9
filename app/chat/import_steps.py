"""An import from its beginning to its end, for whoever waits for it: it ends with them."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

from app.chat.importing import Import, Importing
from app.chat.unlinking import unlink


async def steps(
    importing: Importing, owner_id: str, file: Path, language: str, name: str = ''
) -> AsyncGenerator[Import, None]:
    """Import a file, which is removed in the end, and give every step that is told of; the last one says how it ended.
    `name` is what the person calls it.

    Whoever closes this before its end cancels the import.

    Raises:
        ImportRefused: another import of this person runs.
    """
    told: asyncio.Queue[Import] = asyncio.Queue()

    def hear(step: Import) -> None:
        if step.owner_id == owner_id:
            told.put_nowait(step)

    step = None
    importing.changed.subscribe(hear)
    try:
        _start(importing, owner_id, file, language, name)
        while step is None or step.runs:
            step = await told.get()
            yield step
    finally:
        importing.changed.unsubscribe(hear)
        if step is None or step.runs:
            importing.cancel(owner_id)


def _start(importing: Importing, owner_id: str, file: Path, language: str, name: str) -> None:
    try:
        importing.start(owner_id, file, language, name)
    except BaseException:
        unlink(file)
        raise
