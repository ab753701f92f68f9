from dataclasses import replace

import pytest

from app.chat.organising import LONGEST_TITLE
from app.domain.conversation import LOCAL_OWNER
from app.domain.message import Status
from app.domain.model import ModelRef
from app.errors import InvalidInput, NotFound
from app.replies.live import ConversationNews
from tests.chat.desk import Desk
from tests.replies.waiting import until
from tests.replies.watcher import Watcher
from tests.support.ollama_server import OllamaServer


@pytest.fixture
def news(desk: Desk) -> list[ConversationNews]:
    """Give what lists of conversations were told."""
    told: list[ConversationNews] = []
    desk.chat.live.news.subscribe(told.extend)
    return told


async def test_a_person_may_give_a_title(desk: Desk, news: list[ConversationNews]) -> None:
    state, _ = await desk.exchange('one')
    await desk.chat.organising.rename(LOCAL_OWNER, state.id, '  My \n title ')
    stored = await desk.conversations.get(state.id, LOCAL_OWNER)
    assert (stored.title, stored.title_by_person, state.title) == ('My title', True, 'My title')
    await until(lambda: any(each.conversation.title == 'My title' for each in news))


async def test_a_title_is_not_empty_and_has_an_end(desk: Desk) -> None:
    state, _ = await desk.exchange('one')
    with pytest.raises(InvalidInput) as caught:
        await desk.chat.organising.rename(LOCAL_OWNER, state.id, ' \n ')
    assert caught.value.details['reason'] == 'empty_title'
    await desk.chat.organising.rename(LOCAL_OWNER, state.id, 'x' * 1000)
    assert (await desk.conversations.get(state.id, LOCAL_OWNER)).title == 'x' * LONGEST_TITLE


async def test_another_model_answers_from_then_on(desk: Desk, server: OllamaServer) -> None:
    state, _ = await desk.exchange('one')
    await desk.chat.organising.choose_model(LOCAL_OWNER, state.id, ModelRef('ollama', 'qwen3:4b'))
    _, reply = await desk.exchange('two', state.id)
    assert reply.model == ModelRef('ollama', 'qwen3:4b')
    assert server.asked('/api/chat')[-1].body['model'] == 'qwen3:4b'


async def test_deleting_stops_what_streams_and_keeps_it(desk: Desk, server: OllamaServer) -> None:
    state, reply = await desk.ask('tokens=500 rate=200')
    await until(lambda: state.replies[reply.id].current().content)
    await desk.chat.organising.delete(LOCAL_OWNER, state.id)
    [request] = server.asked('/api/chat')
    await server.until(lambda: request.disconnected_at)
    stored = await desk.messages.get(reply.id)
    assert (stored.status, stored.content[:3]) == (Status.STOPPED, 'w0 ')
    assert await desk.chat.reading.conversations(LOCAL_OWNER) == []
    with pytest.raises(NotFound):
        await desk.chat.reading.open(LOCAL_OWNER, state.id)


async def test_what_was_deleted_can_be_taken_back(desk: Desk, news: list[ConversationNews]) -> None:
    state, reply = await desk.exchange('one')
    await desk.chat.organising.delete(LOCAL_OWNER, state.id)
    await until(lambda: any(each.conversation.deleted_at is not None for each in news))
    news.clear()
    await desk.chat.organising.restore(LOCAL_OWNER, state.id)
    assert [each.id for each in await desk.chat.reading.conversations(LOCAL_OWNER)] == [state.id]
    opened = await desk.chat.reading.open(LOCAL_OWNER, state.id)
    assert opened.conversation.deleted_at is None
    assert (await desk.chat.reading.newest(opened)).messages[-1].id == reply.id
    await until(lambda: [each.conversation.deleted_at for each in news] == [None])
    await desk.exchange('two', state.id)


async def test_what_nobody_saw_is_unread_until_somebody_looks(desk: Desk, news: list[ConversationNews]) -> None:
    state, _ = await desk.exchange('one')
    assert (await desk.conversations.get(state.id, LOCAL_OWNER)).unread
    await until(lambda: any(each.conversation.unread and not each.streaming for each in news))
    await desk.chat.organising.mark_read(LOCAL_OWNER, state.id)
    assert not (await desk.conversations.get(state.id, LOCAL_OWNER)).unread
    assert not state.conversation.unread


async def test_what_somebody_saw_end_is_read(desk: Desk) -> None:
    state, reply = await desk.ask('one')
    Watcher().join(state)
    await desk.ended(reply)
    stored = await desk.conversations.get(state.id, LOCAL_OWNER)
    assert (stored.unread, state.conversation.unread) == (False, False)


async def test_what_is_in_memory_is_what_is_stored(desk: Desk) -> None:
    state, reply = await desk.exchange('one')
    await desk.chat.organising.rename(LOCAL_OWNER, state.id, 'Title')
    await desk.chat.organising.choose_model(LOCAL_OWNER, state.id, ModelRef('ollama', 'qwen3:4b'))
    await desk.chat.asking.regenerate(LOCAL_OWNER, reply.id)
    await desk.ended(await desk.messages.get(str(state.conversation.head_id)))
    await desk.chat.organising.mark_read(LOCAL_OWNER, state.id)
    stored = await desk.conversations.get(state.id, LOCAL_OWNER)
    assert replace(stored, updated_at=state.conversation.updated_at) == state.conversation


async def test_the_latest_conversation_is_first_in_the_list(desk: Desk) -> None:
    first, _ = await desk.exchange('one')
    second, _ = await desk.exchange('two')
    await desk.exchange('again', first.id)
    assert [each.id for each in await desk.chat.reading.conversations(LOCAL_OWNER)] == [first.id, second.id]
    found = await desk.chat.reading.conversations(LOCAL_OWNER, search='TW')
    assert [each.id for each in found] == [second.id]
