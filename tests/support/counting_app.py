"""The app with one more source of answers, to show what that takes: `count` below, and nothing else.

Run as `python -m tests.support.counting_app --port … --data-dir …`; the conversation `COUNTED` is there at once.
"""

import argparse
import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import count as numbers

from nicegui import app

from app import bootstrap, settings
from app.domain.conversation import LOCAL_OWNER, Conversation
from app.domain.delta import Delta, DeltaKind
from app.domain.message import Message, Role, Status
from app.storage.messages import Messages

COUNTED = '00000000-0000-4000-8000-000000000001'
REPLY = '00000000-0000-4000-8000-000000000002'
PACE = 0.02
"""Seconds between two tokens."""


async def count() -> AsyncIterator[Delta]:
    """Answer with numbers until told to stop."""
    for number in numbers():
        yield Delta(DeltaKind.TEXT, f'w{number} ')
        await asyncio.sleep(PACE)


async def begin(parts: bootstrap.Parts) -> None:
    """Let `count` answer in a conversation of its own."""
    now = datetime.now(UTC)
    conversation = Conversation(id=COUNTED, owner_id=LOCAL_OWNER, title='Counted', created_at=now, updated_at=now)
    reply = Message(
        id=REPLY,
        conversation_id=COUNTED,
        parent_id=None,
        depth=0,
        role=Role.ASSISTANT,
        content='',
        status=Status.STREAMING,
        created_at=now,
    )
    await Messages(parts.database).begin_reply(conversation, None, reply)
    state = await parts.chat.reading.open(LOCAL_OWNER, COUNTED)
    parts.engine.start(state, reply, count)


def main() -> None:
    """Run as a process."""
    options = argparse.ArgumentParser()
    options.add_argument('--port', type=int)
    options.add_argument('--data-dir')
    given = options.parse_args()
    parts = bootstrap.build(settings.load(port=given.port, data_dir=given.data_dir))
    asyncio.run(parts.prepare())
    app.on_startup(lambda: begin(parts))
    bootstrap.serve(parts)


if __name__ in {'__main__', '__mp_main__'}:
    main()
