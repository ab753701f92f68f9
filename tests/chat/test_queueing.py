"""Messages that wait their turn: when they are sent, by whom, and what a person can do with them meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path

import pytest

from app.chat.asking import Question
from app.domain.conversation import LOCAL_OWNER
from app.domain.message import Message, Status
from app.errors import Conflict, InvalidInput, NotFound, UnknownCommand
from app.replies.live import ConversationState
from app.storage.queue import MOST_WAITING, Queue
from tests.chat.desk import Desk, open_desk, question
from tests.replies.waiting import until
from tests.storage.samples import new_id
from tests.support.ollama_server import OllamaServer

SLOW = 'tokens=500 rate=200'
BRIEF = 'tokens=10 rate=50'


async def queue_up(desk: Desk, state: ConversationState, *texts: str) -> list[str]:
    """Send messages into a conversation that answers; give their ids."""
    sent = [question(text, state.id) for text in texts]
    for each in sent:
        await desk.chat.asking.send(LOCAL_OWNER, each)
    return [each.message_id for each in sent]


def waiting(state: ConversationState) -> list[str]:
    return [each.text for each in state.waiting.messages]


async def quiet(desk: Desk, state: ConversationState) -> None:
    """Wait until nothing streams into a conversation and nothing is about to."""
    await until(lambda: not (state.replies or desk.chat.queueing._taking_turns))


# --- turns ------------------------------------------------------------------------------------------------------------


async def test_messages_are_sent_one_after_the_other_when_the_answer_before_is_complete(
    desk: Desk, server: OllamaServer
) -> None:
    state, _ = await desk.ask(BRIEF)
    ids = await queue_up(desk, state, 'second', 'third')
    assert waiting(state) == ['second', 'third']
    assert await desk.messages.count(state.id) == 2
    await until(lambda: not state.waiting.messages)
    await quiet(desk, state)
    branch = await desk.messages.branch(str(state.conversation.head_id), limit=10)
    assert [each.content for each in branch[::2]] == [BRIEF, 'second', 'third']
    assert [each.id for each in branch[2::2]] == ids
    assert all(each.status is Status.COMPLETE for each in branch)
    requests = server.asked('/api/chat')
    assert len(requests) == 3
    for earlier, later in pairwise(requests):
        assert earlier.ended_at is not None
        assert earlier.ended_at <= later.began_at
    assert await Queue(desk.parts.database).of(state.id) == []


async def test_a_message_goes_below_the_answer_it_was_written_behind_whatever_is_shown_by_then(desk: Desk) -> None:
    state, first = await desk.exchange(BRIEF)
    await desk.chat.asking.regenerate(LOCAL_OWNER, first.id)
    second_id = str(state.conversation.head_id)
    ids = await queue_up(desk, state, 'of the second', 'after that')
    await desk.chat.branching.step_version(LOCAL_OWNER, second_id, -1)
    assert state.conversation.head_id == first.id
    await until(lambda: not state.waiting.messages)
    await quiet(desk, state)
    asked = [await desk.messages.get(each) for each in ids]
    assert asked[0].parent_id == second_id
    assert (await desk.messages.get(str(asked[1].parent_id))).parent_id == ids[0]
    assert state.conversation.head_id == first.id
    assert [each.id for each in (await desk.chat.reading.newest(state)).messages] == [first.parent_id, first.id]
    stored = await desk.parts.chat.reading._conversations.get(state.id, LOCAL_OWNER)
    assert stored.head_id == first.id
    await desk.chat.branching.step_version(LOCAL_OWNER, first.id, 1)
    branch = await desk.messages.branch(str(state.conversation.head_id), limit=10)
    assert [each.content for each in branch[2::2]] == ['of the second', 'after that']


async def test_what_waits_behind_another_branch_than_the_one_shown_waits_as_that_answer_ended(desk: Desk) -> None:
    state, first = await desk.exchange(BRIEF)
    await desk.chat.asking.regenerate(LOCAL_OWNER, first.id)
    await queue_up(desk, state, 'of the second')
    await desk.chat.asking.stop(LOCAL_OWNER, state.id)
    await quiet(desk, state)
    await desk.chat.branching.step_version(LOCAL_OWNER, str(state.conversation.head_id), -1)
    desk.chat.live.forget([state.id])  # as after a restart
    again = await desk.chat.reading.open(LOCAL_OWNER, state.id)
    assert (await desk.chat.queueing.look(again)).held


async def test_sending_again_what_waits_or_was_sent_meanwhile_changes_nothing(desk: Desk) -> None:
    state, _ = await desk.ask(BRIEF)
    sent = question('second', state.id)
    await asyncio.gather(*(desk.chat.asking.send(LOCAL_OWNER, sent) for _ in range(4)))
    assert waiting(state) == ['second']
    await until(lambda: not state.waiting.messages)
    await desk.chat.asking.send(LOCAL_OWNER, sent)  # while it is answered
    await quiet(desk, state)
    await desk.chat.asking.send(LOCAL_OWNER, sent)  # when it is over
    assert await desk.messages.count(state.id) == 4
    assert waiting(state) == []


async def test_an_answer_that_was_stopped_lets_the_others_wait_for_the_person(desk: Desk) -> None:
    state, _ = await desk.ask(SLOW)
    ids = await queue_up(desk, state, 'second', 'third')
    await desk.chat.asking.stop(LOCAL_OWNER, state.id)
    await quiet(desk, state)
    assert waiting(state) == ['second', 'third']
    assert state.waiting.held
    await desk.chat.queueing.send_now(LOCAL_OWNER, state.id, ids[1])
    assert not state.waiting.held
    await until(lambda: not state.waiting.messages)
    await quiet(desk, state)
    branch = await desk.messages.branch(str(state.conversation.head_id), limit=10)
    assert [each.content for each in branch[2::2]] == ['third', 'second']


@pytest.mark.expects_log('failed: connection_dropped')
async def test_an_answer_that_failed_lets_the_others_wait_until_it_is_complete(desk: Desk) -> None:
    state, reply = await desk.ask('kind=num tokens=40 rate=200 drop_after=20')
    await queue_up(desk, state, 'second')
    await desk.ended(reply)
    await quiet(desk, state)
    assert waiting(state) == ['second']
    assert state.waiting.held
    await desk.chat.asking.resume(LOCAL_OWNER, reply.id)
    await until(lambda: not state.waiting.messages)
    await quiet(desk, state)
    assert await desk.messages.count(state.id) == 4


async def test_a_message_sent_while_others_wait_for_the_person_goes_at_once_and_they_follow(desk: Desk) -> None:
    state, _ = await desk.ask(SLOW)
    await queue_up(desk, state, 'second')
    await desk.chat.asking.stop(LOCAL_OWNER, state.id)
    await desk.ask('now', state.id)
    assert waiting(state) == ['second']
    await until(lambda: not state.waiting.messages)
    await quiet(desk, state)
    branch = await desk.messages.branch(str(state.conversation.head_id), limit=10)
    assert [each.content for each in branch[2::2]] == ['now', 'second']


async def test_a_message_behind_others_that_are_about_to_go_waits_behind_them(desk: Desk) -> None:
    state, reply = await desk.ask(BRIEF)
    await queue_up(desk, state, 'second')
    late = question('third', state.id)

    def send_at_the_end(ended: ConversationState, _message: Message) -> None:
        if ended is state and not sending:
            sending.append(asyncio.create_task(desk.chat.asking.send(LOCAL_OWNER, late)))

    sending: list[asyncio.Task[ConversationState]] = []
    desk.parts.engine.on_finished.insert(0, send_at_the_end)
    await desk.ended(reply)
    await until(lambda: bool(sending) and sending[0].done())
    await until(lambda: not state.waiting.messages)
    await quiet(desk, state)
    branch = await desk.messages.branch(str(state.conversation.head_id), limit=10)
    assert [each.content for each in branch[2::2]] == ['second', 'third']


async def test_the_next_message_follows_the_branch_that_is_shown_when_it_is_sent(desk: Desk) -> None:
    state, old = await desk.exchange('first')
    await desk.chat.asking.regenerate(LOCAL_OWNER, old.id)
    await queue_up(desk, state, 'second')
    await desk.chat.branching.step_version(LOCAL_OWNER, str(state.conversation.head_id), -1)
    await until(lambda: not state.waiting.messages)
    branch = await desk.messages.branch(str(state.conversation.head_id), limit=10)
    assert branch[1].id == old.id
    await quiet(desk, state)


async def test_commands_wait_too_and_unknown_ones_are_refused_at_once(desk: Desk) -> None:
    state, _ = await desk.ask(BRIEF)
    await queue_up(desk, state, '/help', '//not a command')
    with pytest.raises(UnknownCommand):
        await queue_up(desk, state, '/nonsense')
    assert waiting(state) == ['/help', '//not a command']
    await until(lambda: not state.waiting.messages)
    await quiet(desk, state)
    branch = await desk.messages.branch(str(state.conversation.head_id), limit=10)
    assert branch[3].command is not None
    assert branch[4].content == '/not a command'
    assert branch[5].command is None


async def test_so_many_wait_and_the_next_is_refused(desk: Desk) -> None:
    state, _ = await desk.ask(SLOW)
    await queue_up(desk, state, *(f'message {number}' for number in range(MOST_WAITING)))
    with pytest.raises(InvalidInput) as caught:
        await queue_up(desk, state, 'one too many')
    assert caught.value.details['reason'] == 'queue_full'
    await desk.chat.asking.stop(LOCAL_OWNER, state.id)


# --- what a person does meanwhile -------------------------------------------------------------------------------------


async def test_edited_text_is_what_is_sent(desk: Desk) -> None:
    state, _ = await desk.ask(BRIEF)
    [waits] = await queue_up(desk, state, 'second')
    await desk.chat.queueing.edit(LOCAL_OWNER, state.id, waits, 'better')
    for text, error in (('  ', InvalidInput), ('/nonsense', UnknownCommand)):
        with pytest.raises(error):
            await desk.chat.queueing.edit(LOCAL_OWNER, state.id, waits, text)
    assert waiting(state) == ['better']
    await until(lambda: not state.waiting.messages)
    await quiet(desk, state)
    assert (await desk.messages.get(waits)).content == 'better'
    with pytest.raises(NotFound):
        await desk.chat.queueing.edit(LOCAL_OWNER, state.id, waits, 'too late')


async def test_nothing_is_sent_while_somebody_writes_on_it(desk: Desk) -> None:
    state, reply = await desk.ask(BRIEF)
    [waits] = await queue_up(desk, state, 'second')
    queueing = desk.chat.queueing
    queueing.begin_editing(waits)
    queueing.begin_editing(waits)  # in another tab
    await desk.ended(reply)
    await quiet(desk, state)
    assert waiting(state) == ['second']
    queueing.end_editing(state, waits)
    await quiet(desk, state)
    assert waiting(state) == ['second']
    queueing.end_editing(state, waits)
    await until(lambda: not state.waiting.messages)
    await quiet(desk, state)


async def test_cancelled_messages_can_be_put_back_where_they_were(desk: Desk) -> None:
    state, reply = await desk.ask(SLOW)
    ids = await queue_up(desk, state, 'second', 'third')
    queueing = desk.chat.queueing
    taken = await queueing.cancel(LOCAL_OWNER, state.id, ids[0])
    assert taken is not None
    assert waiting(state) == ['third']
    assert await queueing.cancel(LOCAL_OWNER, state.id, ids[0]) is None
    await queueing.put_back(LOCAL_OWNER, taken)
    assert waiting(state) == ['second', 'third']
    await desk.chat.asking.stop(LOCAL_OWNER, state.id)
    assert (await desk.ended(reply)).status is Status.STOPPED


async def test_a_message_that_is_put_back_after_the_end_is_sent(desk: Desk) -> None:
    state, reply = await desk.ask(BRIEF)
    [waits] = await queue_up(desk, state, 'second')
    taken = await desk.chat.queueing.cancel(LOCAL_OWNER, state.id, waits)
    assert taken is not None
    await desk.ended(reply)
    await desk.chat.queueing.put_back(LOCAL_OWNER, taken)
    await quiet(desk, state)
    assert (await desk.messages.get(waits)).content == 'second'


async def test_nothing_is_sent_by_hand_beside_an_answer(desk: Desk) -> None:
    state, _ = await desk.ask(SLOW)
    [waits] = await queue_up(desk, state, 'second')
    with pytest.raises(Conflict):
        await desk.chat.queueing.send_now(LOCAL_OWNER, state.id, waits)
    await desk.chat.asking.stop(LOCAL_OWNER, state.id)
    with pytest.raises(NotFound):
        await desk.chat.queueing.send_now(LOCAL_OWNER, state.id, new_id())


Method = Callable[[Desk, str, str], Awaitable[object]]


@pytest.mark.parametrize(
    'method',
    [
        lambda desk, chat, waits: desk.chat.queueing.edit('stranger', chat, waits, 'mine'),
        lambda desk, chat, waits: desk.chat.queueing.cancel('stranger', chat, waits),
        lambda desk, chat, waits: desk.chat.queueing.send_now('stranger', chat, waits),
        lambda desk, chat, waits: desk.chat.asking.send('stranger', question('mine', chat)),
    ],
)
async def test_what_waits_for_somebody_else_does_not_exist(desk: Desk, method: Method) -> None:
    state, _ = await desk.ask(SLOW)
    [waits] = await queue_up(desk, state, 'second')
    with pytest.raises(NotFound):
        await method(desk, state.id, waits)
    other, _ = await desk.exchange('mine')
    for theirs in (
        desk.chat.queueing.edit(LOCAL_OWNER, other.id, waits, 'mine'),
        desk.chat.queueing.send_now(LOCAL_OWNER, other.id, waits),
    ):
        with pytest.raises(NotFound):
            await theirs
    assert await desk.chat.queueing.cancel(LOCAL_OWNER, other.id, waits) is None
    assert waiting(state) == ['second']
    await desk.chat.asking.stop(LOCAL_OWNER, state.id)


# --- restart ----------------------------------------------------------------------------------------------------------


async def test_what_waits_is_there_after_a_restart_and_waits_behind_an_interrupted_answer(
    tmp_path: Path, server: OllamaServer
) -> None:
    async with open_desk(tmp_path / 'data', ollama_host=server.url) as desk:
        state, _ = await desk.ask(SLOW)
        [waits] = await queue_up(desk, state, 'second')
    async with open_desk(tmp_path / 'data', ollama_host=server.url) as desk:
        await desk.chat.queueing.go_on()
        again = await desk.chat.reading.open(LOCAL_OWNER, state.id)
        await quiet(desk, again)
        found = await desk.chat.queueing.look(again)
        assert [each.text for each in found.messages] == ['second']
        assert found.held
        await desk.chat.queueing.send_now(LOCAL_OWNER, again.id, waits)
        await quiet(desk, again)
        assert (await desk.messages.get(waits)).content == 'second'


async def test_conversations_whose_answer_is_complete_go_on_after_a_restart(
    tmp_path: Path, server: OllamaServer
) -> None:
    async with open_desk(tmp_path / 'data', ollama_host=server.url) as desk:
        state, reply = await desk.ask(BRIEF)
        [waits] = await queue_up(desk, state, 'second')
        await desk.chat.queueing.close()  # as if the process ended between the two
        await desk.ended(reply)
        assert waiting(state) == ['second']
    async with open_desk(tmp_path / 'data', ollama_host=server.url) as desk:
        await desk.chat.queueing.go_on()
        again = await desk.chat.reading.open(LOCAL_OWNER, state.id)
        await quiet(desk, again)
        assert (await desk.messages.get(waits)).parent_id == reply.id
        assert (await desk.messages.get(str(again.conversation.head_id))).status is Status.COMPLETE


async def test_a_process_that_ends_sends_nothing_more(tmp_path: Path, server: OllamaServer) -> None:
    async with open_desk(tmp_path / 'data', ollama_host=server.url) as desk:
        state, _ = await desk.ask(SLOW)
        await queue_up(desk, state, 'second')
        await server.until(lambda: server.asked('/api/chat'))
    assert len(server.asked('/api/chat')) == 1
    async with open_desk(tmp_path / 'data', ollama_host=server.url) as desk:
        assert len(await Queue(desk.parts.database).of(state.id)) == 1


async def test_a_deleted_conversation_sends_nothing(desk: Desk, server: OllamaServer) -> None:
    state, _ = await desk.ask(SLOW)
    await queue_up(desk, state, 'second')
    await server.until(lambda: server.asked('/api/chat'))
    await desk.chat.organising.delete(LOCAL_OWNER, state.id)
    await desk.chat.queueing.go_on()
    await quiet(desk, state)
    assert len(server.asked('/api/chat')) == 1
    with pytest.raises(NotFound):
        await desk.chat.asking.send(
            LOCAL_OWNER, Question(conversation_id=state.id, message_id=new_id(), text='too late')
        )
