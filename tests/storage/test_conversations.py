"""The list of conversations: order, pages, search, the bin, and who sees what."""

from collections.abc import Awaitable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text

from app.domain.conversation import LOCAL_OWNER
from app.domain.model import ModelRef
from app.errors import NotFound, StorageUnavailable
from app.storage.conversations import Conversations
from app.storage.database import Database
from app.storage.messages import Messages
from app.storage.rows import row_of_conversation, search_key
from app.storage.shelves import Shelves
from tests.storage.plans import explained
from tests.storage.samples import START, Outage, conversation, exchange, later, numbered_id, throw_away


async def titles(conversations: Conversations, owner: str = 'local') -> list[str]:
    return [found.title for found in await conversations.page(owner)]


async def test_a_conversation_comes_back_as_it_was_stored(conversations: Conversations) -> None:
    stored = conversation(
        title='Olá 🦜',
        title_by_person=True,
        model=ModelRef('ollama', 'hf.co/a/b'),
        parameters={'top_p': 0.9},
        unread=True,
        pinned=True,
        tags=('casa', 'fim de semana'),
        archived_at=later(),
    )
    await conversations.create(stored)
    found = await conversations.get(stored.id, stored.owner_id)
    assert found == stored
    assert found.created_at.tzinfo is UTC


async def test_times_from_another_zone_are_the_same_moment_in_utc(conversations: Conversations) -> None:
    there = datetime(2026, 7, 1, 22, 0, tzinfo=timezone(timedelta(hours=-3)))
    stored = conversation(updated_at=there)
    await conversations.create(stored)
    found = (await conversations.get(stored.id, stored.owner_id)).updated_at
    assert found == there
    assert found.isoformat() == '2026-07-02T01:00:00+00:00'


async def test_the_latest_comes_first_page_by_page(conversations: Conversations) -> None:
    stored = [conversation(title=str(number)) for number in range(7)]
    same_time = replace(stored[3], id=numbered_id(1), title='same time')
    for each in [*stored, same_time]:
        await conversations.create(each)
    seen: list[str] = []
    before: tuple[datetime, str] | None = None
    while page := await conversations.page('local', before=before, limit=3):
        seen += [each.title for each in page]
        before = page[-1].updated_at, page[-1].id
    tied = ['3', 'same time'] if stored[3].id > same_time.id else ['same time', '3']
    assert seen == ['6', '5', '4', *tied, '2', '1', '0']


async def test_touch_moves_a_conversation_to_the_top(conversations: Conversations) -> None:
    first, second = conversation(title='first'), conversation(title='second')
    await conversations.create(first)
    await conversations.create(second)
    await conversations.touch(first.id, later())
    assert await titles(conversations) == ['first', 'second']


async def test_nobody_sees_or_changes_what_is_someone_elses(conversations: Conversations) -> None:
    hers, his = conversation('ana', 'hers'), conversation('rui', 'his')
    await conversations.create(hers)
    await conversations.create(his)
    assert await titles(conversations, owner='ana') == ['hers']
    attempts: list[Awaitable[object]] = [
        conversations.get(hers.id, 'rui'),
        conversations.get(hers.id, 'rui', deleted=True),
        conversations.rename(hers.id, 'rui', 'mine now'),
        conversations.set_model(hers.id, 'rui', ModelRef('ollama', 'other')),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound):
            await attempt
    assert await conversations.get(hers.id, 'ana') == hers


async def test_the_trash_hides_and_nothing_in_it_can_be_changed(conversations: Conversations, shelves: Shelves) -> None:
    stored = conversation()
    await conversations.create(stored)
    await throw_away(shelves, stored)
    assert await titles(conversations) == []
    with pytest.raises(NotFound):
        await conversations.get(stored.id, stored.owner_id)
    with pytest.raises(NotFound):
        await conversations.rename(stored.id, stored.owner_id, 'new')
    assert (await conversations.get(stored.id, stored.owner_id, deleted=True)).deleted_at is not None


async def test_a_suggested_title_never_replaces_a_persons(conversations: Conversations) -> None:
    stored = conversation(title='')
    await conversations.create(stored)
    assert await conversations.suggest_title(stored.id, 'Suggested')
    assert await titles(conversations) == ['Suggested']
    await conversations.rename(stored.id, stored.owner_id, 'Chosen')
    assert not await conversations.suggest_title(stored.id, 'Suggested again')
    assert await titles(conversations) == ['Chosen']


async def test_model_and_unread_mark_are_kept(conversations: Conversations) -> None:
    stored = conversation()
    await conversations.create(stored)
    await conversations.set_model(stored.id, stored.owner_id, ModelRef('ollama', 'llama3:8b'))
    await conversations.set_unread(stored.id, True)
    expected = replace(stored, model=ModelRef('ollama', 'llama3:8b'), unread=True)
    assert await conversations.get(stored.id, stored.owner_id) == expected
    await conversations.set_model(stored.id, stored.owner_id, None)
    await conversations.set_unread(stored.id, False)
    assert await conversations.get(stored.id, stored.owner_id) == stored


async def test_a_page_reads_along_the_index_and_sorts_nothing(
    database: Database, conversations: Conversations, backend: str
) -> None:
    many = [conversation(updated_at=START + timedelta(seconds=number)) for number in range(2000)]
    await database.write(lambda session: session.add_all([row_of_conversation(each) for each in many]))
    await database.write(lambda session: session.connection().execute(text('ANALYZE')))
    with explained(backend) as plans:
        await conversations.page('local', before=(START + timedelta(seconds=500), numbered_id(0)))
    [plan] = [each for each in plans if 'conversation_tag' not in each]
    assert 'ix_conversation_list' in plan
    assert 'TEMP B-TREE' not in plan
    assert 'Sort' not in plan


async def test_a_refused_change_can_be_repeated(conversations: Conversations, outage: Outage) -> None:
    stored = conversation()
    outage.begin()
    with pytest.raises(StorageUnavailable):
        await conversations.create(stored)
    outage.end()
    await conversations.create(stored)
    assert await conversations.page('local') == [stored]


def test_search_keys_have_no_case_and_no_accents() -> None:
    assert search_key('ÀÉÎÕÜç ﬁ') == 'aeiouc fi'
    assert search_key('日本語') == '日本語'


async def test_the_latest_conversations_with_how_they_begin(
    conversations: Conversations, messages: Messages, shelves: Shelves
) -> None:
    first, second, by_person, gone = (conversation(title=title) for title in ('one', 'two', 'three', 'four'))
    begun = {}
    for chat in (first, second, by_person, gone):
        question, _ = await exchange(messages, chat)
        begun[chat.id] = question
    await conversations.create(conversation(title='nothing in it'))
    await conversations.rename(by_person.id, LOCAL_OWNER, 'mine')
    await throw_away(shelves, gone)
    found = await conversations.latest_with_first_message(10)
    assert found == [(LOCAL_OWNER, each.id, each.title, begun[each.id].content) for each in (second, first)]
    assert await conversations.latest_with_first_message(1) == found[:1]
