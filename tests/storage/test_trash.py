"""Deleting for good: out of sight at once, gone a little at a time, and nothing of anybody else's."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import col, func, select

from app.domain.conversation import Conversation
from app.domain.shelf import Place, Shelf
from app.errors import NotFound
from app.storage.conversations import Conversations
from app.storage.database import Database
from app.storage.giving import STAGED
from app.storage.journal import SqlJournal
from app.storage.messages import Messages
from app.storage.shelves import Shelves
from app.storage.tables import ConversationRow, ConversationTagRow, MessageRow, QueuedMessageRow, ReplyDeltaRow
from app.storage.trash import Trash
from tests.storage.samples import conversation, exchange, later, new_id, pieces, throw_away

TABLES = ConversationRow, ConversationTagRow, MessageRow, QueuedMessageRow, ReplyDeltaRow


@pytest.fixture
def trash(database: Database) -> Trash:
    return Trash(database)


async def rows(database: Database) -> list[int]:
    return await database.read(
        lambda session: [session.exec(select(func.count()).select_from(each)).one() for each in TABLES]
    )


async def full(database: Database, messages: Messages, exchanges: int = 3, owner_id: str = 'local') -> Conversation:
    """Store a conversation with rows in every table."""
    chat = conversation(owner_id)
    parent = None
    for _ in range(exchanges):
        _, parent = await exchange(messages, chat, parent)
        await SqlJournal(database).append(pieces(parent, 'a', 'b'))
    queued = QueuedMessageRow(id=new_id(), conversation_id=chat.id, text='next', language='en', created_at=later())
    tag = ConversationTagRow(conversation_id=chat.id, name='tag')
    await database.write(lambda session: session.add_all([queued, tag]))
    return chat


async def test_what_is_erased_is_gone_at_once_and_its_rows_follow_a_few_at_a_time(
    database: Database, conversations: Conversations, messages: Messages, shelves: Shelves, trash: Trash
) -> None:
    await full(database, messages)
    kept = await rows(database)
    chat = await full(database, messages)
    await throw_away(shelves, chat)
    assert await trash.give_up('local', [chat.id]) == [chat.id]
    with pytest.raises(NotFound):
        await conversations.get(chat.id, 'local', deleted=True)
    assert (await shelves.page('local', Shelf(Place.TRASH), limit=5)).conversations == ()
    counts = []
    while await trash.erase_some(2):
        counts.append(await messages.count(chat.id))
    assert counts == [4, 2, 0, 0]
    assert await rows(database) == kept


async def test_only_what_lies_in_ones_own_trash_is_erased(
    database: Database, conversations: Conversations, shelves: Shelves, trash: Trash
) -> None:
    mine, hers, listed = conversation(), conversation('ana'), conversation()
    for each in (mine, hers, listed):
        await conversations.create(each)
    await throw_away(shelves, mine)
    await throw_away(shelves, hers)
    assert await trash.give_up('local', [hers.id, listed.id]) == []
    assert await trash.give_up('local') == [mine.id]
    assert await trash.erase_some(10)
    assert not await trash.erase_some(10)
    assert (await conversations.get(hers.id, 'ana', deleted=True)).id == hers.id
    assert (await conversations.get(listed.id, 'local')).id == listed.id


async def test_what_was_deleted_long_ago_goes_whoever_owns_it(
    database: Database, conversations: Conversations, trash: Trash
) -> None:
    now = later()
    old = [replace(conversation(owner), deleted_at=now - timedelta(days=2)) for owner in ('local', 'ana')]
    new = replace(conversation(), deleted_at=now - timedelta(hours=1))
    importing = replace(conversation(f'{STAGED}1'), deleted_at=now - timedelta(days=2))
    for each in (*old, new, importing, conversation()):
        await conversations.create(each)
    assert sorted(await trash.give_up_older(now - timedelta(days=1), but=STAGED)) == sorted(each.id for each in old)
    assert await trash.give_up_older(now - timedelta(days=1), but=STAGED) == []
    while await trash.erase_some(10):
        pass
    left = await database.read(lambda session: session.exec(select(col(ConversationRow.id))).all())
    assert len(left) == 3
    assert {new.id, importing.id} < set(left)
