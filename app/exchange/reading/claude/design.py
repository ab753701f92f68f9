"""Conversations about a design: `design_chats/*.json` in an export of Claude's, one in each file.

Their `messages` have `role`, and in `content` the text (`content`), `contentBlocks`, `attachments` and `timestamp`.
Blocks are `text`, `thinking`, `tool_call` (`toolCall` with `name`, `input`, `output`), `user_interjection` and `error`.
They are put into the shape of all others. Last looked up in public code on 2026-11-30, in converters of such exports.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from app.domain.carried import Carried
from app.exchange.reading import shapes
from app.exchange.reading.claude import reader as claude
from app.exchange.reading.context import Reading
from app.exchange.reading.conversations import read_each
from app.exchange.reading.intake import Intake
from app.exchange.reading.remarks import Remark


def read(file: Intake, reading: Reading) -> Iterator[Carried | Remark]:
    """Yield the conversations of a file."""
    return read_each(file, reading, lambda value: claude.conversation(_as_all_others(value), reading))


def _as_all_others(value: Any) -> dict[str, Any]:
    value = shapes.mapping(value, 'conversation')
    messages = [_message(each) for each in shapes.sequence(value.get('messages'), 'messages')]
    return {**value, 'name': value.get('title'), 'chat_messages': messages}


def _message(value: Any) -> Any:
    [content, *_] = [*shapes.side_mappings([value.get('content')] if isinstance(value, dict) else []), None]
    if content is None:
        return value
    attached = [
        {'file_name': each.get('name'), 'extracted_content': each.get('content')}
        for each in shapes.side_mappings(content.get('attachments'))
    ]
    blocks = shapes.side_mappings(content.get('contentBlocks'))
    return {
        'uuid': value.get('uuid'),
        'sender': value.get('role'),
        'created_at': value.get('created_at') or content.get('timestamp'),
        'text': content.get('content'),
        'content': [block for each in blocks for block in _blocks(each)],
        'attachments': attached,
    }


def _blocks(block: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    kind = block.get('type')
    if kind == 'thinking':
        yield {'type': 'thinking', 'thinking': block.get('text')}
    elif kind == 'tool_call':
        [call, *_] = [*shapes.side_mappings([block.get('toolCall')]), {}]
        yield {'type': 'tool_use', **{field: call.get(field) for field in ('id', 'name', 'input')}}
        yield {'type': 'tool_result', 'tool_use_id': call.get('id'), 'content': call.get('output')}
    elif kind in ('user_interjection', 'error'):
        message = block.get('message')
        said = message.get('content') if isinstance(message, dict) else message
        lines = shapes.side_text(said).splitlines()
        yield {'type': 'text', 'text': '\n'.join(f'> {line}' for line in lines)}
    else:
        yield block
