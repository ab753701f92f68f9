import pytest

from app.domain.conversation import LOCAL_OWNER
from app.domain.message import Role
from app.errors import NotFound
from app.storage.conversations import Conversations
from app.storage.database import Database
from app.storage.documents import Documents
from app.storage.journal import SqlJournal
from app.storage.messages import Messages
from app.storage.outgoing import Outgoing
from tests.storage.samples import START, conversation, exchange, message, numbered_id, pieces
from tests.storage.test_documents import document


@pytest.fixture
def outgoing(database: Database) -> Outgoing:
    return Outgoing(database)


async def test_a_conversation_with_its_tree_and_what_streams_so_far(
    outgoing: Outgoing, messages: Messages, journal: SqlJournal
) -> None:
    chat = conversation()
    question, reply = await exchange(messages, chat)
    other = message(chat, question, Role.ASSISTANT)
    await messages.begin_reply(chat, None, other)
    await journal.append(pieces(other, 'w0 ', 'w1 '))
    carried = await outgoing.conversation(LOCAL_OWNER, chat.id)
    assert carried.conversation.head_id == other.id
    assert [each.id for each in carried.messages] == [question.id, reply.id, other.id]
    assert carried.messages[-1].content == 'w0 w1 '


async def test_only_for_its_owner_and_not_from_the_bin(outgoing: Outgoing, conversations: Conversations) -> None:
    mine, theirs = conversation(deleted_at=START), conversation('somebody')
    for each in (mine, theirs):
        await conversations.create(each)
    with pytest.raises(NotFound):
        await outgoing.conversation(LOCAL_OWNER, theirs.id)
    with pytest.raises(NotFound):
        await outgoing.conversation(LOCAL_OWNER, mine.id)
    assert (await outgoing.conversation(LOCAL_OWNER, mine.id, deleted=True)).messages == ()


async def test_everything_of_one_owner_page_by_page(
    outgoing: Outgoing, conversations: Conversations, database: Database
) -> None:
    for number in range(5):
        await conversations.create(conversation(id=numbered_id(number)))
        await Documents(database).keep(LOCAL_OWNER, document(f'key {number}'))
    await conversations.create(conversation('somebody'))
    await Documents(database).keep('somebody', document('key 9'))
    first = await outgoing.conversation_ids(LOCAL_OWNER, limit=3)
    assert first == [numbered_id(number) for number in range(3)]
    assert await outgoing.conversation_ids(LOCAL_OWNER, after=first[-1], limit=3) == [numbered_id(3), numbered_id(4)]
    kept = await outgoing.documents(LOCAL_OWNER, after='key 2', limit=9)
    assert [each.key for each in kept] == ['key 3', 'key 4']
