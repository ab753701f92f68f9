"""Deleting everything stops what streams, and a start after a crash finishes it."""

import pytest

from app.chat.asking import Question
from app.domain.conversation import LOCAL_OWNER
from app.domain.identifiers import new_id
from app.domain.preferences import PersonalPreferences
from app.errors import NotFound
from tests.chat.desk import Desk, open_desk, question
from tests.chat.test_temporary import TEMPORARY
from tests.replies.waiting import until
from tests.storage.test_erasing import fill, rows
from tests.support.ollama_server import OllamaServer

ENDLESS = 'tokens=100000 rate=50'


async def test_what_streams_is_stopped_and_nothing_is_left(desk: Desk, server: OllamaServer) -> None:
    await fill(desk.parts.database, LOCAL_OWNER)
    state, reply = await desk.ask(ENDLESS)
    await desk.chat.asking.send(LOCAL_OWNER, question('and then', state.id))
    await until(lambda: state.replies[reply.id].markdown.text)
    erased: list[str] = []
    desk.chat.erasing.erased.subscribe(erased.append)
    await desk.chat.erasing.everything(LOCAL_OWNER)
    assert not state.replies
    assert erased == [LOCAL_OWNER]
    with pytest.raises(NotFound):
        await desk.chat.reading.open(LOCAL_OWNER, state.id)
    assert await desk.chat.preferring.read(LOCAL_OWNER) == PersonalPreferences()
    await desk.chat.trash.purge()
    assert await rows(desk.parts.database) == [0, 0, 0, 0, 0]
    await server.until(lambda: server.asked('/api/chat')[0].disconnected_at)
    assert len(server.asked('/api/chat')) == 1


async def test_what_somebody_else_has_goes_on(desk: Desk) -> None:
    state, reply = await desk.ask('tokens=30 rate=100', owner_id='somebody else')
    await desk.chat.erasing.everything(LOCAL_OWNER)
    assert (await desk.ended(reply)).content.split()[-1] == 'w29'
    assert await desk.chat.reading.open('somebody else', state.id) is state


async def test_a_new_conversation_can_be_begun_at_once(desk: Desk) -> None:
    await desk.exchange('Hello')
    await desk.chat.erasing.everything(LOCAL_OWNER)
    state, reply = await desk.exchange('Hello again')
    await desk.chat.trash.purge()
    assert (await desk.messages.get(reply.id)).content
    assert await desk.chat.reading.open(LOCAL_OWNER, state.id) is state


async def test_the_next_start_finishes_what_a_crash_left(desk: Desk) -> None:
    await fill(desk.parts.database, LOCAL_OWNER)
    await desk.chat.erasing.everything(LOCAL_OWNER)  # and no purge: the process died
    assert (await rows(desk.parts.database))[0] == 2
    desk.parts.lock.release()  # as the system does for a process that died
    settings = desk.parts.settings
    async with open_desk(settings.data_dir, database_url=settings.database_url) as next_run:
        await next_run.chat.trash.purge()
        assert await rows(next_run.parts.database) == [0, 0, 0, 0, 0]


async def test_temporary_conversations_go_too(desk: Desk) -> None:
    conversation_id, message_id = new_id(beside=TEMPORARY), new_id(beside=TEMPORARY)
    asked = Question(conversation_id=conversation_id, message_id=message_id, text='Hello')
    state = await desk.chat.asking.send(LOCAL_OWNER, asked)
    await desk.chat.erasing.everything(LOCAL_OWNER)
    assert not state.replies
    with pytest.raises(NotFound):
        await desk.chat.reading.open(LOCAL_OWNER, conversation_id)
    assert await rows(desk.parts.database.temporary) == [0, 0, 0, 0, 0]
