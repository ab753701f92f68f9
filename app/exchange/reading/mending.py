"""Puts single values of our own records right, before they are read: anybody can write such a file, and change one."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from app.domain.message import Role, Status
from app.errors import ImportRefused
from app.exchange.reading import notes, shapes
from app.exchange.reading.context import Reading
from app.exchange.records import Record

ROLES: Mapping[str, Role] = {role.value: role for role in Role}
STATUSES = frozenset(status.value for status in Status)

OTHERWISE: Mapping[str, Any] = {
    'thinking': '',
    'model': None,
    'error': None,
    'stats': {},
    'command': None,
    'sources': [],
    'steps': [],
}
"""What a message can do without."""


def mended(record: Any, reading: Reading) -> Any:
    """Give a record of a conversation in which times, roles and states are such that can be; each change is remarked.

    What is no record at all is given as it is.
    """
    if not isinstance(record, dict) or not isinstance(record.get('conversation'), dict):
        return record
    conversation, messages = record['conversation'], record.get('messages')
    messages = messages if isinstance(messages, list) else []
    started = _first_time([conversation, *messages])
    made, last = [], started
    for number, message in enumerate(messages, 1):
        with reading.message(number):
            made.append(_message(message, last, reading) if isinstance(message, dict) else message)
            last = made[-1]['created_at'] if isinstance(message, dict) else last
    times = {name: _time(conversation, name, reading) for name in ('archived_at', 'deleted_at')}
    times |= {name: _time(conversation, name, reading) or started for name in ('created_at', 'updated_at')}
    queued = [_queued(each, last, reading) for each in shapes.side_mappings(record.get('queued'))]
    return {**record, 'conversation': {**conversation, **times}, 'messages': made, 'queued': queued}


def _message(message: Record, last: str, reading: Reading) -> Record:
    role, speaker = reading.role(message.get('role'), ROLES)
    content = message.get('content')
    if speaker and isinstance(content, str):
        content = notes.paragraphs([notes.speaker(reading.t, speaker), content])
    status = message.get('status')
    if status not in STATUSES:
        reading.remark('wrong_shape', field='status')
        status = Status.COMPLETE.value
    return {
        **OTHERWISE,
        **message,
        'role': role.value,
        'content': content,
        'status': status,
        'created_at': _time(message, 'created_at', reading) or last,
        'finished_at': _time(message, 'finished_at', reading),
    }


def _queued(queued: Record, last: str, reading: Reading) -> Record:
    return {**queued, 'created_at': _time(queued, 'created_at', reading) or last}


def _time(record: Record, field: str, reading: Reading) -> str | None:
    """Give a time as our records have it; None, and a remark, if nobody can have lived in it."""
    made = reading.moment(record.get(field), field)
    return made.isoformat(timespec='microseconds') if made else None


def _first_time(records: Iterable[Any]) -> str:
    """Give the first time that can be read, or else the present one."""
    for record in records:
        if isinstance(record, dict):
            with suppress(ImportRefused):
                if made := shapes.moment(record.get('created_at'), 'created_at'):
                    return made.isoformat(timespec='microseconds')
    return datetime.now(UTC).isoformat(timespec='microseconds')
