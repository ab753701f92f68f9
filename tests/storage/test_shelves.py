"""Shelves: what stands where, page by page, and moving several conversations at once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.domain.conversation import Conversation
from app.domain.shelf import Mark, Place, Shelf, shelf_of, shelved_at
from app.errors import NotFound, StorageUnavailable
from app.storage.conversations import Conversations
from app.storage.database import Database
from app.storage.folders import Folders
from app.storage.rows import row_of_conversation
from app.storage.shelves import Shelves
from app.storage.tags import Tags
from tests.storage.plans import explained
from tests.storage.samples import START, Outage, conversation, folder, later, new_id, numbered_id, throw_away

PINNED, RECENT = Shelf(Place.PINNED), Shelf(Place.RECENT)
ARCHIVE, TRASH = Shelf(Place.ARCHIVE), Shelf(Place.TRASH)


async def titles(shelves: Shelves, shelf: Shelf, owner: str = 'local') -> list[str]:
    return [each.title for each in (await shelves.page(owner, shelf, limit=100)).conversations]


async def stored(conversations: Conversations, **changes: Any) -> Conversation:
    chat = conversation(**changes)
    await conversations.create(chat)
    return chat


async def test_every_conversation_stands_on_one_shelf_the_same_for_database_and_value(
    conversations: Conversations, shelves: Shelves, folders: Folders
) -> None:
    work = folder()
    await folders.create(work)
    for pinned in (False, True):
        for folder_id in (None, work.id):
            for archived_at in (None, later()):
                for deleted_at in (None, later()):
                    await stored(
                        conversations,
                        pinned=pinned,
                        folder_id=folder_id,
                        archived_at=archived_at,
                        deleted_at=deleted_at,
                    )
    seen: list[str] = []
    for shelf in (PINNED, RECENT, ARCHIVE, TRASH, Shelf(Place.FOLDER, work.id)):
        page = await shelves.page('local', shelf, limit=100)
        assert {shelf_of(each) for each in page.conversations} == {shelf}
        seen += [each.id for each in page.conversations]
    assert len(seen) == len(set(seen)) == 16


@pytest.mark.parametrize('shelf', [PINNED, RECENT, ARCHIVE, TRASH], ids=str)
async def test_a_shelf_is_read_page_by_page_the_latest_first(
    shelf: Shelf, conversations: Conversations, shelves: Shelves
) -> None:
    same = later()
    places: dict[Shelf, dict[str, Any]] = {
        PINNED: {'pinned': True},
        RECENT: {},
        ARCHIVE: {'archived_at': later()},
        TRASH: {'deleted_at': same},
    }
    marks = places[shelf]
    chats = [await stored(conversations, **marks) for _ in range(5)]
    chats += [await stored(conversations, updated_at=same, **marks) for _ in range(2)]
    seen: list[Conversation] = []
    before: Mark | None = None
    more = True
    while more:
        page = await shelves.page('local', shelf, before=before, limit=3)
        seen += page.conversations
        before, more = (shelved_at(seen[-1]), seen[-1].id), page.more
    assert seen == sorted(chats, key=lambda each: (shelved_at(each), each.id), reverse=True)


async def test_the_overview_counts_what_stands_in_folders(
    conversations: Conversations, shelves: Shelves, folders: Folders
) -> None:
    zoo, attic, hers = folder(name='Zoo'), folder(name='ático'), folder('ana')
    for each in (zoo, attic, hers):
        await folders.create(each)
    inside = [await stored(conversations, folder_id=zoo.id) for _ in range(3)]
    await stored(conversations, folder_id=zoo.id, pinned=True, title='pinned')
    await stored(conversations, folder_id=zoo.id, archived_at=later())
    await stored(conversations, title='recent')
    await throw_away(shelves, inside[0])
    overview = await shelves.overview('local', 10)
    assert [(each.folder, each.count) for each in overview.folders] == [(zoo, 2), (attic, 0)]
    assert list(overview.folders) == await shelves.folders('local')
    assert [each.title for each in overview.pinned.conversations] == ['pinned']
    assert [each.title for each in overview.recent.conversations] == ['recent']


async def test_the_overview_is_as_long_however_many_are_pinned(conversations: Conversations, shelves: Shelves) -> None:
    lengths = []
    for pinned in (0, 3, 3, 3):
        for _ in range(pinned):
            await stored(conversations, pinned=True)
        for _ in range(3):
            await stored(conversations)
        overview = await shelves.overview('local', 8)
        lengths.append((len(overview.pinned.conversations), len(overview.recent.conversations)))
        more = overview.pinned.more, overview.recent.more
    assert lengths == [(0, 3), (3, 5), (6, 2), (6, 2)]
    assert more == (True, True)


async def test_many_move_at_once_and_are_given_as_they_were(
    conversations: Conversations, shelves: Shelves, folders: Folders
) -> None:
    work = folder()
    await folders.create(work)
    chats = [await stored(conversations, tags=(str(number),), pinned=number % 2 == 0) for number in range(1200)]

    def change(was: Conversation) -> Conversation:
        return replace(was, folder_id=work.id, pinned=False, tags=('all', *was.tags), title='not this')

    done = await shelves.rearrange('local', [each.id for each in chats], change)
    assert {each.id: each for each in done.before} == {each.id: each for each in chats}
    page = await shelves.page('local', Shelf(Place.FOLDER, work.id), limit=2000)
    assert page.conversations == tuple(
        replace(each, folder_id=work.id, pinned=False, tags=tuple(sorted(('all', *each.tags))))
        for each in reversed(chats)
    )


async def test_what_is_someone_elses_or_on_the_other_side_is_passed_over(
    conversations: Conversations, shelves: Shelves
) -> None:
    mine, hers, thrown = conversation(), conversation('ana'), conversation()
    for each in (mine, hers, thrown):
        await conversations.create(each)
    await throw_away(shelves, thrown)
    ids = [mine.id, hers.id, thrown.id, new_id()]

    def pin(was: Conversation) -> Conversation:
        return replace(was, pinned=True)

    assert [each.id for each in (await shelves.rearrange('local', ids, pin)).after] == [mine.id]
    assert not (await conversations.get(hers.id, 'ana')).pinned
    restored = await shelves.rearrange('local', ids, lambda was: replace(was, deleted_at=None), deleted=True)
    assert [(each.id, each.pinned) for each in restored.after] == [(thrown.id, False)]
    for owner, those in (('rui', ids), ('local', [hers.id]), ('local', [])):
        with pytest.raises(NotFound):
            await shelves.rearrange(owner, those, pin, deleted=None)


async def test_a_folder_that_is_gone_or_someone_elses_is_none(
    conversations: Conversations, shelves: Shelves, folders: Folders
) -> None:
    hers = folder('ana')
    await folders.create(hers)
    chat = await stored(conversations)
    for folder_id in (hers.id, new_id()):
        await shelves.rearrange('local', [chat.id], lambda was, to=folder_id: replace(was, folder_id=to))  # type: ignore[misc]
        assert (await conversations.get(chat.id, 'local')).folder_id is None


async def test_nothing_moves_when_the_database_refuses(
    conversations: Conversations, shelves: Shelves, outage: Outage
) -> None:
    chats = [await stored(conversations) for _ in range(3)]
    outage.begin()
    with pytest.raises(StorageUnavailable):
        await throw_away(shelves, *chats)
    outage.end()
    assert await titles(shelves, TRASH) == []
    await throw_away(shelves, *chats)
    assert len(await titles(shelves, TRASH)) == 3


async def test_tags_are_known_until_they_lie_in_the_trash(
    database: Database, conversations: Conversations, shelves: Shelves
) -> None:
    chat = await stored(conversations, tags=('b', 'a'))
    await stored(conversations, tags=('A', 'a'))
    await stored(conversations, owner_id='ana', tags=('hers',))
    assert (await conversations.get(chat.id, 'local')).tags == ('a', 'b')
    assert await Tags(database).names('local') in (['A', 'a', 'b'], ['a', 'A', 'b'])
    await throw_away(shelves, chat)
    assert 'b' not in await Tags(database).names('local')


async def test_a_folder_goes_and_its_conversations_stay(
    conversations: Conversations, shelves: Shelves, folders: Folders
) -> None:
    work = folder(name='Work')
    await folders.create(work)
    await folders.rename(work.id, 'local', 'Play')
    chats = [
        await stored(conversations, folder_id=work.id),
        await stored(conversations, folder_id=work.id, archived_at=later()),
    ]
    with pytest.raises(NotFound):
        await folders.delete(work.id, 'rui')
    gone, ids = await folders.delete(work.id, 'local')
    assert (gone, sorted(ids)) == (replace(work, name='Play'), sorted(each.id for each in chats))
    assert await shelves.folders('local') == []
    assert [each.folder_id for each in (await shelves.page('local', RECENT, limit=5)).conversations] == [None]
    for attempt in (
        folders.get(work.id, 'local'),
        folders.delete(work.id, 'local'),
        folders.rename(work.id, 'local', 'x'),
    ):
        with pytest.raises(NotFound):
            await attempt


@pytest.mark.parametrize(
    ('shelf', 'index'),
    [
        (RECENT, 'ix_conversation_list'),
        (PINNED, 'ix_conversation_pinned'),
        (Shelf(Place.FOLDER, numbered_id(7)), 'ix_conversation_folder_id'),
        (ARCHIVE, 'ix_conversation_archived_at'),
        (TRASH, 'ix_conversation_deleted_at'),
    ],
    ids=str,
)
async def test_a_shelf_is_read_along_its_index(
    shelf: Shelf, index: str, database: Database, shelves: Shelves, backend: str
) -> None:
    many = [_scattered(number) for number in range(4000)]
    await database.write(lambda session: session.add_all([row_of_conversation(each) for each in many]))
    await database.write(lambda session: session.connection().execute(text('ANALYZE')))
    with explained(backend) as plans:
        await shelves.page('local', shelf, limit=40)
        await shelves.page('local', shelf, before=(START + timedelta(seconds=3900), numbered_id(0)), limit=40)
    first, second = (each for each in plans if 'conversation_tag' not in each)
    assert index in first
    if shelf in (RECENT, ARCHIVE):
        assert index in second
        assert not [each for each in ('TEMP B-TREE', 'Sort') if each in first + second]


def _scattered(number: int) -> Conversation:
    """Most conversations are recent; of forty, one is pinned, one in a folder, one put aside, one thrown away."""
    at = START + timedelta(seconds=number)
    chat = conversation(updated_at=at, pinned=number % 40 == 1)
    if number % 40 == 2:
        return replace(chat, folder_id=numbered_id(7))
    return replace(
        chat,
        archived_at=at if number % 40 == 3 else None,
        deleted_at=at if number % 40 == 4 else None,
    )
