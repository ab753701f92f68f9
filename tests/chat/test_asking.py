import asyncio
from collections.abc import Awaitable, Callable

import pytest

from app.chat.asking import LONGEST_MESSAGE, Question
from app.domain.conversation import LOCAL_OWNER
from app.domain.message import Message, Role, Status
from app.domain.model import ModelRef
from app.errors import Conflict, InvalidInput, NotFound
from app.replies.live import ConversationState
from tests.chat.desk import Desk, question
from tests.replies.sources import numbered
from tests.replies.waiting import until
from tests.replies.watcher import Watcher
from tests.storage.samples import new_id
from tests.support.ollama_server import OllamaServer

SLOW = 'tokens=500 rate=200'
STRANGER = 'somebody else'


def shown(state: ConversationState, reply: Message) -> str:
    live = state.replies.get(reply.id)
    return live.current().content if live else ''


# --- send -------------------------------------------------------------------------------------------------------------


async def test_the_first_message_makes_the_conversation(desk: Desk) -> None:
    state, reply = await desk.ask('What is   the answer\nto life, the universe and everything?')
    stored = await desk.conversations.get(state.id, LOCAL_OWNER)
    assert stored.title == state.title == 'What is the answer to life, th…'
    assert (stored.head_id, stored.model) == (reply.id, ModelRef('ollama', 'gemma2:2b'))
    assert (reply.role, reply.depth, reply.model) == (Role.ASSISTANT, 1, stored.model)
    assert (await desk.messages.get(str(reply.parent_id))).content.endswith('\nto life, the universe and everything?')
    ended = await desk.ended(reply)
    assert (ended.status, ended.content) == (Status.COMPLETE, ''.join(numbered(20)))


@pytest.mark.parametrize(('text', 'title'), [('Short', 'Short'), ('a' * 30, 'a' * 30), ('a' * 31, 'a' * 30 + '…')])
async def test_titles_have_thirty_characters_at_most(desk: Desk, text: str, title: str) -> None:
    state, _ = await desk.ask(text)
    assert state.title == title


async def test_the_next_message_follows_the_answer(desk: Desk, server: OllamaServer) -> None:
    state, first = await desk.exchange('one')
    _, second = await desk.exchange('two', state.id)
    asked = await desk.messages.get(str(second.parent_id))
    assert (asked.content, asked.parent_id, second.depth) == ('two', first.id, 3)
    sent = [(each['role'], each['content']) for each in server.asked('/api/chat')[-1].body['messages']]
    assert sent == [('user', 'one'), ('assistant', ''.join(numbered(20))), ('user', 'two')]


@pytest.mark.parametrize('follows', [False, True])
async def test_sending_the_same_again_changes_nothing(desk: Desk, server: OllamaServer, follows: bool) -> None:
    before = (await desk.exchange('before'))[0].id if follows else None
    sent = question(SLOW, before)
    states = await asyncio.gather(*(desk.chat.asking.send(LOCAL_OWNER, sent) for _ in range(5)))
    reply = await desk.messages.get(str(states[0].conversation.head_id))
    await until(lambda: shown(states[0], reply))
    await desk.chat.asking.send(LOCAL_OWNER, sent)  # while it streams
    await desk.chat.asking.stop(LOCAL_OWNER, sent.conversation_id)
    await desk.chat.asking.send(LOCAL_OWNER, sent)  # when it is over
    assert len({id(state) for state in states}) == 1
    assert await desk.messages.count(sent.conversation_id) == (4 if follows else 2)
    assert len(server.asked('/api/chat')) == (2 if follows else 1)
    assert (await desk.messages.get(reply.id)).status is Status.STOPPED


async def test_sending_again_after_a_restart_changes_nothing(desk: Desk, server: OllamaServer) -> None:
    sent = question('hello')
    state = await desk.chat.asking.send(LOCAL_OWNER, sent)
    await desk.ended(await desk.messages.get(str(state.conversation.head_id)))
    state.conversation = await desk.conversations.get(state.id, LOCAL_OWNER)
    await desk.chat.asking.send(LOCAL_OWNER, sent)
    assert (await desk.messages.count(state.id), len(server.asked('/api/chat'))) == (2, 1)


async def test_two_first_messages_at_once_are_one_conversation_with_one_answer_at_a_time(desk: Desk) -> None:
    first, second = question(SLOW), question(SLOW)
    second = Question(conversation_id=first.conversation_id, message_id=second.message_id, text=SLOW)
    sent = (desk.chat.asking.send(LOCAL_OWNER, each) for each in (first, second))
    states = await asyncio.gather(*sent)
    assert states[0] is states[1]
    assert len(states[0].waiting.messages) == 1
    assert await desk.messages.count(first.conversation_id) == 2


@pytest.mark.parametrize(
    ('changes', 'reason'),
    [
        ({'conversation_id': ''}, 'bad_id'),
        ({'conversation_id': 'not-a-uuid'}, 'bad_id'),
        ({'conversation_id': '{12345678-1234-5678-1234-567812345678}'}, 'bad_id'),
        ({'conversation_id': '12345678123456781234567812345678'}, 'bad_id'),
        ({'message_id': "'; DROP TABLE message; --"}, 'bad_id'),
        ({'message_id': 'ABCDEF12-1234-5678-1234-567812345678'}, 'bad_id'),
        ({'text': ''}, 'empty_message'),
        ({'text': ' \n\t '}, 'empty_message'),
        ({'text': 'a' * (LONGEST_MESSAGE + 1)}, 'long_message'),
    ],
)
async def test_what_cannot_be_sent_is_refused(desk: Desk, changes: dict[str, str], reason: str) -> None:
    given = {'conversation_id': new_id(), 'message_id': new_id(), 'text': 'a'} | changes
    with pytest.raises(InvalidInput) as caught:
        await desk.chat.asking.send(LOCAL_OWNER, Question(**given))  # type: ignore[arg-type]
    assert caught.value.details['reason'] == reason
    assert await desk.chat.reading.conversations(LOCAL_OWNER) == []


async def test_a_message_id_of_another_conversation_is_refused(desk: Desk) -> None:
    _, reply = await desk.exchange('one')
    stolen = Question(conversation_id=new_id(), message_id=str(reply.parent_id), text='two')
    with pytest.raises(Conflict):
        await desk.chat.asking.send(LOCAL_OWNER, stolen)
    state, _ = await desk.exchange('three')
    with pytest.raises(Conflict):
        await desk.chat.asking.send(
            LOCAL_OWNER, Question(conversation_id=state.id, message_id=stolen.message_id, text='two')
        )


async def test_the_model_is_chosen_with_the_first_message_and_then_by_the_conversation(
    desk: Desk, server: OllamaServer
) -> None:
    state, first = await desk.ask('one', model='ollama/qwen3:4b')
    await desk.ended(first)
    _, second = await desk.ask('two', state.id, model='ollama/llava:7b')
    assert {first.model, second.model} == {ModelRef('ollama', 'qwen3:4b')}
    assert (await desk.ended(second)).status is Status.COMPLETE
    assert [each.body['model'] for each in server.asked('/api/chat')] == ['qwen3:4b', 'qwen3:4b']


@pytest.mark.expects_log('failed: model_not_found')
async def test_a_model_that_is_not_there_is_said_with_the_message(desk: Desk, server: OllamaServer) -> None:
    server.install([])
    _, reply = await desk.exchange('one')
    assert (reply.status, reply.error) == (
        Status.FAILED,
        {'code': 'model_not_found', 'provider': 'ollama', 'model': 'gemma2:2b'},
    )


async def test_new_messages_are_shown_at_once(desk: Desk) -> None:
    state, _ = await desk.exchange('one')
    watcher = Watcher()
    watcher.join(state)
    _, reply = await desk.ask('two', state.id)
    roles = [message.role for message in watcher.messages.values()]
    assert roles == [Role.USER, Role.ASSISTANT]
    assert state.streaming
    await desk.ended(reply)


# --- somebody else ----------------------------------------------------------------------------------------------------

Method = Callable[[Desk, ConversationState, Message], Awaitable[object]]


@pytest.mark.parametrize(
    'method',
    [
        lambda desk, state, reply: desk.chat.reading.open(STRANGER, state.id),
        lambda desk, state, reply: desk.chat.reading.message(STRANGER, reply.id),
        lambda desk, state, reply: desk.chat.asking.send(STRANGER, question('mine', state.id)),
        lambda desk, state, reply: desk.chat.asking.regenerate(STRANGER, reply.id),
        lambda desk, state, reply: desk.chat.asking.resume(STRANGER, reply.id),
        lambda desk, state, reply: desk.chat.asking.stop(STRANGER, state.id),
        lambda desk, state, reply: desk.chat.asking.edit(STRANGER, str(reply.parent_id), question('mine', state.id)),
        lambda desk, state, reply: desk.chat.branching.step_version(STRANGER, reply.id, -1),
        lambda desk, state, reply: desk.chat.branching.show(STRANGER, reply.id),
        lambda desk, state, reply: desk.chat.branching.fork(STRANGER, reply.id),
        lambda desk, state, reply: desk.chat.organising.rename(STRANGER, state.id, 'mine'),
        lambda desk, state, reply: desk.chat.organising.choose_model(STRANGER, state.id, ModelRef('ollama', 'x')),
        lambda desk, state, reply: desk.chat.organising.mark_read(STRANGER, state.id),
        lambda desk, state, reply: desk.chat.organising.delete(STRANGER, state.id),
        lambda desk, state, reply: desk.chat.organising.restore(STRANGER, state.id),
    ],
)
@pytest.mark.parametrize('in_memory', [True, False])
async def test_a_conversation_of_somebody_else_does_not_exist(desk: Desk, method: Method, in_memory: bool) -> None:
    state, reply = await desk.exchange('one')
    before = await desk.conversations.get(state.id, LOCAL_OWNER)
    if not in_memory:
        desk.chat.live._latest.clear()
        desk.chat.live._states.clear()
    with pytest.raises(NotFound):
        await method(desk, state, reply)
    assert await desk.conversations.get(state.id, LOCAL_OWNER) == before
    assert await desk.messages.count(state.id) == 2
    assert await desk.chat.reading.conversations(STRANGER) == []


async def test_what_does_not_exist_is_not_found(desk: Desk) -> None:
    asking = desk.chat.asking
    for method in (asking.regenerate, asking.resume, desk.chat.reading.message, desk.chat.reading.open):
        with pytest.raises(NotFound):
            await method(LOCAL_OWNER, new_id())


async def test_a_deleted_conversation_takes_no_message(desk: Desk) -> None:
    state, _ = await desk.exchange('one')
    await desk.chat.organising.delete(LOCAL_OWNER, state.id)
    with pytest.raises(NotFound):
        await desk.ask('two', state.id)


# --- stop -------------------------------------------------------------------------------------------------------------


async def test_stop_closes_the_request_at_once_and_keeps_the_text(desk: Desk, server: OllamaServer) -> None:
    state, reply = await desk.ask(SLOW)
    text = await until(lambda: shown(state, reply))
    await desk.chat.asking.stop(LOCAL_OWNER, state.id)
    [request] = server.asked('/api/chat')
    await server.until(lambda: request.disconnected_at)
    stored = await desk.messages.get(reply.id)
    assert stored.status is Status.STOPPED
    assert stored.content.startswith(text)
    assert ''.join(numbered(500)).startswith(stored.content)


async def test_everybody_who_stops_waits_until_it_is_stored(desk: Desk) -> None:
    state, reply = await desk.ask(SLOW)
    await until(lambda: shown(state, reply))

    async def stop_and_look() -> Status:
        await desk.chat.asking.stop(LOCAL_OWNER, state.id)
        return (await desk.messages.get(reply.id)).status

    assert set(await asyncio.gather(*(stop_and_look() for _ in range(3)))) == {Status.STOPPED}
    await desk.chat.asking.stop(LOCAL_OWNER, state.id)


# --- regenerate, versions ---------------------------------------------------------------------------------------------


async def test_regenerate_puts_a_version_beside_the_old_one(desk: Desk) -> None:
    state, old = await desk.exchange('one')
    watcher = Watcher()
    watcher.join(state)
    await desk.chat.asking.regenerate(LOCAL_OWNER, old.id)
    new = await desk.ended(await desk.messages.get(str(state.conversation.head_id)))
    assert new.id != old.id
    assert (new.parent_id, new.depth, new.content) == (old.parent_id, old.depth, old.content)
    assert await desk.messages.get(old.id) == old
    assert await desk.messages.versions(new.id) == [old.id, new.id]
    assert watcher.reloads == 1


async def test_regenerate_answers_without_the_old_answer_and_with_another_model(
    desk: Desk, server: OllamaServer
) -> None:
    state, old = await desk.exchange('one')
    await desk.chat.asking.regenerate(LOCAL_OWNER, old.id, ModelRef('ollama', 'qwen3:4b'))
    new = await desk.ended(await desk.messages.get(str(state.conversation.head_id)))
    asked = server.asked('/api/chat')[-1].body
    assert [each['content'] for each in asked['messages']] == ['one']
    assert asked['model'] == 'qwen3:4b'
    assert new.model == ModelRef('ollama', 'qwen3:4b')


async def test_only_answers_can_be_asked_for_again_or_continued(desk: Desk) -> None:
    state, first = await desk.exchange('one')
    _, second = await desk.exchange('two', state.id)
    for method in (desk.chat.asking.regenerate, desk.chat.asking.resume):
        for reply in (first, second):
            with pytest.raises(NotFound):
                await method(LOCAL_OWNER, str(reply.parent_id))


async def test_a_question_is_not_answered_twice_at_once(desk: Desk) -> None:
    state, reply = await desk.ask(SLOW)
    for method in (desk.chat.asking.regenerate, desk.chat.asking.resume):
        with pytest.raises(Conflict):
            await method(LOCAL_OWNER, reply.id)
    assert await desk.messages.count(state.id) == 2


async def test_an_earlier_question_is_answered_again_while_a_later_answer_goes_on(desk: Desk) -> None:
    state, old = await desk.exchange('one')
    _, below = await desk.ask('tokens=60 rate=100', state.id)
    await until(lambda: shown(state, below))
    await desk.chat.asking.regenerate(LOCAL_OWNER, old.id)
    new = await desk.messages.get(str(state.conversation.head_id))
    assert new.parent_id == old.parent_id
    for reply, count in ((new, 20), (below, 60)):
        ended = await desk.ended(reply)
        assert (ended.status, ended.content) == (Status.COMPLETE, ''.join(numbered(count)))
    assert state.conversation.head_id == new.id


# --- edit -------------------------------------------------------------------------------------------------------------


async def test_an_edited_question_is_another_version_with_an_answer_of_its_own(
    desk: Desk, server: OllamaServer
) -> None:
    state, first = await desk.exchange('one')
    _, second = await desk.exchange('two', state.id)
    before = await desk.messages.branch(second.id, limit=10)
    edited = question('two, but better', state.id)
    await desk.chat.asking.edit(LOCAL_OWNER, str(second.parent_id), edited)
    new = await desk.ended(await desk.messages.get(str(state.conversation.head_id)))
    assert await desk.messages.branch(second.id, limit=10) == before
    assert [each.content for each in await desk.messages.branch(new.id, limit=10)] == [
        'one',
        first.content,
        'two, but better',
        new.content,
    ]
    assert await desk.messages.versions(edited.message_id) == [second.parent_id, edited.message_id]
    assert [each['content'] for each in server.asked('/api/chat')[-1].body['messages']][-1] == 'two, but better'
    assert 'two' not in [each['content'] for each in server.asked('/api/chat')[-1].body['messages']]


async def test_the_first_question_can_be_edited_while_its_answer_streams(desk: Desk, server: OllamaServer) -> None:
    state, old = await desk.ask('tokens=60 rate=100')
    await until(lambda: shown(state, old))
    await desk.chat.asking.edit(LOCAL_OWNER, str(old.parent_id), question('other', state.id))
    new = await desk.messages.get(str(state.conversation.head_id))
    window = await desk.chat.reading.newest(state)
    assert [each.id for each in window.messages] == [new.parent_id, new.id]
    assert (await desk.ended(new)).content == ''.join(numbered(20))
    assert (await desk.ended(old)).content == ''.join(numbered(60))
    assert [len(request.body['messages']) for request in server.asked('/api/chat')] == [1, 1]


async def test_sending_an_edit_again_changes_nothing(desk: Desk) -> None:
    state, reply = await desk.exchange('one')
    edited = question('two', state.id)
    for _ in range(2):
        await desk.chat.asking.edit(LOCAL_OWNER, str(reply.parent_id), edited)
    assert await desk.messages.count(state.id) == 4


async def test_only_questions_of_the_same_conversation_can_be_edited(desk: Desk) -> None:
    state, reply = await desk.exchange('one')
    other, _ = await desk.exchange('elsewhere')
    for replaced, conversation_id in ((reply.id, state.id), (str(reply.parent_id), other.id)):
        with pytest.raises(NotFound):
            await desk.chat.asking.edit(LOCAL_OWNER, replaced, question('two', conversation_id))
    for text in ('', 'x' * (LONGEST_MESSAGE + 1)):
        with pytest.raises(InvalidInput):
            await desk.chat.asking.edit(LOCAL_OWNER, str(reply.parent_id), question(text, state.id))
    assert await desk.messages.count(state.id) == 2


# --- continue ---------------------------------------------------------------------------------------------------------


async def test_continue_goes_on_from_exactly_where_it_stopped(desk: Desk, server: OllamaServer) -> None:
    state, reply = await desk.ask('tokens=60 rate=150')
    await until(lambda: shown(state, reply))
    await desk.chat.asking.stop(LOCAL_OWNER, state.id)
    partial = (await desk.messages.get(reply.id)).content
    await desk.chat.asking.resume(LOCAL_OWNER, reply.id)
    assert state.streaming
    ended = await desk.ended(reply)
    assert (ended.status, ended.content) == (Status.COMPLETE, ''.join(numbered(60)))
    assert server.asked('/api/chat')[-1].body['messages'][-1] == {'role': 'assistant', 'content': partial}
    assert await desk.messages.count(state.id) == 2


@pytest.mark.expects_log('failed: connection_dropped')
async def test_continue_after_a_fault_forgets_the_fault(desk: Desk) -> None:
    _, reply = await desk.exchange('tokens=30 drop_after=12')
    assert (reply.status, reply.content) == (Status.FAILED, ''.join(numbered(12)))
    assert reply.error is not None
    await desk.chat.asking.resume(LOCAL_OWNER, reply.id)
    ended = await desk.ended(reply)
    assert (ended.status, ended.error, ended.content) == (Status.COMPLETE, None, ''.join(numbered(30)))


async def test_continuing_twice_at_once_happens_once(desk: Desk, server: OllamaServer) -> None:
    state, reply = await desk.ask('tokens=60 rate=150')
    await until(lambda: shown(state, reply))
    await desk.chat.asking.stop(LOCAL_OWNER, state.id)
    resumed = (desk.chat.asking.resume(LOCAL_OWNER, reply.id) for _ in range(3))
    results = await asyncio.gather(*resumed, return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ['Conflict', 'Conflict', 'NoneType']
    assert (await desk.ended(reply)).content == ''.join(numbered(60))
    assert len(server.asked('/api/chat')) == 2
