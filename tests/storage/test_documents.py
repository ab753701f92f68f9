"""What was fetched is kept for its owner; what an answer was made of stays with it."""

import json
from dataclasses import replace
from typing import Any

import pytest

from app.domain.conversation import LOCAL_OWNER, Conversation
from app.domain.delta import DeltaKind
from app.domain.document import Document, Passage
from app.domain.message import CommandCall, Message, Role, Source, Status, Step
from app.storage.conversations import Conversations
from app.storage.database import Database
from app.storage.documents import Documents
from app.storage.journal import SqlJournal
from app.storage.messages import Messages
from tests.storage.samples import conversation, exchange, later, message, pieces

ODD = 'a\x00b \ud800 “ñ” \\u0000 🙂'
STORED = 'a\ufffdb \ufffd “ñ” \\u0000 🙂'
SOURCE = Source('A talk', 'https://example.org/1', 'youtube:1:en')
STEP = Step('Part 1 of 2', 'Notes', {'first': 0, 'end': 7, 'document': 'youtube:1:en'})


@pytest.fixture
def documents(database: Database) -> Documents:
    return Documents(database)


def document(key: str = 'youtube:1:en', **changes: Any) -> Document:
    made = Document(
        key=key,
        kind='transcript',
        title='A talk',
        url='https://example.org/1',
        passages=(Passage('Hello.', 0.5), Passage('Goodbye.')),
        fetched_at=later(),
        data={'channel': 'Tea', 'seconds': 754},
    )
    return replace(made, **changes)


async def test_a_document_comes_back_as_it_was(documents: Documents) -> None:
    kept = document()
    await documents.keep(LOCAL_OWNER, kept)
    assert await documents.find(LOCAL_OWNER, kept.key) == kept


async def test_one_is_kept_per_key_and_owner(documents: Documents) -> None:
    old, new = document(title='Old'), document(title='New')
    for each in (old, new):
        await documents.keep(LOCAL_OWNER, each)
    await documents.keep('somebody else', old)
    assert await documents.find(LOCAL_OWNER, new.key) == new
    assert await documents.find('somebody else', new.key) == old
    assert await documents.find('a third', new.key) is None
    assert await documents.find(LOCAL_OWNER, 'other key') is None


async def test_text_no_database_can_hold_is_replaced(documents: Documents) -> None:
    await documents.keep(LOCAL_OWNER, document(title=ODD, passages=(Passage(ODD, 1.0),)))
    found = await documents.find(LOCAL_OWNER, 'youtube:1:en')
    assert found is not None
    assert (found.title, found.passages[0].text) == (STORED, STORED)


# --- messages ---------------------------------------------------------------------------------------------------------


async def test_a_message_keeps_its_command_sources_and_steps(messages: Messages, journal: SqlJournal) -> None:
    chat = conversation()
    question = message(chat, None)
    reply = message(chat, question, Role.ASSISTANT, command=CommandCall('youtube', 'pt-BR'))
    await messages.begin_reply(chat, question, reply)
    assert await messages.get(reply.id) == reply
    ended = replace(reply, status=Status.COMPLETE, finished_at=later(), sources=(SOURCE,), steps=(STEP, STEP))
    await journal.seal(ended, unread=False)
    assert await messages.get(reply.id) == ended


async def test_recover_folds_sources_and_steps_behind_what_is_there(messages: Messages, journal: SqlJournal) -> None:
    _, reply = await exchange(messages, conversation())
    source = json.dumps({'title': ODD, 'url': '', 'key': ''}, ensure_ascii=False)
    step = json.dumps({'title': STEP.title, 'text': ODD, 'data': dict(STEP.data)})
    await journal.append(pieces(reply, source, kind=DeltaKind.SOURCE))
    await journal.append(pieces(reply, 'text', first=1))
    await journal.append(pieces(reply, step, first=2, kind=DeltaKind.STEP))
    [recovered] = await journal.recover()
    assert recovered.content == 'text'
    assert [each.title for each in recovered.sources] == ['a\x00b \ufffd “ñ” \\u0000 🙂']
    assert [(each.title, dict(each.data)) for each in recovered.steps] == [(STEP.title, dict(STEP.data))]
    assert (await messages.get(reply.id)).steps == recovered.steps


async def test_sources_of_a_branch_the_newest_first(messages: Messages, journal: SqlJournal) -> None:
    chat = conversation()
    first = await ended_with(messages, journal, chat, None, 'a', 'b')
    second = await ended_with(messages, journal, chat, first)
    third = await ended_with(messages, journal, chat, second, 'c')
    aside = await ended_with(messages, journal, chat, first, 'd')
    assert [source.title for source in await messages.sources_of_branch(chat.id, third.id)] == ['c', 'b', 'a']
    assert [source.title for source in await messages.sources_of_branch(chat.id, aside.id)] == ['d', 'b', 'a']
    assert [source.title for source in await messages.sources_of_branch(chat.id, second.id)] == ['b', 'a']
    assert await messages.sources_of_branch(conversation().id, third.id) == []


async def ended_with(
    messages: Messages, journal: SqlJournal, chat: Conversation, parent: Message | None, *titles: str
) -> Message:
    """Store an exchange whose answer was made from sources with these titles."""
    _, reply = await exchange(messages, chat, parent)
    ended = replace(reply, status=Status.COMPLETE, finished_at=later(), sources=tuple(Source(each) for each in titles))
    await journal.seal(ended, unread=False)
    return ended


async def test_a_suggested_title_never_replaces_one_a_person_gave(
    messages: Messages, conversations: Conversations
) -> None:
    chat = conversation(title='/youtube x')
    await exchange(messages, chat)
    assert await conversations.suggest_title(chat.id, 'A talk')
    assert (await conversations.get(chat.id, LOCAL_OWNER)).title == 'A talk'
    await conversations.rename(chat.id, LOCAL_OWNER, 'Mine')
    assert not await conversations.suggest_title(chat.id, 'Another')
    assert (await conversations.get(chat.id, LOCAL_OWNER)).title == 'Mine'
