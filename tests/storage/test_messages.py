"""Messages: how a reply begins, branches and versions of the tree, reopening."""

import asyncio
from dataclasses import replace

import pytest

from app.domain.message import Role, Status
from app.errors import Conflict, NotFound, StorageUnavailable
from app.storage.conversations import Conversations
from app.storage.database import Database
from app.storage.journal import SqlJournal
from app.storage.messages import Messages
from app.storage.shelves import Shelves
from tests.storage.samples import Outage, conversation, exchange, later, message, new_id, throw_away


async def test_beginning_stores_conversation_question_and_reply(
    messages: Messages, conversations: Conversations
) -> None:
    chat = conversation()
    question = message(chat, None, content='Olá\n🦜')
    reply = message(chat, question, Role.ASSISTANT)
    begun = await messages.begin_reply(chat, question, reply)
    assert (begun.reply, begun.is_new) == (reply, True)
    assert await messages.branch(reply.id, limit=10) == [question, reply]
    stored = await conversations.get(chat.id, chat.owner_id)
    assert stored == replace(chat, head_id=reply.id, updated_at=reply.created_at)


async def test_sending_again_writes_nothing_and_gives_the_reply_that_is_there(
    messages: Messages, conversations: Conversations
) -> None:
    chat = conversation()
    question, reply = await exchange(messages, chat)
    begun = await messages.begin_reply(chat, question, message(chat, question, Role.ASSISTANT))
    assert (begun.reply, begun.is_new) == (reply, False)
    assert await messages.count(chat.id) == 2
    assert (await conversations.get(chat.id, chat.owner_id)).head_id == reply.id


async def test_sending_again_after_regenerating_gives_the_newest_reply(messages: Messages) -> None:
    chat = conversation()
    question, _ = await exchange(messages, chat)
    second = message(chat, question, Role.ASSISTANT)
    await messages.begin_reply(chat, None, second)
    begun = await messages.begin_reply(chat, question, message(chat, question, Role.ASSISTANT))
    assert (begun.reply, begun.is_new) == (second, False)


async def test_sending_many_times_at_once_stores_one_exchange(messages: Messages) -> None:
    chat = conversation()
    question = message(chat, None)
    tries = [message(chat, question, Role.ASSISTANT) for _ in range(8)]
    begun = await asyncio.gather(*(messages.begin_reply(chat, question, reply) for reply in tries))
    assert sum(each.is_new for each in begun) == 1
    assert len({each.reply.id for each in begun}) == 1
    assert await messages.count(chat.id) == 2


async def test_two_processes_on_one_database_take_turns(database_url: str) -> None:
    both = [Database(database_url), Database(database_url)]
    chat = conversation()
    question = message(chat, None)
    tries = [(Messages(each), message(chat, question, Role.ASSISTANT)) for each in both * 10]
    begun = await asyncio.gather(*(messages.begin_reply(chat, question, reply) for messages, reply in tries))
    assert sum(each.is_new for each in begun) == 1
    assert len({each.reply.id for each in begun}) == 1
    for each in both:
        await each.close()


async def test_regenerating_again_with_the_same_id_stores_one_reply(messages: Messages) -> None:
    chat = conversation()
    question, _ = await exchange(messages, chat)
    reply = message(chat, question, Role.ASSISTANT)
    assert (await messages.begin_reply(chat, None, reply)).is_new
    assert not (await messages.begin_reply(chat, None, reply)).is_new
    assert await messages.count(chat.id) == 3


async def test_an_id_of_another_conversation_is_a_conflict_and_nothing_is_written(
    messages: Messages, conversations: Conversations
) -> None:
    question, _ = await exchange(messages, conversation())
    other = conversation()
    stolen = replace(question, conversation_id=other.id)
    with pytest.raises(Conflict):
        await messages.begin_reply(other, stolen, message(other, stolen, Role.ASSISTANT))
    with pytest.raises(NotFound):
        await conversations.get(other.id, other.owner_id)


async def test_a_message_cannot_hang_below_another_conversation(messages: Messages) -> None:
    question, _ = await exchange(messages, conversation())
    other = conversation()
    with pytest.raises(Conflict):
        await messages.begin_reply(other, None, message(other, question, Role.ASSISTANT))
    assert await messages.count(other.id) == 0


@pytest.mark.parametrize('change', [{'depth': 7}, {'parent_id': new_id()}, {'parent_id': None}])
async def test_a_place_that_does_not_fit_the_tree_is_a_conflict(change: dict[str, object], messages: Messages) -> None:
    chat = conversation()
    question, _ = await exchange(messages, chat)
    misplaced = message(chat, question, Role.ASSISTANT, **change)
    with pytest.raises(Conflict):
        await messages.begin_reply(chat, None, misplaced)
    assert await messages.count(chat.id) == 2


async def test_nobody_writes_into_someone_elses_conversation_or_the_bin(messages: Messages, shelves: Shelves) -> None:
    chat = conversation('ana')
    _, reply = await exchange(messages, chat)
    theirs = replace(chat, owner_id='rui')
    with pytest.raises(NotFound):
        await exchange(messages, theirs, reply)
    await throw_away(shelves, chat)
    with pytest.raises(NotFound):
        await exchange(messages, chat, reply)
    assert await messages.count(chat.id) == 2


async def test_unknown_messages_are_not_found(messages: Messages) -> None:
    chat = conversation()
    await exchange(messages, chat)
    missing = new_id()
    for attempt in (messages.get(missing), messages.versions(missing), messages.reopen(missing)):
        with pytest.raises(NotFound):
            await attempt
    with pytest.raises(NotFound):
        await messages.set_head(chat.id, missing)
    assert await messages.branch(missing, limit=5) == []
    assert await messages.versions_of([missing]) == {}


async def test_pages_of_a_branch(messages: Messages) -> None:
    chat = conversation()
    reply = None
    for _ in range(5):
        _, reply = await exchange(messages, chat, reply)
    assert reply is not None

    async def depths(*, before_depth: int | None = None, after_depth: int | None = None, limit: int = 4) -> list[int]:
        page = await messages.branch(reply.id, before_depth=before_depth, after_depth=after_depth, limit=limit)
        return [each.depth for each in page]

    assert await depths() == [6, 7, 8, 9]
    assert await depths(before_depth=6) == [2, 3, 4, 5]
    assert await depths(before_depth=2) == [0, 1]
    assert await depths(before_depth=0) == []
    assert await depths(after_depth=-1) == [0, 1, 2, 3]
    assert await depths(after_depth=7) == [8, 9]
    assert await depths(limit=100) == list(range(10))
    with pytest.raises(ValueError, match='before a depth or after one'):
        await depths(before_depth=3, after_depth=1)


async def test_a_branch_has_nothing_of_its_siblings(messages: Messages) -> None:
    chat = conversation()
    question, first = await exchange(messages, chat)
    second = message(chat, question, Role.ASSISTANT)
    await messages.begin_reply(chat, None, second)
    assert await messages.branch(first.id, limit=9) == [question, first]
    assert await messages.branch(second.id, limit=9) == [question, second]


async def test_versions_are_siblings_in_order_of_creation(messages: Messages) -> None:
    chat = conversation()
    question, first = await exchange(messages, chat)
    others = [message(chat, question, Role.ASSISTANT) for _ in range(3)]
    for each in reversed(others):
        await messages.begin_reply(chat, None, each)
    edited, answer = await exchange(messages, chat)  # another first message of the same conversation
    await exchange(messages, conversation())  # and one that must not be mixed up with it
    ids = [first.id, *(each.id for each in others)]
    assert await messages.versions(others[1].id) == ids
    assert await messages.versions_of([question.id, first.id, answer.id]) == {
        question.id: [question.id, edited.id],
        first.id: ids,
        answer.id: [answer.id],
    }


async def test_choosing_a_version_shows_the_newest_leaf_below_it(
    messages: Messages, conversations: Conversations
) -> None:
    chat = conversation()
    question, reply = await exchange(messages, chat)
    _, older = await exchange(messages, chat, reply)
    _, newer = await exchange(messages, chat, reply)
    other = message(chat, question, Role.ASSISTANT)
    await messages.begin_reply(chat, None, other)
    assert await messages.set_head(chat.id, reply.id) == newer.id
    assert (await conversations.get(chat.id, chat.owner_id)).head_id == newer.id
    assert await messages.set_head(chat.id, older.id) == older.id
    assert await messages.set_head(chat.id, question.id) == other.id


async def test_a_head_must_be_of_the_same_conversation(messages: Messages, conversations: Conversations) -> None:
    chat = conversation()
    _, reply = await exchange(messages, chat)
    _, foreign = await exchange(messages, conversation())
    with pytest.raises(NotFound):
        await messages.set_head(chat.id, foreign.id)
    assert (await conversations.get(chat.id, chat.owner_id)).head_id == reply.id


async def test_reopening_keeps_the_text_and_clears_how_it_ended(messages: Messages, journal: SqlJournal) -> None:
    _, reply = await exchange(messages, conversation())
    failed = replace(
        reply, content='half', thinking='hm', status=Status.FAILED, error={'code': 'x'}, finished_at=later()
    )
    await journal.seal(failed, unread=False)
    reopened = await messages.reopen(reply.id)
    assert reopened == replace(failed, status=Status.STREAMING, error=None, finished_at=None)
    assert await messages.get(reply.id) == reopened
    assert await messages.reopen(reply.id) == reopened  # as after a recovery that leaves it streaming


async def test_a_send_that_failed_can_be_repeated_and_doubles_nothing(messages: Messages, outage: Outage) -> None:
    chat = conversation()
    question = message(chat, None)
    reply = message(chat, question, Role.ASSISTANT)
    outage.begin()
    with pytest.raises(StorageUnavailable):
        await messages.begin_reply(chat, question, reply)
    outage.end()
    assert (await messages.begin_reply(chat, question, reply)).is_new
    assert await messages.branch(reply.id, limit=9) == [question, reply]


async def test_reading_goes_on_while_another_writes(database: Database, messages: Messages) -> None:
    _, reply = await exchange(messages, conversation())
    written, may_end = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow_write(session: object) -> None:
        loop.call_soon_threadsafe(written.set)
        asyncio.run_coroutine_threadsafe(may_end.wait(), loop).result()

    writing = asyncio.create_task(database.write(slow_write))
    await written.wait()
    assert await messages.get(reply.id) == reply
    may_end.set()
    await writing


async def test_a_fork_is_a_copy_with_ids_of_its_own(messages: Messages, conversations: Conversations) -> None:
    chat, copy = conversation(), conversation(title='copy')
    question, reply = await exchange(messages, chat)
    stored = await messages.fork(copy, [question, reply])
    branch = await messages.branch(str(stored.head_id), limit=10)
    assert [replace(each, id='', conversation_id='', parent_id='') for each in branch] == [
        replace(each, id='', conversation_id='', parent_id='') for each in (question, reply)
    ]
    assert [each.conversation_id for each in branch] == [copy.id, copy.id]
    assert (branch[0].parent_id, branch[1].parent_id) == (None, branch[0].id)
    assert await conversations.get(copy.id, copy.owner_id) == stored
    assert await messages.count(chat.id) == 2


async def test_nothing_can_be_forked_too(messages: Messages, conversations: Conversations) -> None:
    stored = await messages.fork(conversation(), [])
    assert (await conversations.get(stored.id, stored.owner_id)).head_id is None
