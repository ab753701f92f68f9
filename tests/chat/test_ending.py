"""The end of the process: what streams is stored first, whatever else takes its time."""

import asyncio
import os
import sys

import pytest

from app.domain.conversation import LOCAL_OWNER
from app.domain.message import Status
from tests.chat.desk import Desk
from tests.replies.waiting import until

ENDLESS = 'tokens=100000 rate=50'


@pytest.mark.skipif(sys.platform == 'win32', reason='there are no pipes with names')
async def test_a_reply_is_stored_while_an_import_still_waits_for_its_file(desk: Desk) -> None:
    state, reply = await desk.ask(ENDLESS)
    await until(lambda: state.replies[reply.id].markdown.text)
    desk.chat.importing.check_room(0)
    file = desk.chat.importing.inbox / 'slow'
    os.mkfifo(file)
    desk.chat.importing.start(LOCAL_OWNER, file)  # its thread waits for what is written there
    writer = await asyncio.wait_for(asyncio.to_thread(os.open, file, os.O_WRONLY), 5)
    end = asyncio.create_task(desk.parts.close())
    try:
        await until(lambda: not state.replies)
        assert not end.done()
        assert (await desk.messages.get(reply.id)).status is Status.INTERRUPTED
    finally:
        os.write(writer, b'[' * 100)
        await asyncio.wait_for(end, 5)
        os.close(writer)
