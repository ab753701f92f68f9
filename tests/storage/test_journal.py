"""The journal: what was acknowledged is there, once, in order."""

import asyncio
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session

from app.domain.delta import DeltaKind
from app.domain.message import Message, Status
from app.domain.model import ModelRef
from app.errors import StorageUnavailable
from app.replies.journal import Journal
from app.storage.conversations import Conversations
from app.storage.database import Database
from app.storage.journal import SqlJournal
from app.storage.messages import Messages
from app.storage.rows import row_of_conversation, row_of_message
from tests.storage.samples import Outage, conversation, exchange, later, message, new_id, pieces


async def rows(database: Database) -> int:
    return await database.read(lambda session: session.connection().scalar(text('SELECT count(*) FROM reply_delta')))


async def test_it_has_the_shape_the_engine_expects(journal: SqlJournal) -> None:
    expected: Journal = journal
    await expected.append([])
    assert await expected.recover() == []


async def test_recover_folds_pieces_in_order_and_removes_them(
    database: Database, messages: Messages, journal: SqlJournal
) -> None:
    _, reply = await exchange(messages, conversation())
    await journal.append(pieces(reply, *'fghijkl', first=7))  # order is by number (10 after 9), not by arrival
    await journal.append(pieces(reply, 'hm', ', so', kind=DeltaKind.THINKING))
    await journal.append(pieces(reply, *'abcde', first=2))
    [recovered] = await journal.recover()
    assert (recovered.content, recovered.thinking, recovered.status) == ('abcdefghijkl', 'hm, so', Status.INTERRUPTED)
    assert recovered.finished_at is not None
    assert await messages.get(reply.id) == recovered
    assert await rows(database) == 0
    assert await journal.recover() == []


async def test_recover_finds_again_what_was_to_be_resumed_and_was_not(messages: Messages, journal: SqlJournal) -> None:
    _, reply = await exchange(messages, conversation())
    await journal.append(pieces(reply, 'once'))
    for _ in range(2):
        [recovered] = await journal.recover(to_be_resumed=True)
        assert (recovered.content, recovered.status, recovered.finished_at) == ('once', Status.STREAMING, None)
    [interrupted] = await journal.recover()
    assert (interrupted.content, interrupted.status) == ('once', Status.INTERRUPTED)


async def test_recover_folds_every_streaming_reply_into_itself(messages: Messages, journal: SqlJournal) -> None:
    replies = [(await exchange(messages, conversation()))[1] for _ in range(3)]
    mixed = [
        piece for group in zip(*(pieces(reply, reply.id, '!') for reply in replies), strict=True) for piece in group
    ]
    await journal.append(mixed)
    assert [message.content for message in await journal.recover()] == [reply.id + '!' for reply in replies]


async def test_recover_leaves_ended_replies_alone(messages: Messages, journal: SqlJournal) -> None:
    _, reply = await exchange(messages, conversation())
    await journal.seal(replace(reply, content='done', status=Status.COMPLETE, finished_at=later()), unread=False)
    assert await journal.recover() == []
    assert (await messages.get(reply.id)).status is Status.COMPLETE


async def test_recovery_looks_at_streaming_replies_only(tmp_path: Path) -> None:
    """By the steps of SQLite's virtual machine: a start must not take longer the more there is to remember."""
    database = Database(f'sqlite:///{tmp_path}/guilherme.db')
    await database.upgrade()
    chat = conversation()
    ended = [message(chat, None) for _ in range(2000)]
    await database.write(lambda session: session.add(row_of_conversation(chat)))
    await database.write(lambda session: session.add_all([row_of_message(each) for each in ended]))
    steps = count()

    def count_steps(session: Session) -> None:
        connection = session.connection().connection.driver_connection
        assert connection is not None
        connection.set_progress_handler(lambda: next(steps) and None, 1)

    await database.write(count_steps)
    assert await SqlJournal(database).recover() == []
    assert next(steps) < len(ended)
    await database.close()


async def test_an_entry_appended_twice_is_there_once(messages: Messages, journal: SqlJournal) -> None:
    _, reply = await exchange(messages, conversation())
    await journal.append(pieces(reply, 'a', 'b'))
    await journal.append(pieces(reply, 'a', 'b', 'c'))
    assert [message.content for message in await journal.recover()] == ['abc']


async def test_entries_of_a_message_that_is_gone_do_not_harm_the_others(
    messages: Messages, journal: SqlJournal
) -> None:
    _, reply = await exchange(messages, conversation())
    await journal.append(pieces(replace(reply, id=new_id()), 'lost') + pieces(reply, 'kept'))
    assert [message.content for message in await journal.recover()] == ['kept']


UNSTORABLE = {
    'sqlite': (
        "CREATE TRIGGER refuse BEFORE UPDATE ON message WHEN new.content = 'refused' "
        "BEGIN SELECT RAISE(ABORT, 'no'); END",
        'DROP TRIGGER refuse',
    ),
    'postgresql': (
        "ALTER TABLE message ADD CONSTRAINT refuse CHECK (content <> 'refused')",
        'ALTER TABLE message DROP CONSTRAINT refuse',
    ),
}


@pytest.mark.expects_log('ERROR app.storage.journal: The reply .* could not be recovered')
async def test_a_reply_that_cannot_be_stored_keeps_neither_the_others_nor_the_start(
    backend: str, database: Database, messages: Messages, journal: SqlJournal
) -> None:
    refuse, allow = map(text, UNSTORABLE[backend])
    await database.write(lambda session: session.execute(refuse))
    replies = [(await exchange(messages, conversation()))[1] for _ in range(3)]
    for reply, said in zip(replies, ('one', 'refused', 'three'), strict=True):
        await journal.append(pieces(reply, said))
    assert [message.content for message in await journal.recover()] == ['one', 'three']
    assert [(await messages.get(reply.id)).content for reply in replies] == ['one', '', 'three']
    await database.write(lambda session: session.execute(allow))
    assert [message.content for message in await journal.recover()] == ['refused']
    assert await rows(database) == 0


async def test_a_database_that_is_away_is_not_taken_for_a_reply_that_cannot_be_stored(
    messages: Messages, journal: SqlJournal, outage: Outage
) -> None:
    _, reply = await exchange(messages, conversation())
    await journal.append(pieces(reply, 'text'))
    outage.begin()
    with pytest.raises(StorageUnavailable):
        await journal.recover()
    outage.end()
    assert [message.content for message in await journal.recover()] == ['text']


async def test_what_no_database_can_hold_becomes_a_replacement_character(
    messages: Messages, journal: SqlJournal
) -> None:
    _, reply = await exchange(messages, conversation())
    await journal.append(pieces(reply, 'a\x00b', '\ud83d', '🦜', kind=DeltaKind.TEXT))
    assert [message.content for message in await journal.recover()] == ['a\ufffdb\ufffd🦜']


async def test_seal_stores_the_end_and_removes_the_entries(
    database: Database, messages: Messages, journal: SqlJournal
) -> None:
    _, reply = await exchange(messages, conversation())
    await journal.append(pieces(reply, 'par', 'tial'))
    ended = replace(
        reply,
        content='partial',
        thinking='why',
        status=Status.FAILED,
        model=ModelRef('ollama', 'gemma2:2b'),
        error={'code': 'server_fault', 'message': 'oh'},
        stats={'tokens': 2, 'seconds': 0.5},
        finished_at=later(),
    )
    await journal.seal(ended, unread=False)
    assert await messages.get(reply.id) == ended
    assert await rows(database) == 0


@pytest.mark.parametrize('unread', [True, False])
async def test_seal_moves_the_conversation_up_and_marks_news(
    unread: bool, messages: Messages, conversations: Conversations, journal: SqlJournal
) -> None:
    chat = conversation()
    _, reply = await exchange(messages, chat)
    ended = replace(reply, status=Status.COMPLETE, finished_at=later())
    await journal.seal(ended, unread=unread)
    stored = await conversations.get(chat.id, chat.owner_id)
    assert (stored.updated_at, stored.unread) == (ended.finished_at, unread)


async def test_seal_does_not_take_back_news_nobody_has_seen(
    messages: Messages, conversations: Conversations, journal: SqlJournal
) -> None:
    chat = conversation(unread=True)
    _, reply = await exchange(messages, chat)
    await journal.seal(replace(reply, status=Status.COMPLETE, finished_at=later()), unread=False)
    assert (await conversations.get(chat.id, chat.owner_id)).unread


async def test_a_continued_reply_numbers_its_entries_anew(messages: Messages, journal: SqlJournal) -> None:
    _, reply = await exchange(messages, conversation())
    await journal.append(pieces(reply, 'one ', 'two '))
    await journal.recover()
    await messages.reopen(reply.id)
    await journal.append(pieces(reply, 'three ', 'four'))
    [recovered] = await journal.recover()
    assert recovered.content == 'one two three four'


async def test_a_continued_reply_is_free_of_stray_entries(messages: Messages, journal: SqlJournal) -> None:
    _, reply = await exchange(messages, conversation())
    await journal.seal(replace(reply, content='one ', status=Status.STOPPED, finished_at=later()), unread=False)
    await journal.append(pieces(reply, 'stray'))
    await messages.reopen(reply.id)
    await journal.append(pieces(reply, 'two'))
    assert [message.content for message in await journal.recover()] == ['one two']


async def test_a_failed_append_can_be_repeated_and_doubles_nothing(
    messages: Messages, journal: SqlJournal, outage: Outage
) -> None:
    _, reply = await exchange(messages, conversation())
    await journal.append(pieces(reply, 'before '))
    outage.begin()
    with pytest.raises(StorageUnavailable) as caught:
        await journal.append(pieces(reply, 'during ', first=1))
    assert caught.value.details['message']
    outage.end()
    await journal.append(pieces(reply, 'during ', first=1))
    await journal.append(pieces(reply, 'during ', 'after', first=1))
    assert [message.content for message in await journal.recover()] == ['before during after']


async def test_a_failed_seal_leaves_everything_as_it_was(
    database: Database, messages: Messages, journal: SqlJournal, outage: Outage
) -> None:
    _, reply = await exchange(messages, conversation())
    await journal.append(pieces(reply, 'text'))
    ended = replace(reply, content='text', status=Status.COMPLETE, finished_at=later())
    outage.begin()
    with pytest.raises(StorageUnavailable):
        await journal.seal(ended, unread=True)
    outage.end()
    assert (await messages.get(reply.id), await rows(database)) == (reply, 1)
    await journal.seal(ended, unread=True)
    assert (await messages.get(reply.id), await rows(database)) == (ended, 0)


async def test_an_append_that_was_cancelled_never_happens_after_the_seal(
    database: Database, messages: Messages, journal: SqlJournal
) -> None:
    _, reply = await exchange(messages, conversation())
    for _ in range(20):
        append = asyncio.create_task(journal.append(pieces(reply, 'x')))
        await asyncio.sleep(0)  # one turn: the append is on its way
        append.cancel()
        await asyncio.gather(append, return_exceptions=True)
        await journal.seal(stopped(reply), unread=False)
        assert await rows(database) == 0


def stopped(reply: Message) -> Message:
    return replace(reply, content='x', status=Status.STOPPED, finished_at=later())
