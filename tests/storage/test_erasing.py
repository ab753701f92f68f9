"""Deleting everything of one person: gone from sight at once, and nothing of anybody else's."""

import pytest
from sqlmodel import func, select

from app.domain.conversation import LOCAL_OWNER, Folder
from app.domain.document import Document, Passage
from app.domain.preferences import PersonalPreferences
from app.domain.shelf import Place, Shelf
from app.errors import NotFound
from app.storage.conversations import Conversations
from app.storage.database import Database
from app.storage.documents import Documents
from app.storage.erasing import Erasing
from app.storage.folders import Folders
from app.storage.messages import Messages
from app.storage.preferences import Preferences
from app.storage.shelves import Shelves
from app.storage.tables import ConversationRow, DocumentRow, FolderRow, MessageRow, PreferencesRow
from app.storage.trash import Trash
from tests.storage.samples import conversation, exchange, later, new_id, throw_away

TABLES = ConversationRow, MessageRow, DocumentRow, FolderRow, PreferencesRow
OTHER = 'somebody else'


async def rows(database: Database) -> list[int]:
    """Count the rows of every table."""
    return await database.read(
        lambda session: [session.exec(select(func.count()).select_from(each)).one() for each in TABLES]
    )


async def fill(database: Database, owner_id: str) -> str:
    """Give a person something of everything; give the id of the conversation that is not in the trash."""
    kept, thrown = conversation(owner_id), conversation(owner_id)
    for chat in (kept, thrown):
        await exchange(Messages(database), chat)
    await throw_away(Shelves(database), thrown)
    await Folders(database).create(Folder(id=new_id(), owner_id=owner_id, name='Work', created_at=later()))
    for number in range(5):
        passages = (Passage('Hello.'),)
        await Documents(database).keep(
            owner_id,
            Document(key=f'k{number}', kind='x', title='', url='', passages=passages, fetched_at=later(), data={}),
        )
    await Preferences(database).change(owner_id, lambda own: PersonalPreferences(titles=False))
    return kept.id


async def erase(database: Database, owner_id: str) -> None:
    """Delete everything down to the last row."""
    while await Erasing(database).forget_documents(owner_id, 2):
        pass
    await Erasing(database).give_up(owner_id)
    while await Trash(database).erase_some(10):
        pass


async def test_nothing_is_left_and_others_keep_all_they_have(database: Database) -> None:
    theirs = await fill(database, OTHER)
    before = await rows(database)
    mine = await fill(database, LOCAL_OWNER)
    assert await rows(database) == [2 * count for count in before]
    await erase(database, LOCAL_OWNER)
    assert await rows(database) == before
    assert (await Conversations(database).get(theirs, OTHER)).owner_id == OTHER
    with pytest.raises(NotFound):
        await Conversations(database).get(mine, LOCAL_OWNER)
    assert await Documents(database).find(OTHER, 'k0') is not None


async def test_before_its_rows_are_gone_nothing_can_be_reached(database: Database) -> None:
    mine = await fill(database, LOCAL_OWNER)
    await Erasing(database).give_up(LOCAL_OWNER)
    with pytest.raises(NotFound):
        await Conversations(database).get(mine, LOCAL_OWNER, deleted=True)
    for place in (Place.RECENT, Place.TRASH):
        assert (await Shelves(database).page(LOCAL_OWNER, Shelf(place), limit=10)).conversations == ()
    assert await Preferences(database).get(LOCAL_OWNER) == PersonalPreferences()


async def test_a_little_at_a_time_and_again_without_harm(database: Database) -> None:
    await fill(database, LOCAL_OWNER)
    left = [await Erasing(database).forget_documents(LOCAL_OWNER, 2) for _ in range(4)]
    assert left == [True, True, True, False]
    await erase(database, LOCAL_OWNER)
    await erase(database, LOCAL_OWNER)
    assert await rows(database) == [0, 0, 0, 0, 0]
