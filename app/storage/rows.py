"""Rows to values and back, in one place."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from enum import StrEnum
from typing import Any, TypeVar

from app.domain.conversation import Conversation
from app.domain.document import Document, Passage
from app.domain.figures import checked, seconds
from app.domain.message import Message, Role, Status, Step
from app.domain.model import ModelRef
from app.domain.plain import plain_mapping
from app.domain.queued import QueuedMessage
from app.domain.stored import command_from, error_from, sources_from, steps_from
from app.domain.thoughts import apart
from app.storage.tables import ConversationRow, DocumentRow, MessageRow, QueuedMessageRow

Kind = TypeVar('Kind', bound=StrEnum)

_UNSTORABLE = re.compile('[\x00\ud800-\udfff]')


def storable(text: str) -> str:
    """Replace what a database cannot hold with U+FFFD: NUL (PostgreSQL) and lone surrogates (UTF-8)."""
    return _UNSTORABLE.sub('\ufffd', text)


def search_key(text: str) -> str:
    """Give the form in which titles are compared: without case and accents."""
    decomposed = unicodedata.normalize('NFKD', storable(text).casefold())
    return ''.join(char for char in decomposed if not unicodedata.combining(char))


def conversation_from(row: ConversationRow, tags: Iterable[str] = ()) -> Conversation:
    """Read a conversation; its tags lie in a table of their own."""
    return Conversation(
        id=row.id,
        owner_id=row.owner_id,
        title=row.title,
        title_by_person=row.title_by_person,
        model=_model_from(row.provider, row.model),
        parameters=plain_mapping(row.parameters),
        head_id=row.head_id,
        unread=row.unread,
        pinned=row.pinned,
        folder_id=row.folder_id,
        tags=tuple(sorted(tags)),
        archived_at=row.archived_at,
        created_at=row.created_at,
        updated_at=row.updated_at,
        deleted_at=row.deleted_at,
    )


def row_of_conversation(conversation: Conversation) -> ConversationRow:
    """Make the row of a conversation."""
    return ConversationRow(**conversation_columns(conversation))


def conversation_columns(conversation: Conversation) -> dict[str, Any]:
    """Give all columns of a conversation, by name; its tags are rows of their own."""
    return {
        'id': conversation.id,
        'owner_id': conversation.owner_id,
        **title_columns(conversation.title),
        'title_by_person': conversation.title_by_person,
        **model_columns(conversation.model),
        'parameters': plain_mapping(conversation.parameters),
        'head_id': conversation.head_id,
        'unread': conversation.unread,
        'pinned': conversation.pinned,
        'folder_id': conversation.folder_id,
        'archived_at': conversation.archived_at,
        'created_at': conversation.created_at,
        'updated_at': conversation.updated_at,
        'deleted_at': conversation.deleted_at,
    }


def message_from(row: MessageRow) -> Message:
    """Read a message. An answer may hold its thoughts in its text: an older version or another program stored it."""
    thinking, content = _told_apart(row)
    return Message(
        id=row.id,
        conversation_id=row.conversation_id,
        parent_id=row.parent_id,
        depth=row.depth,
        role=_one_of(Role, row.role, Role.ASSISTANT),
        content=content,
        status=_one_of(Status, row.status, Status.COMPLETE),
        created_at=row.created_at,
        finished_at=row.finished_at,
        thinking=thinking,
        model=_model_from(row.provider, row.model),
        error=error_from(row.error),
        stats=checked(row.stats),
        command=command_from(row.command),
        sources=sources_from(row.sources),
        steps=steps_from(row.steps),
    )


def _told_apart(message: Message | MessageRow) -> tuple[str, str]:
    """Give the thoughts and the text of a message. Of what models write, thoughts are kept apart, however they came."""
    if message.role != Role.ASSISTANT.value or message.command or message.status == Status.STREAMING.value:
        return message.thinking, message.content
    return apart(message.content, message.thinking)


def row_of_message(message: Message) -> MessageRow:
    """Make the row of a message."""
    return MessageRow(**message_columns(message))


def message_columns(message: Message) -> dict[str, Any]:
    """Give all columns of a message, by name."""
    return {
        'id': message.id,
        'conversation_id': message.conversation_id,
        'parent_id': message.parent_id,
        'depth': message.depth,
        'role': message.role.value,
        'created_at': message.created_at,
        'command': asdict(message.command) if message.command else None,
        **ending_columns(message),
    }


def ending_columns(message: Message) -> dict[str, Any]:
    """Give the columns that change while a message is written, by name."""
    thinking, content = _told_apart(message)
    return {
        'status': message.status.value,
        'content': storable(content),
        'thinking': storable(thinking),
        **model_columns(message.model),
        'error': error_from(message.error),
        'stats': checked(message.stats),
        'sources': [asdict(source) for source in message.sources] or None,
        'steps': [_step(step) for step in message.steps] or None,
        'finished_at': message.finished_at,
    }


def _one_of(kind: type[Kind], stored: str, otherwise: Kind) -> Kind:
    """Read one of some words; another version may know more of them."""
    return kind(stored) if stored in {*kind} else otherwise


def _step(step: Step) -> dict[str, Any]:
    return {'title': step.title, 'text': step.text, 'data': plain_mapping(step.data)}


def document_from(row: DocumentRow) -> Document:
    """Read a document."""
    return Document(
        key=row.key,
        kind=row.kind,
        title=row.title,
        url=row.url,
        passages=tuple(_passages(row.passages)),
        data=plain_mapping(row.data),
        fetched_at=row.fetched_at,
    )


def _passages(stored: Any) -> Iterator[Passage]:
    """Read pairs of text and start in seconds (or null), as far as they are such."""
    for each in stored if isinstance(stored, list) else ():
        match each:
            case [str(text), start]:
                yield Passage(text, seconds(start))


def row_of_document(owner_id: str, document: Document) -> DocumentRow:
    """Make the row of a document."""
    return DocumentRow(
        owner_id=owner_id,
        key=document.key,
        kind=document.kind,
        title=storable(document.title),
        url=storable(document.url),
        passages=[(storable(passage.text), passage.start) for passage in document.passages],
        data=dict(document.data),
        fetched_at=document.fetched_at,
    )


def queued_from(row: QueuedMessageRow) -> QueuedMessage:
    """Read a message that waits its turn."""
    return QueuedMessage(
        id=row.id,
        conversation_id=row.conversation_id,
        text=row.text,
        model=_model_from(row.provider, row.model),
        language=row.language,
        behind_id=row.behind_id,
        created_at=row.created_at,
    )


def queued_columns(queued: QueuedMessage) -> dict[str, Any]:
    """Give all columns of a message that waits its turn, by name."""
    return {
        'id': queued.id,
        'conversation_id': queued.conversation_id,
        'text': storable(queued.text),
        **model_columns(queued.model),
        'language': queued.language,
        'behind_id': queued.behind_id,
        'created_at': queued.created_at,
    }


def title_columns(title: str) -> dict[str, Any]:
    """Give the columns that hold a title, by name."""
    return {'title': storable(title), 'title_key': search_key(title)}


def model_columns(model: ModelRef | None) -> dict[str, Any]:
    """Give the columns that hold a model, by name."""
    return {'provider': model.provider if model else None, 'model': model.name if model else None}


def _model_from(provider: str | None, name: str | None) -> ModelRef | None:
    return ModelRef(str(provider), str(name)) if provider and name else None
