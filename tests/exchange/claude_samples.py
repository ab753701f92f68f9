"""Conversations as Claude writes them, in small."""

from typing import Any

from app.domain.carried import Carried
from app.domain.message import Message, Role

Json = dict[str, Any]


def used(name: str, key: str = 't1', **given: Any) -> Json:
    """Make the block of a tool's use."""
    return {'type': 'tool_use', 'id': key, 'name': name, 'input': given, 'message': name, 'display_content': None}


def gave(name: str, *items: Json, key: str = 't1', **more: Any) -> Json:
    """Make the block of a tool's result."""
    return {'type': 'tool_result', 'tool_use_id': key, 'name': name, 'content': list(items), 'is_error': False, **more}


def text(said: str, **more: Any) -> Json:
    """Make a block, or an item of a result, that is text."""
    return {'type': 'text', 'text': said, **more}


def message(number: int, *blocks: Json, parent: int | None = None, **fields: Any) -> Json:
    """Make a message; those with even numbers are Claude's. One that names no parent stands below the one before."""
    above = f'm{number - 1 if parent is None else parent}' if number > 1 else '00000000-0000-4000-8000-000000000000'
    return {
        'uuid': f'm{number}',
        'parent_message_uuid': above,
        'sender': 'human' if number % 2 else 'assistant',
        'text': '',
        'content': list(blocks),
        'created_at': '2026-01-01T00:00:00.1Z',
        'attachments': [],
        'files': [],
        **fields,
    }


def conversation(*messages: Json, **fields: Any) -> Json:
    """Make a conversation."""
    return {'uuid': 'c1', 'name': 'A chat', 'chat_messages': list(messages), **fields}


def answer_of(*blocks: Json, **fields: Any) -> Json:
    """Make a conversation of a question and an answer."""
    return conversation(message(1, text('Please.')), message(2, *blocks, **fields))


def answer(carried: list[Carried]) -> Message:
    """Give the last answer of the only conversation that was read."""
    [chat] = carried
    return [each for each in chat.messages if each.role is Role.ASSISTANT][-1]
