"""What is being imported is nobody's until it is given, on both databases."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from app.domain.conversation import LOCAL_OWNER, Conversation, Folder
from app.domain.document import Document, Passage
from app.domain.message import Message, Role, Status
from app.domain.past_import import PastImport
from app.errors import ImportRefused
from app.storage.conversations import Conversations
from app.storage.database import Database
from app.storage.documents import Documents
from app.storage.following import News
from app.storage.giving import STAGED
from app.storage.messages import Messages
from app.storage.shelves import Shelves
from app.storage.staging import Batch, Staging
from app.storage.tables import ConversationRow, FolderRow, MessageRow
from app.storage.trash import Trash
from tests.storage.samples import conversation, exchange, later, message, new_id


@pytest.fixture
def staging(database: Database) -> Staging:
    return Staging(database)


def staged(import_id: str, **changes: Any) -> tuple[Conversation, Message, Message]:
    """Make a conversation of an import, with question and answer."""
    chat = conversation(STAGED + import_id, tags=('a', 'b'), **changes)
    question = message(chat, None)
    answer = message(chat, question, Role.ASSISTANT, status=Status.COMPLETE, content='Yes.')
    return replace(chat, head_id=answer.id), question, answer


async def write(staging: Staging, chat: Conversation, *messages: Message) -> None:
    await staging.write(chat.owner_id.removeprefix(STAGED), Batch([chat], messages))


async def rows(database: Database, table: Any) -> int:
    return await database.read(lambda session: len(session.exec(select(table)).all()))


async def give(staging: Staging, import_id: str, conversations: int = 0, beside: int = 0, **preferences: Any) -> None:
    past = PastImport(
        id=import_id,
        owner_id=LOCAL_OWNER,
        file='export.zip',
        sources=('chatgpt',),
        created_at=later(),
        conversations=conversations,
        with_news=beside,
    )
    await staging.give(past, preferences)


async def test_what_is_staged_is_nobodys_until_it_is_given(
    staging: Staging, conversations: Conversations, messages: Messages
) -> None:
    chat, question, answer = staged('one')
    await write(staging, chat, question, answer)
    assert await conversations.page(LOCAL_OWNER) == []
    await give(staging, 'one', conversations=1)
    [given] = await conversations.page(LOCAL_OWNER)
    assert given == replace(chat, owner_id=LOCAL_OWNER)
    assert [each.id for each in await messages.branch(answer.id, limit=9)] == [question.id, answer.id]


async def test_tags_are_the_same_on_every_database(
    staging: Staging, database: Database, conversations: Conversations
) -> None:
    tags = ('a\0b', 'a\ud800b', 'x' * 6000, 'x' * 7000, 'ok')
    chat, question, answer = staged('one')
    await write(staging, replace(chat, tags=tags), question, answer)
    await give(staging, 'one', conversations=1)
    kept = ('a\ufffdb', 'ok', 'x' * 40)
    assert (await conversations.get(chat.id, LOCAL_OWNER)).tags == kept
    await Shelves(database).rearrange(LOCAL_OWNER, [chat.id], lambda was: replace(was, tags=tags))
    assert (await conversations.get(chat.id, LOCAL_OWNER)).tags == kept


async def test_nothing_is_given_if_something_is_missing(staging: Staging, conversations: Conversations) -> None:
    await write(staging, *staged('one'))
    with pytest.raises(ImportRefused):
        await give(staging, 'one', conversations=2)
    assert await conversations.page(LOCAL_OWNER) == []


async def test_what_is_given_up_is_deleted_in_pieces(staging: Staging, database: Database) -> None:
    for import_id in ('one', 'two'):
        await write(staging, *staged(import_id))
        await staging.keep_folder(import_id, Folder(id=new_id(), owner_id='', name='F', created_at=later()))
        await staging.keep_document(import_id, document('k', 'text'))
    assert await staging.give_up('one') == 1
    trash = Trash(database)
    while await trash.erase_some(1):
        pass
    assert [await rows(database, table) for table in (ConversationRow, MessageRow, FolderRow)] == [1, 2, 1]
    await give(staging, 'two', conversations=1)
    assert await staging.give_up() == 0


def document(key: str, text: str) -> Document:
    return Document(key=key, kind='transcript', title='T', url='', passages=(Passage(text),), fetched_at=later())


async def test_documents_folders_and_preferences_come_unless_they_are_there(
    staging: Staging, database: Database, conversations: Conversations
) -> None:
    documents = Documents(database)
    await documents.keep(LOCAL_OWNER, document('known', 'old'))
    own = Folder(id=new_id(), owner_id=LOCAL_OWNER, name='Known', created_at=later())
    await database.write(
        lambda session: session.add(FolderRow(id=own.id, owner_id=LOCAL_OWNER, name='Known', created_at=later()))
    )
    folders = {name: new_id() for name in ('Known', 'New')}
    for name, folder_id in folders.items():
        await staging.keep_folder('one', Folder(id=folder_id, owner_id='', name=name, created_at=later()))
        await write(staging, *staged('one', title=name, folder_id=folder_id))
    for key in ('known', 'new'):
        await staging.keep_document('one', document(key, 'imported'))
    await give(staging, 'one', conversations=2, language='pt-BR')
    await staging.give_up('one')
    places = {each.title: each.folder_id for each in await conversations.page(LOCAL_OWNER)}
    assert places == {'Known': own.id, 'New': folders['New']}
    found = [await documents.find(LOCAL_OWNER, key) for key in ('known', 'new')]
    assert [each.passages[0].text for each in found if each] == ['old', 'imported']
    assert await rows(database, FolderRow) == 2


async def waiting(staging: Staging, messages: Messages, import_id: str) -> tuple[Conversation, Message, Message]:
    """Put an answer beside a conversation that is there; give that one, its head and the answer."""
    chat = conversation()
    _, reply = await exchange(messages, chat)
    answer = message(chat, reply, content='More.')
    news = News(
        conversation_id=chat.id,
        parents={answer.id: reply.id},
        seen_head_id=reply.id,
        head_id=answer.id,
        updated_at=later(),
    )
    beside = await staging.put_beside(import_id, chat, news)
    await staging.write(import_id, Batch(messages=[replace(answer, conversation_id=beside, parent_id=None)]))
    return chat, reply, answer


async def test_news_follow_into_the_conversation_that_is_there(
    staging: Staging, conversations: Conversations, messages: Messages
) -> None:
    chat, reply, answer = await waiting(staging, messages, 'one')
    assert await staging.follow() is None
    assert await messages.versions(reply.id) == [reply.id]
    await give(staging, 'one', beside=1)
    assert [each.title for each in await conversations.page(LOCAL_OWNER)] == [chat.title]
    news = await staging.follow()
    assert news is not None
    assert await staging.follow() is None
    assert [each.content for each in await messages.branch(answer.id, limit=9)] == ['Hello?', '', 'More.']
    stored = await conversations.get(chat.id, LOCAL_OWNER)
    assert (stored.head_id, stored.updated_at) == (answer.id, news.updated_at)


async def test_news_go_the_way_of_a_conversation_deleted_for_good(
    staging: Staging, messages: Messages, database: Database
) -> None:
    chat, *_ = await waiting(staging, messages, 'one')
    await give(staging, 'one', beside=1)
    await database.write(
        lambda session: session.exec(
            update(ConversationRow).values(deleted_at=later()).where(col(ConversationRow.id) == chat.id)
        )
    )
    trash = Trash(database)
    await trash.give_up(LOCAL_OWNER)
    assert await staging.follow() is not None
    while await trash.erase_some(100):
        pass
    assert [await rows(database, table) for table in (ConversationRow, MessageRow)] == [0, 0]


async def test_what_is_there_is_found_whoever_owns_it(staging: Staging, messages: Messages) -> None:
    chat = conversation('bia')
    question, reply = await exchange(messages, chat)
    found = await staging.conversations([chat.id, *(new_id() for _ in range(1200))])
    assert [(each.owner_id, each.head_id, each.is_deleted) for each in found.values()] == [('bia', reply.id, False)]
    stored = await staging.messages([question.id, reply.id, new_id()])
    assert {key: (each.conversation_id, each.depth) for key, each in stored.items()} == {
        question.id: (chat.id, 0),
        reply.id: (chat.id, 1),
    }
