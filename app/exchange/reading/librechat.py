"""LibreChat's export of a conversation, or a list of them.

`messages` is a list in which each names its `parentMessageId`, or (written *recursive*) a tree of `children`; old files
call it `messagesTree`. Which branch was shown is not written down: the one with the newest message is taken.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from app.domain.carried import Carried
from app.domain.message import Role, Status
from app.exchange.reading import notes, shapes
from app.exchange.reading.context import Reading
from app.exchange.reading.conversations import read_each
from app.exchange.reading.intake import Intake
from app.exchange.reading.json_values import DEEPEST_CHAIN
from app.exchange.reading.nodes import Node, unread
from app.exchange.reading.notes import Say
from app.exchange.reading.remarks import Remark
from app.exchange.reading.tree import Outline, carried, in_a_line

FORMAT = 'librechat'


def read(file: Intake, reading: Reading) -> Iterator[Carried | Remark]:
    """Yield the conversations of a file."""
    return read_each(file, reading, lambda value: _conversation(value, reading), deepest=DEEPEST_CHAIN)


def _conversation(value: Any, reading: Reading) -> Carried | None:
    value = shapes.mapping(value, 'conversation')
    nodes = [_node(message, number, parent, reading) for number, (message, parent) in enumerate(_flat(_top(value)), 1)]
    if not any(node.parent for node in nodes):
        nodes = in_a_line(nodes)
    return carried(
        reading,
        Outline(
            format=FORMAT,
            owner_id=reading.owner_id,
            key=shapes.name(value.get('conversationId'), 'conversationId') or (nodes[0].key if nodes else ''),
            title=shapes.text(value.get('title'), 'title'),
            created_at=reading.moment(value.get('createdAt'), 'createdAt'),
            updated_at=reading.moment(value.get('updatedAt'), 'updatedAt'),
            current=_newest(nodes),
            tags=[shapes.side_text(tag) for tag in value.get('tags') or [] if isinstance(tag, str)]
            if isinstance(value.get('tags'), list)
            else (),
            archived=value.get('isArchived') is True,
        ),
        nodes,
    )


def _top(value: Mapping[str, Any]) -> Any:
    return value.get('messages') if 'messages' in value else value.get('messagesTree')


def _flat(messages: Any) -> Iterator[tuple[Any, str]]:
    """Yield every message with the id of the one it is a child of, parents first, without following depth by calls."""
    waiting = [(message, '') for message in reversed(shapes.sequence(messages, 'messages'))]
    while waiting:
        message, parent = waiting.pop()
        yield message, parent
        if isinstance(message, dict) and message.get('children'):
            key = shapes.name(message.get('messageId'), 'messageId')
            waiting += [(child, key) for child in reversed(shapes.sequence(message['children'], 'children'))]


def _node(value: Any, number: int, parent: str, reading: Reading) -> Node:
    t = reading.t
    with reading.message(number):
        value = shapes.mapping(value, 'message')
        is_user = _is_user(value)
        content = shapes.sequence(value.get('content'), 'content')
        blocks = [shapes.mapping(block, 'content') for block in content]
        said = [_said(block, t) for block in blocks]
        if not any(said):
            said = [shapes.text(value.get('text'), 'text'), *said]
        return Node(
            key=shapes.name(value.get('messageId'), 'messageId'),
            parent=parent or shapes.name(value.get('parentMessageId'), 'parentMessageId'),
            number=number,
            role=Role.USER if is_user else Role.ASSISTANT,
            content=notes.paragraphs([*said, *_files(value, t)]),
            thinking=notes.paragraphs(_thought(block) for block in blocks),
            created_at=reading.moment(value.get('createdAt'), 'createdAt'),
            model='' if is_user else shapes.side_text(value.get('model')),
            status=Status.STOPPED if value.get('unfinished') is True and not is_user else Status.COMPLETE,
            source=value,
        )
    key, above = (shapes.side_field(value, name) for name in ('messageId', 'parentMessageId'))
    is_user = isinstance(value, dict) and value.get('isCreatedByUser') is True
    return unread(t, value, number=number, key=key, parent=parent or above, is_user=is_user)


def _is_user(value: Mapping[str, Any]) -> bool:
    given = value.get('isCreatedByUser')
    if isinstance(given, bool):
        return given
    return shapes.text(value.get('sender'), 'sender').strip().lower() == 'user'


def _said(block: Mapping[str, Any], t: Say) -> str:
    kind = shapes.text(block.get('type'), 'type') or 'text'
    if kind == 'text':
        return _value(block.get('text'), 'text')
    if kind == 'think':
        return ''
    if kind == 'tool_call':
        call = block.get('tool_call')
        return notes.tool(t, shapes.side_text(call.get('name')) if isinstance(call, dict) else '')
    if kind == 'error':
        return _value(block.get('error'), 'error')
    return notes.image(t) if 'image' in kind else notes.unknown(t, kind)


def _thought(block: Mapping[str, Any]) -> str:
    return _value(block.get('think'), 'think') if block.get('type') == 'think' else ''


def _value(value: Any, field: str) -> str:
    """Give a text that may stand in an object of its own."""
    return shapes.text(value.get('value') if isinstance(value, dict) else value, field)


def _files(value: Mapping[str, Any], t: Say) -> Iterator[str]:
    for file in shapes.side_mappings(value.get('files')):
        is_image = shapes.side_text(file.get('type')).startswith('image/')
        yield notes.image(t) if is_image else notes.file(t, shapes.side_text(file.get('filename')))


def _newest(nodes: list[Node]) -> str:
    """Give the message that was written last; of those without a time the last in the file."""
    dated = [node for node in nodes if node.created_at is not None]
    if len(dated) < len(nodes):
        return nodes[-1].key if nodes else ''
    return max(dated, key=lambda node: (node.created_at, node.number)).key if dated else ''
