"""The predecessor's `chat_history.json`: a list of `{"id", "timestamp", "messages": [{"role", "content"}]}`."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.domain.carried import Carried
from app.domain.message import Role
from app.exchange.reading import notes, shapes
from app.exchange.reading.context import Reading
from app.exchange.reading.conversations import read_each
from app.exchange.reading.intake import Intake
from app.exchange.reading.nodes import Node, unread
from app.exchange.reading.remarks import Remark
from app.exchange.reading.tree import Outline, carried, in_a_line

FORMAT = 'chat-history'

ROLES: Mapping[str, Role] = {
    'user': Role.USER,
    'human': Role.USER,
    'assistant': Role.ASSISTANT,
    'ai': Role.ASSISTANT,
    'bot': Role.ASSISTANT,
    'model': Role.ASSISTANT,
    'system': Role.SYSTEM,
}


def read(file: Intake, reading: Reading) -> Iterator[Carried | Remark]:
    """Yield the conversations of a file."""
    return read_each(file, reading, lambda value: _conversation(value, reading))


def _conversation(value: Any, reading: Reading) -> Carried | None:
    value = shapes.mapping(value, 'conversation')
    messages = shapes.sequence(value.get('messages'), 'messages')
    nodes = in_a_line([_node(message, number, reading) for number, message in enumerate(messages, 1)])
    written_at = reading.moment(value.get('timestamp'), 'timestamp')
    key = shapes.name(value.get('id'), 'id') or f'{written_at} {nodes[0].content[:200] if nodes else ""}'
    return carried(
        reading,
        Outline(
            format=FORMAT,
            owner_id=reading.owner_id,
            key=key,
            title=shapes.text(value.get('title'), 'title'),
            created_at=written_at,
            current=nodes[-1].key if nodes else '',
        ),
        nodes,
    )


def _node(value: Any, number: int, reading: Reading) -> Node:
    t = reading.t
    with reading.message(number):
        value = shapes.mapping(value, 'message')
        role, speaker = reading.role(value.get('role'), ROLES)
        images = value.get('images') if isinstance(value.get('images'), list) else []
        return Node(
            key=f'#{number}',
            parent='',
            number=number,
            role=role,
            speaker=speaker,
            content=notes.paragraphs([shapes.text(value.get('content'), 'content'), *[notes.image(t) for _ in images]]),
            thinking=shapes.side_text(value.get('thinking')),
            created_at=reading.moment(value.get('timestamp'), 'timestamp'),
            source=value,
        )
    return unread(t, value, number=number, key=f'#{number}', is_user=shapes.side_field(value, 'role') == 'user')
