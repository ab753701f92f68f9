"""Claude's `conversations.json`.

Each conversation has `chat_messages`, in the order they were written; newer files name each one's
`parent_message_uuid`, so that versions can be told. A message's `content` is a list of blocks, `text` all of them run
together. What was attached came with its text. The kinds of blocks are in `blocks`, what tools were asked and
gave in `tools`, what was written beside the text in `artifacts`.

Fields were last looked up in public code on 2026-11-30, in the converters named there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.domain.carried import Carried
from app.domain.message import Role
from app.exchange.reading import notes, shapes
from app.exchange.reading.claude.artifacts import tagged
from app.exchange.reading.claude.blocks import Blocks
from app.exchange.reading.context import Reading
from app.exchange.reading.conversations import read_each
from app.exchange.reading.documents import Allowance, Desk, from_the_top
from app.exchange.reading.intake import Intake
from app.exchange.reading.nodes import Node, unread
from app.exchange.reading.notes import Say
from app.exchange.reading.pieces import Piece, together
from app.exchange.reading.remarks import Remark
from app.exchange.reading.tree import Outline, carried, check_number, in_a_line

FORMAT = 'claude'

ROLES: Mapping[str, Role] = {'human': Role.USER, 'user': Role.USER, 'assistant': Role.ASSISTANT, 'system': Role.SYSTEM}

UNSUPPORTED = '```\nThis block is not supported on your current device yet.\n```'
"""Stands in `text` for each block that is no text."""


def read(file: Intake, reading: Reading) -> Iterator[Carried | Remark]:
    """Yield the conversations of a file."""
    return read_each(file, reading, lambda value: conversation(value, reading))


def conversation(value: Any, reading: Reading) -> Carried | None:
    """Make a conversation of one of the file; None if there is nothing in it."""
    value = shapes.mapping(value, 'conversation')
    shapes.check_has(value, 'chat_messages', beside=['account', 'project', 'settings'])
    messages = shapes.sequence(value.get('chat_messages'), 'chat_messages')
    check_number(len(messages))
    nodes = _nodes(messages, shapes.side_text(value.get('model')), reading)
    return carried(
        reading,
        Outline(
            format=FORMAT,
            owner_id=reading.owner_id,
            key=reading.name(value.get('uuid'), 'uuid') or (nodes[0].key if nodes else ''),
            title=reading.text(value.get('name'), 'name'),
            created_at=reading.moment(value.get('created_at'), 'created_at'),
            updated_at=reading.moment(value.get('updated_at'), 'updated_at'),
            current=reading.name(value.get('current_leaf_message_uuid'), 'current_leaf_message_uuid')
            or (nodes[-1].key if nodes else ''),
            folder=_project(value, reading),
            pinned=value.get('is_starred') is True,
        ),
        nodes,
    )


def _project(value: Mapping[str, Any], reading: Reading) -> str:
    """Give the name of the project that a conversation is in; it may stand in another file, by its id."""
    [project, *_] = [*shapes.side_mappings([value.get('project')]), {}]
    key = shapes.side_text(value.get('project_uuid')) or shapes.side_text(project.get('uuid'))
    return (shapes.side_text(project.get('name')) or reading.projects.get(key, '')).strip()


def _nodes(messages: Sequence[Any], model: str, reading: Reading) -> list[Node]:
    """Read the messages from the top, since a document depends on what stands above; give them as in the file."""
    parents = [shapes.side_field(message, 'parent_message_uuid') for message in messages]
    places: dict[str, int] = {}
    for place, message in enumerate(messages):
        places.setdefault(shapes.side_field(message, 'uuid'), place)
    if any(parents):
        above = [places.get(parent, -1) if parent else -1 for parent in parents]
    else:
        above = list(range(-1, len(messages) - 1))
    desks = {-1: Desk(Allowance())}
    made: dict[int, Node] = {}
    for name in from_the_top({str(place): str(parent) for place, parent in enumerate(above)}):
        place = int(name)
        made[place], desks[place] = _node(messages[place], place + 1, desks.get(above[place], desks[-1]), reading)
    nodes = [_by_model(made[place], model) for place in range(len(messages))]
    return nodes if any(node.parent for node in nodes) else in_a_line(nodes)


def _by_model(node: Node, model: str) -> Node:
    """Give an answer that names no model the one of its conversation."""
    return node if node.model or node.role is not Role.ASSISTANT else replace(node, model=model)


def _node(value: Any, number: int, desk: Desk, reading: Reading) -> tuple[Node, Desk]:
    t = reading.t
    with reading.message(number):
        value = shapes.mapping(value, 'message')
        role, speaker = reading.role(value.get('sender'), ROLES, 'sender')
        piece, below = _piece(value, desk, t)
        node = Node(
            key=reading.name(value.get('uuid'), 'uuid'),
            parent=reading.name(value.get('parent_message_uuid'), 'parent_message_uuid'),
            number=number,
            role=role,
            speaker=speaker,
            content=notes.paragraphs([piece.text, *_attached(value, t)]),
            thinking=piece.thinking,
            steps=piece.steps,
            sources=piece.sources,
            created_at=reading.moment(value.get('created_at'), 'created_at'),
            model=shapes.side_text(value.get('model')),
            source=value,
        )
        return node, below
    key, parent, sender = (shapes.side_field(value, name) for name in ('uuid', 'parent_message_uuid', 'sender'))
    return unread(t, value, number=number, key=key, parent=parent, is_user=sender in ('human', 'user')), desk


def _piece(value: Mapping[str, Any], desk: Desk, t: Say) -> tuple[Piece, Desk]:
    """Give what became of a message, and the documents that lie open behind it."""
    content = value.get('content')
    given = [content] if isinstance(content, str) else shapes.sequence(content, 'content')
    piece, desk = Blocks([_block(each) for each in given if each is not None], t).read(desk)
    if not (piece.text or piece.thinking or piece.steps):
        said = tagged(shapes.text(value.get('text'), 'text').replace(UNSUPPORTED, '').strip())
        piece = together([said, piece])
    return piece, desk


def _block(value: Any) -> Mapping[str, Any]:
    """Give a block as such; converters write texts without one around them."""
    if isinstance(value, dict):
        return value
    return {'type': 'text', 'text': value} if isinstance(value, str) else {'type': '?', 'value': value}


def _attached(value: Mapping[str, Any], t: Say) -> Iterator[str]:
    """Give the text of what was attached, and a note for what came without."""
    for attachment in shapes.side_mappings([value.get('attachments')]):
        name = shapes.side_text(attachment.get('file_name'))
        content = shapes.side_text(attachment.get('extracted_content'))
        heading = f'{notes.plain(name)}:' if name else ''
        yield notes.paragraphs([heading, notes.fenced(content)]) if content.strip() else notes.file(t, name)
    files = [each for field in ('files', 'files_v2') for each in shapes.side_mappings([value.get(field)])]
    for file in {_name(file) or str(number): file for number, file in enumerate(files)}.values():
        is_image = file.get('file_kind') == 'image'
        yield notes.image(t) if is_image else notes.file(t, shapes.side_text(file.get('file_name')))


def _name(file: Mapping[str, Any]) -> str:
    return shapes.side_text(file.get('file_uuid')) or shapes.side_text(file.get('file_name'))
