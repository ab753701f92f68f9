"""Values as JSON objects, with nothing lost: one function for each direction.

Keys are those of the values in `domain`. Times are ISO 8601 in UTC with microseconds. Whose things they are is not
written: who reads a file owns what is in it.
"""

import json
import reprlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from app.domain.carried import Carried
from app.domain.conversation import Conversation, Folder
from app.domain.document import Document, Passage
from app.domain.message import CommandCall, Message, Role, Source, Status, Step
from app.domain.model import ModelRef
from app.domain.queued import QueuedMessage

Record = Mapping[str, Any]


def as_json(record: Record, *, indent: int | None = None) -> bytes:
    """Write a record as UTF-8. Half a surrogate pair, which UTF-8 has no form for, is written as an escape, and a
    figure that is no number, which JSON has no form for, as null.
    """
    form: Mapping[str, Any] = {'indent': indent, 'separators': (',', ':') if indent is None else None}
    try:
        return json.dumps(record, ensure_ascii=False, allow_nan=False, **form).encode()
    except UnicodeEncodeError:
        return json.dumps(_finite(record), **form).encode()
    except ValueError:
        return as_json(_finite(record), indent=indent)


def _finite(value: Any) -> Any:
    match value:
        case float():
            return value if isfinite(value) else None
        case dict():
            return {key: _finite(each) for key, each in value.items()}
        case list() | tuple():
            return [_finite(each) for each in value]
        case _:
            return value


def carried_record(carried: Carried) -> Record:
    """Write a conversation with all that belongs to it."""
    return {
        'conversation': conversation_record(carried.conversation),
        'folder': carried.folder,
        'queued': [queued_record(queued) for queued in carried.queued],
        'messages': [message_record(message) for message in carried.messages],
    }


def carried_from(record: Record, owner_id: str) -> Carried:
    """Read a conversation with all that belongs to it.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: the record is none of ours.
    """
    conversation = conversation_from(record['conversation'], owner_id)
    messages = tuple(message_from(each, conversation.id) for each in record['messages'])
    _check_tree(messages, conversation.head_id)
    return Carried(
        conversation=conversation,
        messages=messages,
        folder=_text(record['folder']),
        queued=tuple(queued_from(each, conversation.id) for each in record['queued']),
    )


def _check_tree(messages: Sequence[Message], head_id: str | None) -> None:
    depths: dict[str | None, int] = {None: -1}
    for message in messages:
        if message.id in depths:
            raise ValueError(f'the message {message.id} is there twice')
        if message.parent_id not in depths or depths[message.parent_id] != message.depth - 1:
            raise ValueError(f'the message {message.id} does not stand below its parent')
        depths[message.id] = message.depth
    if head_id not in depths:
        raise ValueError(f'the message {head_id} that is shown is missing')


def conversation_record(conversation: Conversation) -> Record:
    """Write a conversation, without its messages."""
    return {
        'id': conversation.id,
        'title': conversation.title,
        'title_by_person': conversation.title_by_person,
        'model': _model(conversation.model),
        'parameters': dict(conversation.parameters),
        'head_id': conversation.head_id,
        'unread': conversation.unread,
        'pinned': conversation.pinned,
        'folder_id': conversation.folder_id,
        'tags': [*conversation.tags],
        'created_at': _time(conversation.created_at),
        'updated_at': _time(conversation.updated_at),
        'archived_at': _time(conversation.archived_at),
        'deleted_at': _time(conversation.deleted_at),
    }


def conversation_from(record: Record, owner_id: str) -> Conversation:
    """Read a conversation."""
    return Conversation(
        id=_text(record['id']),
        owner_id=owner_id,
        title=_text(record['title']),
        title_by_person=bool(record['title_by_person']),
        model=_model_from(record['model']),
        parameters=_mapping(record['parameters']),
        head_id=_optional_text(record['head_id']),
        unread=bool(record['unread']),
        pinned=bool(record['pinned']),
        folder_id=_optional_text(record['folder_id']),
        tags=tuple(sorted({_text(tag) for tag in record['tags']})),
        created_at=_time_from(record['created_at']),
        updated_at=_time_from(record['updated_at']),
        archived_at=_optional_time(record['archived_at']),
        deleted_at=_optional_time(record['deleted_at']),
    )


def message_record(message: Message) -> Record:
    """Write a message; one that is still being written is what it is then: interrupted."""
    status = Status.INTERRUPTED if message.status is Status.STREAMING else message.status
    command = message.command
    return {
        'id': message.id,
        'parent_id': message.parent_id,
        'depth': message.depth,
        'role': message.role.value,
        'status': status.value,
        'content': message.content,
        'thinking': message.thinking,
        'model': _model(message.model),
        'error': None if message.error is None else dict(message.error),
        'stats': dict(message.stats),
        'command': {'name': command.name, 'language': command.language} if command else None,
        'sources': [{'title': each.title, 'url': each.url, 'key': each.key} for each in message.sources],
        'steps': [{'title': step.title, 'text': step.text, 'data': dict(step.data)} for step in message.steps],
        'created_at': _time(message.created_at),
        'finished_at': _time(message.finished_at),
    }


def message_from(record: Record, conversation_id: str) -> Message:
    """Read a message of a conversation."""
    command = record['command']
    return Message(
        id=_text(record['id']),
        conversation_id=conversation_id,
        parent_id=_optional_text(record['parent_id']),
        depth=int(record['depth']),
        role=Role(record['role']),
        status=Status(record['status']),
        content=_text(record['content']),
        thinking=_text(record['thinking']),
        model=_model_from(record['model']),
        error=None if record['error'] is None else _mapping(record['error']),
        stats=_mapping(record['stats']),
        command=CommandCall(_text(command['name']), _text(command['language'])) if command else None,
        sources=tuple(Source(*(_text(each[key]) for key in ('title', 'url', 'key'))) for each in record['sources']),
        steps=tuple(
            Step(_text(each['title']), _text(each['text']), _mapping(each['data'])) for each in record['steps']
        ),
        created_at=_time_from(record['created_at']),
        finished_at=_optional_time(record['finished_at']),
    )


def queued_record(queued: QueuedMessage) -> Record:
    """Write a message that waits to be sent."""
    return {
        'id': queued.id,
        'text': queued.text,
        'model': _model(queued.model),
        'language': queued.language,
        'behind_id': queued.behind_id,
        'created_at': _time(queued.created_at),
    }


def queued_from(record: Record, conversation_id: str) -> QueuedMessage:
    """Read a message that waits in a conversation."""
    return QueuedMessage(
        id=_text(record['id']),
        conversation_id=conversation_id,
        text=_text(record['text']),
        model=_model_from(record['model']),
        language=_text(record['language']),
        behind_id=_optional_text(record.get('behind_id')),
        created_at=_time_from(record['created_at']),
    )


def folder_record(folder: Folder) -> Record:
    """Write a folder."""
    return {'id': folder.id, 'name': folder.name, 'created_at': _time(folder.created_at)}


def folder_from(record: Record, owner_id: str) -> Folder:
    """Read a folder."""
    return Folder(
        id=_text(record['id']),
        owner_id=owner_id,
        name=_text(record['name']),
        created_at=_time_from(record['created_at']),
    )


def document_record(document: Document) -> Record:
    """Write a document; its passages are pairs of text and start in seconds (or null)."""
    return {
        'key': document.key,
        'kind': document.kind,
        'title': document.title,
        'url': document.url,
        'passages': [[passage.text, passage.start] for passage in document.passages],
        'data': dict(document.data),
        'fetched_at': _time(document.fetched_at),
    }


def document_from(record: Record) -> Document:
    """Read a document."""
    return Document(
        **{name: _text(record[name]) for name in ('key', 'kind', 'title', 'url')},
        passages=tuple(Passage(_text(text), _number(start)) for text, start in record['passages']),
        data=_mapping(record['data']),
        fetched_at=_time_from(record['fetched_at']),
    )


def _model(model: ModelRef | None) -> Record | None:
    return {'provider': model.provider, 'name': model.name} if model else None


def _model_from(record: Record | None) -> ModelRef | None:
    return ModelRef(_text(record['provider']), _text(record['name'])) if record else None


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec='microseconds')


def _time_from(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f'a time without a zone: {text}')
    return moment.astimezone(UTC)


def _optional_time(text: str | None) -> datetime | None:
    return None if text is None else _time_from(text)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f'not a text: {reprlib.repr(value)}')
    return value


def _optional_text(value: Any) -> str | None:
    return None if value is None else _text(value)


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f'not an object: {reprlib.repr(value)}')
    return value


def _number(value: Any) -> float | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise TypeError(f'not a number: {reprlib.repr(value)}')
    return value
