"""No stored value keeps a message from being read, and what was read can be stored again."""

from itertools import product

from sqlalchemy import text
from sqlmodel import Session

from app.domain.message import Role, Status
from app.storage.conversations import Conversations
from app.storage.database import Database
from app.storage.journal import SqlJournal
from app.storage.messages import Messages
from app.storage.outgoing import Outgoing
from app.storage.tables import ReplyDeltaRow
from tests.storage.poison import ANYTHING, ONLY_SQLITE, poisons
from tests.storage.samples import conversation, message


async def test_every_message_can_be_read_and_sealed(
    database: Database, messages: Messages, journal: SqlJournal, backend: str
) -> None:
    chat = conversation()
    question = message(chat, None)
    reply = message(chat, question, Role.ASSISTANT, content='oi', status=Status.COMPLETE)
    await messages.begin_reply(chat, question, reply)
    for column, value in poisons(backend):
        await _put(database, 'message', column, value, reply.id)
        found = await messages.get(reply.id)
        assert found.content == 'oi'
        await journal.seal(found, unread=False)
        assert (await messages.get(reply.id)) == found


async def test_every_conversation_can_be_read(
    database: Database, conversations: Conversations, messages: Messages, backend: str
) -> None:
    chat = conversation()
    question = message(chat, None)
    await messages.begin_reply(chat, question, message(chat, question, Role.ASSISTANT))
    for value in (*ANYTHING, *(ONLY_SQLITE if backend == 'sqlite' else ())):
        await _put(database, 'conversation', 'parameters', value, chat.id)
        assert isinstance((await conversations.get(chat.id, chat.owner_id)).parameters, dict)


async def test_whatever_stands_in_the_journal_a_start_and_an_export_go_on(
    database: Database, messages: Messages, journal: SqlJournal
) -> None:
    chat = conversation()
    question = message(chat, None)
    reply = message(chat, question, Role.ASSISTANT, content='oi')
    await messages.begin_reply(chat, question, reply)
    values = (*ANYTHING, *ONLY_SQLITE)
    rows = [
        ReplyDeltaRow(message_id=reply.id, seq=seq, kind=kind, text=value)
        for seq, (kind, value) in enumerate(product(('source', 'step', 'recast', 'progress', 'statistics'), values))
    ]
    await database.write(lambda session: session.add_all(rows))
    [*_, carried] = (await Outgoing(database).conversation(chat.owner_id, chat.id)).messages
    assert carried.content == 'oi'
    [recovered] = await journal.recover(to_be_resumed=False)
    assert (recovered.content, recovered.status) == ('oi', Status.INTERRUPTED)


async def test_an_entry_of_a_later_version_is_left_out_of_files(
    database: Database, messages: Messages, conversations: Conversations
) -> None:
    chat = conversation()
    question = message(chat, None)
    reply = message(chat, question, Role.ASSISTANT)
    await messages.begin_reply(chat, question, reply)
    unknown = ReplyDeltaRow(message_id=reply.id, seq=1, kind='something new', text='x')
    await database.write(lambda session: session.add(unknown))
    assert (await Outgoing(database).conversation(chat.owner_id, chat.id)).messages[-1].content == ''


async def _put(database: Database, table: str, column: str, value: str, identifier: str) -> None:
    def work(session: Session) -> None:
        connection = session.connection()
        placed = 'CAST(:value AS JSON)' if connection.dialect.name == 'postgresql' else ':value'
        connection.execute(
            text(f'UPDATE {table} SET {column} = {placed} WHERE id = :id'), {'value': value, 'id': identifier}
        )

    await database.write(work)
