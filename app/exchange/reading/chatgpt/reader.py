"""ChatGPT's `conversations.json`.

Each conversation has a `mapping` from names to nodes, which point at their `parent`; `current_node` is the newest one
shown. Nodes may lack a message, hide it, or hold what is no text: calls of tools (an answer whose `recipient` is one),
what tools gave, images, recordings, thoughts. `content` has the kinds of content, `references` and
`marks` what stands behind the marks in texts, `canvas` the canvas.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.carried import Carried
from app.domain.message import Role, Status
from app.exchange.reading import notes, shapes
from app.exchange.reading.chatgpt import canvas as chatgpt_documents
from app.exchange.reading.chatgpt import content as chatgpt_content
from app.exchange.reading.chatgpt.marks import Marks, cleaned
from app.exchange.reading.context import Reading
from app.exchange.reading.conversations import read_each
from app.exchange.reading.documents import Allowance, Desk, from_the_top
from app.exchange.reading.intake import Intake
from app.exchange.reading.nodes import Node, unread
from app.exchange.reading.noticing import says_something
from app.exchange.reading.pieces import Piece, together, told
from app.exchange.reading.remarks import Remark
from app.exchange.reading.tool_use import as_text
from app.exchange.reading.tree import Outline, carried, check_number

FORMAT = 'chatgpt'

ROLES: Mapping[str, Role] = {
    'user': Role.USER,
    'assistant': Role.ASSISTANT,
    'tool': Role.ASSISTANT,
    'system': Role.SYSTEM,
    'critic': Role.ASSISTANT,
}

PYTHON = frozenset({'python', 'python_user_visible', 'code_interpreter'})
"""Recipients that run the code they are given."""

EVERYBODY = frozenset({'', 'all', 'user', 'assistant'})
"""Recipients that are no tools."""

MOST_REPLIES = 10
"""Children of a call that are looked at for the tool's reply."""


@dataclass(frozen=True, slots=True)
class _Before:
    """What is known above a message: the documents that lie open, and the model that is answering."""

    desk: Desk
    model: str = ''


@dataclass(frozen=True, slots=True)
class _Conversation:
    """A conversation that is being read: its nodes as they are in the file, and the model it was begun with."""

    nodes: Mapping[str, Any]
    model: str
    reading: Reading

    def message(self, name: str) -> Mapping[str, Any]:
        """Give the message of a node, empty if it has none."""
        return _inner(self.nodes.get(name), 'message')


def read(file: Intake, reading: Reading) -> Iterator[Carried | Remark]:
    """Yield the conversations of a file."""
    return read_each(file, reading, lambda value: _conversation(value, reading))


def _conversation(value: Any, reading: Reading) -> Carried | None:
    value = shapes.mapping(value, 'conversation')
    shapes.check_has(value, 'mapping')
    nodes = shapes.mapping(value.get('mapping'), 'mapping')
    check_number(len(nodes))
    key = reading.name(value.get('conversation_id') or value.get('id') or value.get('current_node'), 'id')
    outline = Outline(
        format=FORMAT,
        owner_id=reading.owner_id,
        key=key or next(iter(nodes), ''),
        title=reading.text(value.get('title'), 'title'),
        created_at=reading.moment(value.get('create_time'), 'create_time'),
        updated_at=reading.moment(value.get('update_time'), 'update_time'),
        current=reading.name(value.get('current_node'), 'current_node'),
        pinned=bool(value.get('is_starred') or value.get('pinned_time')),
        archived=bool(value.get('is_archived')),
    )
    model = _slug(value, 'default_model_slug')
    return carried(reading, outline, _nodes(_Conversation(nodes, model, reading)), join=True)


def _nodes(conversation: _Conversation) -> list[Node]:
    """Read the nodes from the top, since what a document is depends on what stands above; give them as in the file."""
    nodes = conversation.nodes
    numbers = {name: number for number, name in enumerate(nodes, 1)}
    top = _Before(Desk(Allowance()))
    before: dict[str, _Before] = {}
    made: dict[str, Node] = {}
    for name in from_the_top({name: shapes.side_field(node, 'parent') for name, node in nodes.items()}):
        above = before.get(shapes.side_field(nodes[name], 'parent'), top)
        made[name], before[name] = _node(name, numbers[name], above, conversation)
    return [made[name] for name in nodes]


def _node(name: str, number: int, above: _Before, conversation: _Conversation) -> tuple[Node, _Before]:
    reading, value = conversation.reading, conversation.nodes[name]
    with reading.message(number):
        value = shapes.mapping(value, 'node')
        message = shapes.mapping(value.get('message'), 'message')
        shapes.check_has(value, 'message', beside=['children'])
        shapes.check_has(message, 'content', beside=['author', 'metadata'])
        if isinstance(message.get('content'), str):  # as converters write it
            message = {**message, 'content': {'parts': [message['content']]}}
        author = shapes.mapping(message.get('author'), 'author')
        metadata = shapes.mapping(message.get('metadata'), 'metadata')
        given = author.get('role') or ('' if says_something(message) else 'system')
        role, speaker = reading.role(given, ROLES)
        said = shapes.side_text(given)
        hidden = _is_hidden(message, metadata)
        piece, desk = (Piece(), above.desk) if hidden else _piece(name, message, said, above.desk, conversation)
        piece = cleaned(piece, reading.t, is_own=role is Role.USER)
        model = _slug(metadata, 'model_slug') or above.model
        node = Node(
            key=name,
            parent=reading.name(value.get('parent'), 'parent'),
            number=number,
            role=role,
            speaker=speaker or (shapes.side_text(author.get('name')) if role is Role.USER else ''),
            content=piece.text,
            thinking=piece.thinking,
            steps=piece.steps,
            sources=piece.sources,
            created_at=reading.moment(message.get('create_time'), 'create_time'),
            model=model or _slug(metadata, 'default_model_slug') or conversation.model if said == 'assistant' else '',
            status=Status.STOPPED if message.get('status') == 'in_progress' else Status.COMPLETE,
            source=None if hidden or said == 'tool' or role is Role.SYSTEM else message,
        )
        return node, _Before(desk, '' if role is Role.USER else model)
    parent = shapes.side_field(value, 'parent')
    return unread(reading.t, value, number=number, key=name, parent=parent), above


def _is_hidden(message: Mapping[str, Any], metadata: Mapping[str, Any]) -> bool:
    content = shapes.mapping(message.get('content'), 'content')
    return (
        bool(metadata.get('is_visually_hidden_from_conversation'))
        or chatgpt_content.KINDS.get(chatgpt_content.kind_of(content)) == chatgpt_content.HIDDEN
        or (message.get('weight') == 0 and shapes.mapping(message.get('author'), 'author').get('role') == 'system')
    )


def _piece(
    name: str, message: Mapping[str, Any], role: str, desk: Desk, conversation: _Conversation
) -> tuple[Piece, Desk]:
    """Give what becomes of a message, and the documents that lie open behind it."""
    t = conversation.reading.t
    content = shapes.mapping(message.get('content'), 'content')
    metadata = shapes.mapping(message.get('metadata'), 'metadata')
    recipient = shapes.side_text(message.get('recipient'))
    if role == 'tool' and metadata.get('is_async_task_result_message') is not True:
        return _given(name, message, content, metadata, conversation), desk
    if role == 'assistant' and recipient not in EVERYBODY:
        if recipient.startswith(chatgpt_documents.TOOL):
            canvas = _canvas(name, conversation)
            return chatgpt_documents.called(recipient, _text(content), canvas, desk, t)
        return _called(recipient, content, conversation), desk
    marks = Marks(metadata, t, is_own=role == 'user')
    piece = chatgpt_content.said(content, metadata, marks, t)
    rest = [*marks.rest(), *(notes.file(t, attached) for attached in _attachments(metadata))]
    beside = Piece(text=notes.paragraphs(rest), steps=marks.steps, sources=marks.sources)
    if 'aggregate_result' in metadata:
        piece = together([piece, chatgpt_content.ran(metadata, ''), chatgpt_content.printed({}, metadata, t)])
    return together([piece, beside]), desk


def _given(
    name: str,
    message: Mapping[str, Any],
    content: Mapping[str, Any],
    metadata: Mapping[str, Any],
    conversation: _Conversation,
) -> Piece:
    """Give what a tool gave. Of the canvas it is only that all went well."""
    t = conversation.reading.t
    tool = shapes.side_text(shapes.mapping(message.get('author'), 'author').get('name'))
    kind = chatgpt_content.KINDS.get(chatgpt_content.kind_of(content))
    if tool.startswith(chatgpt_documents.TOOL) and kind == chatgpt_content.TEXT:
        return Piece()
    call = conversation.message(shapes.side_field(conversation.nodes[name], 'parent'))
    asked = _text(shapes.mapping(call.get('content'), 'content'))
    return together([chatgpt_content.ran(metadata, asked), chatgpt_content.given(content, metadata, tool, t)])


def _called(recipient: str, content: Mapping[str, Any], conversation: _Conversation) -> Piece:
    """Give what a tool was asked: code that is run is a part of the answer, all else is folded."""
    text = _text(content)
    if recipient in PYTHON:
        return Piece(text=notes.fenced(text, 'python') if text.strip() else '')
    return told(conversation.reading.t, recipient, text)


def _canvas(name: str, conversation: _Conversation) -> Mapping[str, Any]:
    """Give what the tool said of the document that a call is about: its reply is the node below."""
    children = conversation.nodes[name].get('children')
    for child in children[:MOST_REPLIES] if isinstance(children, list) else ():
        if isinstance(child, str):
            metadata = _inner(conversation.message(child), 'metadata')
            if canvas := _inner(metadata, 'canvas'):
                return canvas
    return {}


def _text(content: Mapping[str, Any]) -> str:
    """Give the text of a call, empty if it has none; of another shape, as it is in the file."""
    parts = content.get('parts')
    texts = [part for part in parts if isinstance(part, str)] if isinstance(parts, list) else []
    return as_text(content.get('text')) or '\n'.join(texts)


def _attachments(metadata: Mapping[str, Any]) -> Iterator[str]:
    for attachment in shapes.side_mappings([metadata.get('attachments')]):
        if not shapes.side_text(attachment.get('mime_type')).startswith('image/'):  # those are parts already
            yield shapes.side_text(attachment.get('name'))


def _slug(value: Mapping[str, Any], field: str) -> str:
    """Give the name of a model; `auto` is none."""
    slug = shapes.side_text(value.get(field)).strip()
    return '' if slug == 'auto' else slug


def _inner(value: Any, field: str) -> Mapping[str, Any]:
    """Give the object in a field, empty for whatever else it is."""
    inner = value.get(field) if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}
