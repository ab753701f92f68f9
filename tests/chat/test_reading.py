import asyncio
from collections.abc import Sequence

import pytest

from app.chat import Reading
from app.chat import reading as reading_module
from app.chat.reading import Window
from app.domain.conversation import LOCAL_OWNER
from app.domain.message import Message, Role, Status
from app.replies.live import ConversationState
from app.replies.rendered import RenderedMessages
from app.storage.database import Database
from app.storage.messages import Messages
from tests.chat.desk import Desk
from tests.replies.sources import numbered
from tests.replies.waiting import until
from tests.storage.samples import conversation, message


class SlowMessages(Messages):
    """The repository, with a reader that takes as long as the test wants."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.gate = asyncio.Event()
        self.waiting = asyncio.Event()

    async def versions_of(self, message_ids: Sequence[str]) -> dict[str, list[str]]:
        found = await super().versions_of(message_ids)
        self.waiting.set()
        await self.gate.wait()
        return found


@pytest.fixture
def slow(desk: Desk) -> SlowMessages:
    return SlowMessages(desk.parts.database)


@pytest.fixture
def slow_reading(desk: Desk, slow: SlowMessages) -> Reading:
    return Reading(desk.conversations, slow, desk.chat.live, RenderedMessages())


async def long_conversation(desk: Desk, exchanges: int) -> ConversationState:
    """Store a conversation of so many questions and answers."""
    chat = conversation()
    parent: Message | None = None
    for number in range(exchanges):
        question = message(chat, parent, content=f'question {number}')
        parent = message(chat, question, Role.ASSISTANT, content=f'answer {number}', status=Status.COMPLETE)
        await desk.messages.begin_reply(chat, question, parent)
    return await desk.chat.reading.open(LOCAL_OWNER, chat.id)


def said(window: Window) -> list[str]:
    return [each.content for each in window.messages]


async def test_the_newest_messages_then_older_and_newer_ones(desk: Desk) -> None:
    state = await long_conversation(desk, 10)
    reading = desk.chat.reading
    newest = await reading.newest(state, limit=4)
    assert said(newest) == ['question 8', 'answer 8', 'question 9', 'answer 9']
    assert (newest.has_older, newest.has_newer) == (True, False)
    older = await reading.older(state, newest.messages[0].depth, limit=3)
    assert said(older) == ['answer 6', 'question 7', 'answer 7']
    first = await reading.newer(state, -1, limit=2)
    assert (said(first), first.has_older, first.has_newer) == (['question 0', 'answer 0'], False, True)
    rest = await reading.newer(state, 1, limit=100)
    assert (len(rest.messages), rest.has_newer) == (18, False)
    assert rest.rendered[rest.messages[1].id].blocks == ['<p>answer 1</p>']


async def test_a_window_holds_no_more_text_than_a_browser_takes_up_at_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = await long_conversation(desk, 3)
    reading = desk.chat.reading
    monkeypatch.setattr(reading_module, 'WINDOW_CHARACTERS', len('question 0answer 0question 0') + 3)
    newest = await reading.newest(state)
    assert (said(newest), newest.has_older) == (['answer 1', 'question 2', 'answer 2'], True)
    older = await reading.older(state, newest.messages[0].depth)
    assert (said(older), older.has_older) == (['question 0', 'answer 0', 'question 1'], False)
    first = await reading.newer(state, -1)
    assert (said(first), first.has_newer) == (['question 0', 'answer 0', 'question 1'], True)
    monkeypatch.setattr(reading_module, 'WINDOW_CHARACTERS', 1)
    assert said(await reading.newest(state)) == ['answer 2']


async def test_a_conversation_without_messages(desk: Desk) -> None:
    chat = conversation()
    await desk.conversations.create(chat)
    window = await desk.chat.reading.newest(await desk.chat.reading.open(LOCAL_OWNER, chat.id))
    assert (window.messages, window.has_older, window.has_newer) == ((), False, False)


async def test_versions_are_told(desk: Desk) -> None:
    state, old = await desk.exchange('one')
    await desk.chat.asking.regenerate(LOCAL_OWNER, old.id)
    new = await desk.ended(await desk.messages.get(str(state.conversation.head_id)))
    window = await desk.chat.reading.newest(state)
    assert window.versions.keys() == {new.id}
    assert (window.versions[new.id].ids, window.versions[new.id].index) == ((old.id, new.id), 1)


async def test_what_begins_a_conversation_is_shown_without_being_read_back(desk: Desk, slow_reading: Reading) -> None:
    state, reply = await desk.ask('tokens=500 rate=200')
    window = await slow_reading.newest(state)  # its database does not answer
    assert [message.id for message in window.messages] == [reply.parent_id, reply.id]
    await desk.chat.asking.stop(LOCAL_OWNER, state.id)
    assert state.opening == ()


async def test_a_message_that_streams_is_given_as_far_as_it_is(desk: Desk) -> None:
    state, reply = await desk.ask('tokens=500 rate=200')
    text = await until(lambda: state.replies[reply.id].current().content)
    window = await desk.chat.reading.newest(state)
    assert window.messages[-1].content.startswith(text)
    assert (await desk.chat.reading.message(LOCAL_OWNER, reply.id)).content.startswith(text)
    assert reply.id not in window.rendered


async def test_a_reply_that_ends_while_it_is_read_is_not_shown_empty(
    desk: Desk, slow: SlowMessages, slow_reading: Reading
) -> None:
    state, _ = await desk.exchange('one')
    _, reply = await desk.ask('tokens=10 rate=100', state.id)
    reading = asyncio.create_task(slow_reading.newest(state))
    await slow.waiting.wait()
    await desk.ended(reply)
    slow.gate.set()
    window = await reading
    assert window.messages[-1].status is Status.COMPLETE
    assert window.rendered[reply.id].blocks == [f'<p>{"".join(numbered(10)).strip()}</p>']


@pytest.mark.parametrize('how', ['send', 'regenerate', 'step'])
async def test_what_begins_while_a_conversation_is_read_is_there(
    desk: Desk, slow: SlowMessages, slow_reading: Reading, how: str
) -> None:
    state, old = await desk.exchange('one')
    if how == 'step':
        await desk.chat.asking.regenerate(LOCAL_OWNER, old.id)
        await desk.ended(await desk.messages.get(str(state.conversation.head_id)))
    reading = asyncio.create_task(slow_reading.newest(state))
    await slow.waiting.wait()
    if how == 'send':
        await desk.ask('two', state.id)
    elif how == 'regenerate':
        await desk.chat.asking.regenerate(LOCAL_OWNER, old.id)
    else:
        await desk.chat.branching.step_version(LOCAL_OWNER, str(state.conversation.head_id), -1)
    slow.gate.set()
    window = await reading
    assert (window.messages[-1].id, window.has_newer) == (state.conversation.head_id, False)


async def test_figures_of_the_newest_answer_are_there_after_a_restart(desk: Desk) -> None:
    state, reply = await desk.exchange('one')
    state.stats = {}
    await desk.chat.reading.newest(state)
    assert state.stats == reply.stats
    assert reply.stats['num_ctx'] == 8192
