"""The predecessor's `chat_history.json`: a list of `{"id", "timestamp", "messages": [{"role", "content"}]}`."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.domain.carried import Carried
from app.domain.message import Role
from app.errors import ImportRefused
from app.exchange.reading import notes, shapes
from app.exchange.reading.intake import Intake
from app.exchange.reading.json_stream import read_each
from app.exchange.reading.notes import Say
from app.exchange.reading.tree import Node, Outline, carried, in_a_line

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


def read(file: Intake, owner_id: str, t: Say) -> Iterator[Carried]:
    """Yield the conversations of a file."""
    return read_each(file, lambda value: _conversation(value, owner_id, t))


def role_of(value: Any) -> Role:
    """Give who speaks."""
    role = shapes.text(value, 'role').strip().lower()
    if role not in ROLES:
        raise ImportRefused(reason='unknown_role', field='role', value=role[:40])
    return ROLES[role]


def _conversation(value: Any, owner_id: str, t: Say) -> Carried | None:
    value = shapes.mapping(value, 'conversation')
    messages = shapes.sequence(value.get('messages'), 'messages')
    nodes = in_a_line([_node(message, number, t) for number, message in enumerate(messages, 1)])
    written_at = shapes.moment(value.get('timestamp'), 'timestamp')
    key = shapes.name(value.get('id'), 'id') or f'{written_at} {nodes[0].content[:200] if nodes else ""}'
    return carried(
        Outline(
            format=FORMAT,
            owner_id=owner_id,
            key=key,
            title=shapes.text(value.get('title'), 'title'),
            created_at=written_at,
            current=nodes[-1].key if nodes else '',
        ),
        nodes,
    )


def _node(value: Any, number: int, t: Say) -> Node:
    with shapes.at_message(number):
        value = shapes.mapping(value, 'message')
        images = value.get('images') if isinstance(value.get('images'), list) else []
        return Node(
            key=f'#{number}',
            parent='',
            number=number,
            role=role_of(value.get('role')),
            content=notes.paragraphs([shapes.text(value.get('content'), 'content'), *[notes.image(t) for _ in images]]),
            thinking=shapes.side_text(value.get('thinking')),
            created_at=shapes.moment(value.get('timestamp'), 'timestamp'),
        )
