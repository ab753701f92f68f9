"""LibreChat's export of a conversation, or a list of them.

`messages` is a list in which each names its `parentMessageId`, or (written *recursive*) a tree of `children`; old files
call it `messagesTree`. Which branch was shown is not written down: the one with the newest message is taken. All
fields: `fields.py`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from app.domain.carried import Carried
from app.domain.message import Role, Status
from app.exchange.reading import shapes
from app.exchange.reading.context import Reading
from app.exchange.reading.conversations import read_each
from app.exchange.reading.figures import figures
from app.exchange.reading.instruction import instructed
from app.exchange.reading.intake import Intake
from app.exchange.reading.json_values import DEEPEST_CHAIN
from app.exchange.reading.librechat.fields import MESSAGE
from app.exchange.reading.librechat.message import tell_message
from app.exchange.reading.nodes import Node, unread
from app.exchange.reading.remarks import Remark
from app.exchange.reading.tree import Outline, carried, in_a_line
from app.exchange.reading.written import Written

FORMAT = 'librechat'

INSTRUCTIONS = 'promptPrefix', 'instructions', 'system'
"""Fields of `options` that may hold what the person asked of every answer."""


def read(file: Intake, reading: Reading) -> Iterator[Carried | Remark]:
    """Yield the conversations of a file."""
    return read_each(file, reading, lambda value: _conversation(value, reading), deepest=DEEPEST_CHAIN)


def _conversation(value: Any, reading: Reading) -> Carried | None:
    value = shapes.mapping(value, 'conversation')
    shapes.check_has(value, 'messages', 'messagesTree', beside=['options', 'tags'])
    options = next(iter(shapes.side_mappings([value.get('options')])), value)
    model = shapes.side_text(options.get('model'))
    nodes = [
        _node(message, number, parent, model, reading)
        for number, (message, parent) in enumerate(_flat(_top(value), reading), 1)
    ]
    if not any(node.parent for node in nodes):
        nodes = in_a_line(nodes)
    return carried(
        reading,
        Outline(
            format=FORMAT,
            owner_id=reading.owner_id,
            key=reading.name(value.get('conversationId'), 'conversationId') or (nodes[0].key if nodes else ''),
            title=reading.text(value.get('title'), 'title'),
            created_at=reading.moment(value.get('createdAt'), 'createdAt'),
            updated_at=reading.moment(value.get('updatedAt'), 'updatedAt'),
            current=_newest(nodes),
            tags=[tag for tag in value['tags'] if isinstance(tag, str)] if isinstance(value.get('tags'), list) else (),
            archived=value.get('isArchived') is True,
        ),
        instructed(nodes, next(filter(None, (shapes.side_text(options.get(name)) for name in INSTRUCTIONS)), '')),
    )


def _top(value: Mapping[str, Any]) -> Any:
    """Give the messages that no other holds; a tree may stand there without a list around it."""
    messages = value.get('messages') if 'messages' in value else value.get('messagesTree')
    return [messages] if isinstance(messages, dict) else messages


def _flat(messages: Any, reading: Reading) -> Iterator[tuple[Any, str]]:
    """Yield every message with the id of the one it is a child of, parents first, without following depth by calls."""
    waiting = [(message, '') for message in reversed(shapes.sequence(messages, 'messages'))]
    while waiting:
        message, parent = waiting.pop()
        yield message, parent
        if isinstance(message, dict) and message.get('children'):
            with reading.conversation():
                below = reversed(shapes.sequence(message['children'], 'children'))
                waiting += [(child, shapes.side_field(message, 'messageId')) for child in below]


def _node(value: Any, number: int, parent: str, model: str, reading: Reading) -> Node:
    with reading.message(number):
        value = shapes.mapping(value, 'message')
        is_user = _is_user(value)
        written = Written(reading.t)
        tell_message(value, written, is_user=is_user)
        written.keep_rest(value, MESSAGE)
        if not is_user and written.is_empty_for_us:
            reading.remark('came_out_empty')
        return Node(
            key=reading.name(value.get('messageId'), 'messageId'),
            parent=parent or reading.name(value.get('parentMessageId'), 'parentMessageId'),
            number=number,
            role=Role.USER if is_user else Role.ASSISTANT,
            content=written.content,
            thinking=written.thinking,
            created_at=reading.moment(value.get('createdAt'), 'createdAt'),
            model='' if is_user else _model(value) or model,
            status=Status.STOPPED if value.get('unfinished') is True and not is_user else Status.COMPLETE,
            sources=written.sources,
            steps=written.steps,
            stats={} if is_user else figures({'completion_tokens': value.get('tokenCount')}),
            source=value,
        )
    key, above = (shapes.side_field(value, name) for name in ('messageId', 'parentMessageId'))
    is_user = isinstance(value, dict) and value.get('isCreatedByUser') is True
    return unread(reading.t, value, number=number, key=key, parent=parent or above, is_user=is_user)


def _is_user(value: Mapping[str, Any]) -> bool:
    given = value.get('isCreatedByUser')
    if isinstance(given, bool):
        return given
    return shapes.side_text(value.get('sender')).strip().lower() == 'user'


def _model(value: Mapping[str, Any]) -> str:
    """Give the model that answered; of an agent, whose id says nothing, its name."""
    model = shapes.side_text(value.get('model'))
    is_agent = model.startswith(('agent_', 'asst_'))
    return (shapes.side_text(value.get('sender')) if is_agent else '') or model


def _newest(nodes: list[Node]) -> str:
    """Give the message that was written last; of those without a time the last in the file."""
    dated = [node for node in nodes if node.created_at is not None]
    if len(dated) < len(nodes):
        return nodes[-1].key if nodes else ''
    return max(dated, key=lambda node: (node.created_at, node.number)).key if dated else ''
