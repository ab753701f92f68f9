"""Claude's `conversations.json`.

Each conversation has `chat_messages`, in the order they were written; newer files name each one's
`parent_message_uuid`, so that versions can be told. A message's `content` is a list of blocks, `text` all of them run
together. What was attached came with its text.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from app.domain.carried import Carried
from app.domain.message import Role
from app.exchange.reading import notes, shapes
from app.exchange.reading.context import Reading
from app.exchange.reading.conversations import read_each
from app.exchange.reading.intake import Intake
from app.exchange.reading.nodes import Node, unread
from app.exchange.reading.notes import Say
from app.exchange.reading.remarks import Remark
from app.exchange.reading.tree import Outline, carried, in_a_line

FORMAT = 'claude'

ROLES: Mapping[str, Role] = {'human': Role.USER, 'user': Role.USER, 'assistant': Role.ASSISTANT, 'system': Role.SYSTEM}
SILENT = frozenset({'token_budget', 'flag', 'redacted_thinking'})
"""Blocks that nobody was shown."""

_FENCES = re.compile('`{3,}')


def read(file: Intake, reading: Reading) -> Iterator[Carried | Remark]:
    """Yield the conversations of a file."""
    return read_each(file, reading, lambda value: _conversation(value, reading))


def _conversation(value: Any, reading: Reading) -> Carried | None:
    value = shapes.mapping(value, 'conversation')
    messages = shapes.sequence(value.get('chat_messages'), 'chat_messages')
    nodes = [_node(message, number, reading) for number, message in enumerate(messages, 1)]
    if not any(node.parent for node in nodes):
        nodes = in_a_line(nodes)
    return carried(
        reading,
        Outline(
            format=FORMAT,
            owner_id=reading.owner_id,
            key=shapes.name(value.get('uuid'), 'uuid') or (nodes[0].key if nodes else ''),
            title=shapes.text(value.get('name'), 'name'),
            created_at=reading.moment(value.get('created_at'), 'created_at'),
            updated_at=reading.moment(value.get('updated_at'), 'updated_at'),
            current=shapes.name(value.get('current_leaf_message_uuid'), 'current_leaf_message_uuid')
            or (nodes[-1].key if nodes else ''),
            folder=_project(value.get('project')),
            pinned=value.get('is_starred') is True,
        ),
        nodes,
    )


def _project(value: Any) -> str:
    return shapes.side_text(value.get('name')).strip() if isinstance(value, dict) else ''


def _node(value: Any, number: int, reading: Reading) -> Node:
    t = reading.t
    with reading.message(number):
        value = shapes.mapping(value, 'message')
        role, speaker = reading.role(value.get('sender'), ROLES, 'sender')
        blocks = [shapes.mapping(block, 'content') for block in shapes.sequence(value.get('content'), 'content')]
        said = [_said(block, t) for block in blocks] or [shapes.text(value.get('text'), 'text')]
        if not any(said) and not any(block.get('type') == 'thinking' for block in blocks):
            said = [shapes.text(value.get('text'), 'text')]
        return Node(
            key=shapes.name(value.get('uuid'), 'uuid'),
            parent=shapes.name(value.get('parent_message_uuid'), 'parent_message_uuid'),
            number=number,
            role=role,
            speaker=speaker,
            content=notes.paragraphs([*said, *_attached(value, t)]),
            thinking=notes.paragraphs(_thought(block) for block in blocks),
            created_at=reading.moment(value.get('created_at'), 'created_at'),
            model=shapes.side_text(value.get('model')),
            source=value,
        )
    key, parent, sender = (shapes.side_field(value, name) for name in ('uuid', 'parent_message_uuid', 'sender'))
    return unread(t, value, number=number, key=key, parent=parent, is_user=sender in ('human', 'user'))


def _said(block: Mapping[str, Any], t: Say) -> str:
    kind = shapes.text(block.get('type'), 'type') or 'text'
    if kind in ('text', 'voice_note'):
        return shapes.text(block.get('text'), 'text')
    if kind == 'tool_use':
        return notes.tool(t, shapes.side_text(block.get('name')))
    if kind in ('thinking', 'tool_result', *SILENT):  # what a tool gave stands behind its use, and is in its note
        return ''
    return notes.image(t) if kind == 'image' else notes.unknown(t, kind)


def _thought(block: Mapping[str, Any]) -> str:
    return shapes.text(block.get('thinking'), 'thinking') if block.get('type') == 'thinking' else ''


def _attached(value: Mapping[str, Any], t: Say) -> Iterator[str]:
    """Give the text of what was attached, and a note for what came without."""
    for attachment in shapes.side_mappings(value.get('attachments')):
        name = shapes.side_text(attachment.get('file_name'))
        content = shapes.side_text(attachment.get('extracted_content'))
        yield fenced(name, content) if content.strip() else notes.file(t, name)
    for file in shapes.side_mappings(value.get('files')):
        yield (
            notes.image(t)
            if file.get('file_kind') == 'image'
            else notes.file(t, shapes.side_text(file.get('file_name')))
        )


def fenced(name: str, content: str) -> str:
    """Show a file's text under its name, in a fence longer than any in it."""
    fence = '`' * max((3, *(len(run) + 1 for run in _FENCES.findall(content))))
    heading = f'{notes.plain(name)}:\n\n' if name else ''
    return f'{heading}{fence}\n{content.rstrip()}\n{fence}'
