"""The predecessor's `chat_history.json`: a list of `{"id", "timestamp", "messages": [{"role", "content"}]}`."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.domain.carried import Carried
from app.domain.message import Role
from app.exchange.reading import notes, shapes, tool_use
from app.exchange.reading.content_parts import tell_content
from app.exchange.reading.context import Reading
from app.exchange.reading.conversations import read_each
from app.exchange.reading.fields import Fate
from app.exchange.reading.intake import Intake
from app.exchange.reading.nodes import Node, unread
from app.exchange.reading.remarks import Remark
from app.exchange.reading.tree import Outline, carried, in_a_line
from app.exchange.reading.written import Written

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

MESSAGE: Mapping[str, Fate] = {
    'id': Fate.LEFT,
    'role': Fate.KNOWN,
    'timestamp': Fate.KNOWN,
    'model': Fate.KNOWN,
    'content': Fate.TEXT,
    'images': Fate.TEXT,
    'thinking': Fate.THOUGHTS,
    'reasoning': Fate.THOUGHTS,
    'tool_calls': Fate.FOLDED,
}
"""Fields of a message, those of Ollama's among them; others are folded if they say anything."""


def read(file: Intake, reading: Reading) -> Iterator[Carried | Remark]:
    """Yield the conversations of a file."""
    return read_each(file, reading, lambda value: _conversation(value, reading))


def _conversation(value: Any, reading: Reading) -> Carried | None:
    value = shapes.mapping(value, 'conversation')
    messages = shapes.sequence(value.get('messages'), 'messages')
    nodes = in_a_line([_node(message, number, reading) for number, message in enumerate(messages, 1)])
    written_at = reading.moment(value.get('timestamp'), 'timestamp')
    key = reading.name(value.get('id'), 'id') or f'{written_at} {nodes[0].content[:200] if nodes else ""}'
    return carried(
        reading,
        Outline(
            format=FORMAT,
            owner_id=reading.owner_id,
            key=key,
            title=reading.text(value.get('title'), 'title'),
            created_at=written_at,
            current=nodes[-1].key if nodes else '',
        ),
        nodes,
    )


def _node(value: Any, number: int, reading: Reading) -> Node:
    with reading.message(number):
        value = shapes.mapping(value, 'message')
        role, speaker = reading.role(value.get('role'), ROLES)
        is_answer = role is Role.ASSISTANT
        written = Written(reading.t)
        tell_content(value.get('content'), written)
        _tell_beside(value, written)
        if is_answer and written.is_empty_for_us:
            reading.remark('came_out_empty')
        return Node(
            key=f'#{number}',
            parent='',
            number=number,
            role=role,
            speaker=speaker,
            content=written.content,
            thinking=written.thinking,
            created_at=reading.moment(value.get('timestamp'), 'timestamp'),
            model=shapes.side_text(value.get('model')) if is_answer else '',
            steps=written.steps,
            source=value,
        )
    return unread(reading.t, value, number=number, key=f'#{number}', is_user=shapes.side_field(value, 'role') == 'user')


def _tell_beside(value: Mapping[str, Any], written: Written) -> None:
    """Add what stands beside a text, as Ollama's messages have it: thoughts, images, calls of tools."""
    written.think(shapes.side_text(value.get('thinking') or value.get('reasoning')))
    images = value.get('images')
    written.say(notes.image(written.t) if isinstance(images, list) and images else '')
    for call in shapes.side_mappings(value.get('tool_calls')):
        for function in shapes.side_mappings([call.get('function')]):
            tool_use.tell(written, shapes.side_text(function.get('name')), function.get('arguments'), '')
    written.keep_rest(value, MESSAGE)
