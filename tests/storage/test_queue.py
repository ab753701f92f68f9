"""Messages that wait their turn: order, repetition, limits, and how they become messages."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from app.domain.conversation import LOCAL_OWNER, Conversation
from app.domain.message import Message, Role
from app.domain.model import ModelRef
from app.domain.queued import QueuedMessage
from app.errors import Conflict, InvalidInput, NotFound
from app.storage.conversations import Conversations
from app.storage.database import Database
from app.storage.messages import Messages
from app.storage.queue import MOST_WAITING, Queue
from app.storage.shelves import Shelves
from tests.storage.samples import conversation, exchange, later, message, new_id, throw_away


@pytest.fixture
def queue(database: Database) -> Queue:
    return Queue(database)


@pytest.fixture
async def chat(conversations: Conversations) -> Conversation:
    """Give a stored conversation without messages."""
    made = conversation()
    await conversations.create(made)
    return made


def queued(chat: Conversation, text: str = 'And then?', **changes: Any) -> QueuedMessage:
    made = QueuedMessage(id=new_id(), conversation_id=chat.id, text=text, created_at=later())
    return replace(made, **changes)


def exchange_of(waiting: QueuedMessage, chat: Conversation, head: Message | None) -> tuple[Message, Message]:
    """Make the question a waiting message becomes, and the empty reply to it."""
    question = message(chat, head, id=waiting.id, content=waiting.text)
    return question, message(chat, question, Role.ASSISTANT)


async def test_what_waits_comes_back_whole_and_in_order(queue: Queue, chat: Conversation) -> None:
    first = queued(chat, 'Olá\n🦜', model=ModelRef('ollama', 'gemma2:2b'), language='pt-BR', behind_id=new_id())
    second, third = queued(chat), queued(chat)
    for each in (second, third, first):
        assert await queue.add(each)
    assert await queue.of(chat.id) == [first, second, third]
    assert await queue.of(new_id()) == []


async def test_sending_again_changes_nothing(queue: Queue, chat: Conversation) -> None:
    waiting = queued(chat)
    added = await asyncio.gather(*(queue.add(waiting) for _ in range(4)), return_exceptions=True)
    assert added.count(True) == 1
    assert not await queue.add(replace(waiting, text='another text'))
    assert await queue.of(chat.id) == [waiting]


async def test_what_was_sent_meanwhile_does_not_wait_again(
    queue: Queue, messages: Messages, chat: Conversation
) -> None:
    question, _ = await exchange(messages, chat)
    assert not await queue.add(queued(chat, id=question.id))
    assert await queue.of(chat.id) == []


async def test_an_id_of_another_conversation_is_refused(
    queue: Queue, messages: Messages, conversations: Conversations, chat: Conversation
) -> None:
    other = conversation()
    await conversations.create(other)
    waiting = queued(other)
    await queue.add(waiting)
    question, _ = await exchange(messages, other)
    for taken in (waiting.id, question.id):
        with pytest.raises(Conflict):
            await queue.add(queued(chat, id=taken))


async def test_nothing_waits_where_there_is_no_conversation(queue: Queue, shelves: Shelves, chat: Conversation) -> None:
    with pytest.raises(NotFound):
        await queue.add(queued(conversation()))
    await throw_away(shelves, chat)
    with pytest.raises(NotFound):
        await queue.add(queued(chat))


async def test_so_many_may_wait_and_no_more(queue: Queue, conversations: Conversations, chat: Conversation) -> None:
    for _ in range(MOST_WAITING):
        await queue.add(queued(chat))
    with pytest.raises(InvalidInput) as caught:
        await queue.add(queued(chat))
    assert caught.value.details == {'reason': 'queue_full', 'most': MOST_WAITING}
    other = conversation()
    await conversations.create(other)
    assert await queue.add(queued(other))


async def test_editing_and_removing(queue: Queue, chat: Conversation) -> None:
    first, second = queued(chat), queued(chat)
    for each in (first, second):
        await queue.add(each)
    await queue.edit(second.id, 'better\x00')
    await queue.remove(first.id)
    await queue.remove(first.id)
    assert await queue.of(chat.id) == [replace(second, text='better\ufffd')]
    with pytest.raises(NotFound):
        await queue.edit(first.id, 'too late')


async def test_what_is_sent_leaves_the_queue_with_the_same_commit(
    queue: Queue, messages: Messages, chat: Conversation
) -> None:
    first, second = queued(chat), queued(chat)
    for each in (first, second):
        await queue.add(each)
    question, reply = exchange_of(first, chat, None)
    begun = await messages.begin_reply(chat, question, reply, from_queue=True)
    assert begun.is_new
    assert await queue.of(chat.id) == [second]
    assert await messages.branch(reply.id, limit=10) == [question, reply]


async def test_what_cannot_be_sent_stays_in_the_queue(queue: Queue, messages: Messages, chat: Conversation) -> None:
    waiting = queued(chat)
    await queue.add(waiting)
    question, reply = exchange_of(waiting, chat, None)
    with pytest.raises(Conflict):
        await messages.begin_reply(chat, replace(question, parent_id=new_id()), reply, from_queue=True)
    assert await queue.of(chat.id) == [waiting]
    assert await messages.count(chat.id) == 0


async def test_what_was_cancelled_is_not_sent(queue: Queue, messages: Messages, chat: Conversation) -> None:
    waiting = queued(chat)
    question, reply = exchange_of(waiting, chat, None)
    with pytest.raises(NotFound):
        await messages.begin_reply(chat, question, reply, from_queue=True)
    assert await messages.count(chat.id) == 0


async def test_sending_from_the_queue_again_gives_the_reply_that_is_there(
    queue: Queue, messages: Messages, chat: Conversation
) -> None:
    waiting = queued(chat)
    await queue.add(waiting)
    question, reply = exchange_of(waiting, chat, None)
    await messages.begin_reply(chat, question, reply, from_queue=True)
    begun = await messages.begin_reply(chat, question, exchange_of(waiting, chat, None)[1], from_queue=True)
    assert (begun.is_new, begun.reply.id) == (False, reply.id)


async def test_conversations_with_something_waiting_the_longest_wait_first(
    queue: Queue, conversations: Conversations, shelves: Shelves, chat: Conversation
) -> None:
    early, late, gone = queued(chat), queued(chat), conversation()
    other = conversation('somebody else')
    for each in (other, gone):
        await conversations.create(each)
    between = queued(other, created_at=early.created_at.replace(microsecond=0).replace(year=2025))
    for waiting in (late, early, between, queued(gone)):
        await queue.add(waiting)
    await throw_away(shelves, gone)
    assert await queue.waiting() == [('somebody else', other.id), (LOCAL_OWNER, chat.id)]
