import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from app.domain.conversation import LOCAL_OWNER, LONGEST_TAG, LONGEST_TITLE
from app.domain.message import Status
from app.domain.model import ModelRef
from app.domain.shelf import Place, Shelf
from app.errors import InvalidInput, NotFound
from app.replies.live import ConversationNews
from app.storage.tables import ConversationRow
from tests.chat.desk import Desk
from tests.replies.waiting import until
from tests.replies.watcher import Watcher
from tests.storage.samples import conversation
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


async def shelf(desk: Desk, place: Place, folder_id: str | None = None) -> list[str]:
    """Give the ids of what stands on a shelf."""
    page = await desk.chat.listing.shelf(LOCAL_OWNER, Shelf(place, folder_id), limit=50)
    return [each.id for each in page.conversations]


async def test_several_are_pinned_at_once_and_undoing_gives_each_its_own_place_back(
    desk: Desk, news: list[ConversationNews]
) -> None:
    states = [(await desk.exchange(text))[0] for text in ('one', 'two', 'three')]
    ids = [each.id for each in states]
    await desk.chat.organising.pin(LOCAL_OWNER, ids[0])
    before = await desk.chat.organising.pin(LOCAL_OWNER, *ids)
    assert await shelf(desk, Place.PINNED) == ids[::-1]
    assert all(each.conversation.pinned for each in states)
    await until(lambda: {each.conversation.id for each in news if each.conversation.pinned} == {*ids})
    await desk.chat.organising.put_back(LOCAL_OWNER, before)
    assert await shelf(desk, Place.PINNED) == ids[:1]
    assert [each.conversation.pinned for each in states] == [True, False, False]


async def test_what_is_not_in_memory_is_arranged_too(desk: Desk, news: list[ConversationNews]) -> None:
    chat = conversation()
    await desk.conversations.create(chat)
    await desk.chat.organising.archive(LOCAL_OWNER, chat.id)
    assert desk.chat.live.find(chat.id) is None
    await until(lambda: any(each.conversation.id == chat.id and each.conversation.archived_at for each in news))


async def test_the_archive_keeps_what_can_still_be_asked(desk: Desk) -> None:
    state, _ = await desk.exchange('one')
    await desk.chat.organising.archive(LOCAL_OWNER, state.id)
    assert (await shelf(desk, Place.RECENT), await shelf(desk, Place.ARCHIVE)) == ([], [state.id])
    await desk.exchange('two', state.id)
    await desk.chat.organising.archive(LOCAL_OWNER, state.id, archived=False)
    assert (await shelf(desk, Place.RECENT), await shelf(desk, Place.ARCHIVE)) == ([state.id], [])


async def test_a_pin_takes_a_conversation_out_of_the_archive(desk: Desk) -> None:
    state, _ = await desk.exchange('one')
    await desk.chat.organising.archive(LOCAL_OWNER, state.id)
    await desk.chat.organising.pin(LOCAL_OWNER, state.id)
    assert await shelf(desk, Place.PINNED) == [state.id]


async def test_tags_are_words_and_none_comes_twice(desk: Desk) -> None:
    state, _ = await desk.exchange('one')
    organising = desk.chat.organising
    for tag in (' #fim de  semana ', 'Fim de Semana', 'café', 'CAFE', 'x' * 99):
        await organising.tag(LOCAL_OWNER, tag, state.id)
    assert state.conversation.tags == ('café', 'fim de semana', 'x' * LONGEST_TAG)
    assert (await desk.conversations.get(state.id, LOCAL_OWNER)).tags == state.conversation.tags
    assert await desk.chat.listing.tags(LOCAL_OWNER) == [*state.conversation.tags]
    await organising.untag(LOCAL_OWNER, 'café', state.id)
    assert (await desk.conversations.get(state.id, LOCAL_OWNER)).tags == ('fim de semana', 'x' * LONGEST_TAG)
    with pytest.raises(InvalidInput):
        await organising.tag(LOCAL_OWNER, ' # ', state.id)


async def test_folders_hold_conversations_and_leave_them_behind(desk: Desk) -> None:
    told: list[str] = []
    desk.chat.live.reshelved.subscribe(told.append)
    filing, organising = desk.chat.filing, desk.chat.organising
    state, _ = await desk.exchange('one')
    folder = await filing.make(LOCAL_OWNER, ' My \n work ')
    await organising.move(LOCAL_OWNER, folder.id, state.id)
    assert [(each.folder.name, each.count) for each in await desk.chat.listing.folders(LOCAL_OWNER)] == [('My work', 1)]
    assert await shelf(desk, Place.FOLDER, folder.id) == [state.id]
    taken = await filing.take_away(LOCAL_OWNER, folder.id)
    assert (state.conversation.folder_id, await shelf(desk, Place.RECENT)) == (None, [state.id])
    await filing.put_back(LOCAL_OWNER, taken)
    assert (state.conversation.folder_id, await shelf(desk, Place.FOLDER, folder.id)) == (folder.id, [state.id])
    assert told == [LOCAL_OWNER] * 2


async def test_putting_a_folder_back_twice_is_like_once(desk: Desk) -> None:
    filing = desk.chat.filing
    state, _ = await desk.exchange('one')
    folder = await filing.make(LOCAL_OWNER, 'Work')
    await desk.chat.organising.move(LOCAL_OWNER, folder.id, state.id)
    taken = await filing.take_away(LOCAL_OWNER, folder.id)
    for _ in range(2):
        await filing.put_back(LOCAL_OWNER, taken)
    assert [(each.folder, each.count) for each in await desk.chat.listing.folders(LOCAL_OWNER)] == [(folder, 1)]


async def test_an_empty_folder_comes_back_too(desk: Desk) -> None:
    folder = await desk.chat.filing.make(LOCAL_OWNER, 'Empty')
    await desk.chat.filing.put_back(LOCAL_OWNER, await desk.chat.filing.take_away(LOCAL_OWNER, folder.id))
    assert [each.folder for each in await desk.chat.listing.folders(LOCAL_OWNER)] == [folder]


async def test_what_moved_on_meanwhile_stays_where_it_is_when_its_old_folder_comes_back(desk: Desk) -> None:
    filing, organising = desk.chat.filing, desk.chat.organising
    state, _ = await desk.exchange('one')
    old, new = await filing.make(LOCAL_OWNER, 'Old'), await filing.make(LOCAL_OWNER, 'New')
    await organising.move(LOCAL_OWNER, old.id, state.id)
    taken = await filing.take_away(LOCAL_OWNER, old.id)
    before = await organising.move(LOCAL_OWNER, new.id, state.id)
    await filing.put_back(LOCAL_OWNER, taken)
    assert state.conversation.folder_id == new.id
    await filing.take_away(LOCAL_OWNER, old.id)
    await organising.put_back(LOCAL_OWNER, [replace(each, folder_id=old.id) for each in before])
    assert state.conversation.folder_id is None


async def test_folders_need_a_name_and_belong_to_somebody(desk: Desk) -> None:
    filing = desk.chat.filing
    state, _ = await desk.exchange('one')
    with pytest.raises(InvalidInput):
        await filing.make(LOCAL_OWNER, ' \n ')
    theirs = await filing.make('ana', 'Hers')
    for attempt in (
        filing.rename(LOCAL_OWNER, theirs.id, 'Mine'),
        filing.take_away(LOCAL_OWNER, theirs.id),
        desk.chat.organising.move(LOCAL_OWNER, theirs.id, state.id),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_deleting_several_stops_all_that_streams_into_them(desk: Desk) -> None:
    begun = [await desk.ask('tokens=500 rate=200') for _ in range(2)]
    before = await desk.chat.organising.delete(LOCAL_OWNER, *(state.id for state, _ in begun))
    assert [(await desk.messages.get(reply.id)).status for _, reply in begun] == [Status.STOPPED] * 2
    assert len(await shelf(desk, Place.TRASH)) == 2
    await desk.chat.organising.put_back(LOCAL_OWNER, before)
    assert len(await shelf(desk, Place.RECENT)) == 2


async def test_a_stranger_neither_deletes_nor_stops(desk: Desk) -> None:
    state, reply = await desk.ask('tokens=500 rate=200')
    with pytest.raises(NotFound):
        await desk.chat.organising.delete('ana', state.id)
    assert reply.id in state.replies


async def test_what_is_erased_does_not_come_back(desk: Desk) -> None:
    (kept, _), (gone, reply) = await desk.exchange('one'), await desk.exchange('two')
    before = await desk.chat.organising.delete(LOCAL_OWNER, gone.id)
    with pytest.raises(NotFound):
        await desk.chat.trash.erase('ana', gone.id)
    await desk.chat.trash.erase(LOCAL_OWNER, gone.id)
    with pytest.raises(NotFound):
        await desk.chat.organising.put_back(LOCAL_OWNER, before)
    with pytest.raises(NotFound):
        await desk.chat.trash.erase(LOCAL_OWNER, gone.id, kept.id)
    await desk.chat.trash.purge()
    with pytest.raises(NotFound):
        await desk.messages.get(reply.id)
    assert await shelf(desk, Place.RECENT) == [kept.id]


async def test_the_trash_keeps_things_for_thirty_days_and_is_emptied_by_itself(desk: Desk) -> None:
    now = datetime.now(UTC)
    old = conversation(deleted_at=now - timedelta(days=30, minutes=1))
    new = conversation(deleted_at=now - timedelta(days=29, hours=23))
    for each in (old, new):
        await desk.conversations.create(each)
    emptying = asyncio.create_task(desk.chat.trash.keep_empty())
    try:
        await _until_rows(desk, [new.id])
        assert await shelf(desk, Place.TRASH) == [new.id]
        assert len(await desk.chat.trash.empty(LOCAL_OWNER)) == 1
        await _until_rows(desk, [])
    finally:
        emptying.cancel()


async def _until_rows(desk: Desk, ids: list[str]) -> None:
    """Wait until the database holds these conversations and no other."""
    found: list[str] | None = None
    async with asyncio.timeout(5):
        while found != ids:
            await asyncio.sleep(0.01)
            found = list(await desk.parts.database.read(lambda session: session.exec(select(ConversationRow.id)).all()))
