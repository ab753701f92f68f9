"""ChatGPT's `conversations.json`.

Each conversation has a `mapping` from names to nodes, which point at their `parent`; `current_node` is the newest one
shown. Nodes may lack a message, hide it, or hold what is no text: a tool's work, images, recordings, thoughts.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from app.domain.carried import Carried
from app.domain.message import Role, Source, Status
from app.exchange.reading import notes, shapes
from app.exchange.reading.context import Reading
from app.exchange.reading.conversations import read_each
from app.exchange.reading.intake import Intake
from app.exchange.reading.nodes import Node, unread
from app.exchange.reading.notes import Say
from app.exchange.reading.remarks import Remark
from app.exchange.reading.tree import Outline, carried

FORMAT = 'chatgpt'

ROLES: Mapping[str, Role] = {
    'user': Role.USER,
    'assistant': Role.ASSISTANT,
    'tool': Role.ASSISTANT,
    'system': Role.SYSTEM,
    'critic': Role.ASSISTANT,
}
HIDDEN = frozenset({'user_editable_context', 'model_editable_context', 'reasoning_recap', 'app_pairing_content'})
"""Kinds of content that nobody was shown: what the person set, what was remembered, how long was thought."""


def read(file: Intake, reading: Reading) -> Iterator[Carried | Remark]:
    """Yield the conversations of a file."""
    return read_each(file, reading, lambda value: _conversation(value, reading))


def _conversation(value: Any, reading: Reading) -> Carried | None:
    value = shapes.mapping(value, 'conversation')
    nodes = shapes.mapping(value.get('mapping'), 'mapping')
    key = shapes.name(value.get('conversation_id') or value.get('id') or value.get('current_node'), 'id')
    outline = Outline(
        format=FORMAT,
        owner_id=reading.owner_id,
        key=key or next(iter(nodes), ''),
        title=shapes.text(value.get('title'), 'title'),
        created_at=reading.moment(value.get('create_time'), 'create_time'),
        updated_at=reading.moment(value.get('update_time'), 'update_time'),
        current=shapes.name(value.get('current_node'), 'current_node'),
        pinned=bool(value.get('is_starred') or value.get('pinned_time')),
        archived=bool(value.get('is_archived')),
    )
    read_nodes = [_node(name, node, number, reading) for number, (name, node) in enumerate(nodes.items(), 1)]
    return carried(reading, outline, read_nodes, join=True)


def _node(name: str, value: Any, number: int, reading: Reading) -> Node:
    with reading.message(number):
        value = shapes.mapping(value, 'node')
        message = shapes.mapping(value.get('message'), 'message')
        author = shapes.mapping(message.get('author'), 'author')
        metadata = shapes.mapping(message.get('metadata'), 'metadata')
        said = shapes.side_text(author.get('role')) or 'system'
        role, speaker = reading.role(said, ROLES)
        hidden = _is_hidden(message, metadata)
        content, thinking = ('', '') if hidden else _said(message, author, metadata, said, reading.t)
        return Node(
            key=name,
            parent=shapes.name(value.get('parent'), 'parent'),
            number=number,
            role=role,
            speaker=speaker,
            content=content,
            thinking=thinking,
            created_at=reading.moment(message.get('create_time'), 'create_time'),
            model=shapes.side_text(metadata.get('model_slug')) if said == 'assistant' else '',
            status=Status.STOPPED if message.get('status') == 'in_progress' else Status.COMPLETE,
            sources=_sources(metadata),
            source=None if hidden or said != 'assistant' else message,
        )
    return unread(reading.t, value, number=number, key=name, parent=shapes.side_field(value, 'parent'))


def _is_hidden(message: Mapping[str, Any], metadata: Mapping[str, Any]) -> bool:
    content = shapes.mapping(message.get('content'), 'content')
    return (
        bool(metadata.get('is_visually_hidden_from_conversation'))
        or shapes.side_text(content.get('content_type')) in HIDDEN
        or (message.get('weight') == 0 and shapes.mapping(message.get('author'), 'author').get('role') == 'system')
    )


def _said(
    message: Mapping[str, Any], author: Mapping[str, Any], metadata: Mapping[str, Any], role: str, t: Say
) -> tuple[str, str]:
    """Give the text and the thoughts of a message."""
    content = shapes.mapping(message.get('content'), 'content')
    kind = shapes.text(content.get('content_type'), 'content_type') or 'text'
    if kind == 'thoughts':
        return '', _thoughts(content)
    if role == 'tool':
        pictures = [part for part in _parts(content, t) if part == notes.image(t)]
        name = shapes.text(author.get('name'), 'name')  # one without a name has its call before it, which says so
        return notes.paragraphs(pictures or ([notes.tool(t, name)] if name else [])), ''
    recipient = shapes.text(message.get('recipient'), 'recipient')
    if role == 'assistant' and recipient not in ('', 'all'):
        return notes.tool(t, recipient), ''
    attached = [notes.file(t, name) for name in _attachments(metadata)]
    return notes.paragraphs([*_parts(content, t), *attached]), ''


def _parts(content: Mapping[str, Any], t: Say) -> Iterator[str]:
    kind = shapes.text(content.get('content_type'), 'content_type') or 'text'
    if 'parts' in content:
        for part in shapes.sequence(content.get('parts'), 'parts'):
            yield part if isinstance(part, str) else _other_part(shapes.mapping(part, 'part'), t)
    elif kind == 'code':
        language = shapes.text(content.get('language'), 'language')
        code = shapes.text(content.get('text'), 'text')
        yield f'```{"" if language == "unknown" else notes.plain(language)}\n{code}\n```' if code.strip() else ''
    elif kind == 'tether_quote':
        yield _quoted(content)
    else:
        said = content.get('text', content.get('result'))
        yield shapes.text(said, 'text') if said is not None or not content else notes.unknown(t, kind)


def _other_part(part: Mapping[str, Any], t: Say) -> str:
    kind = shapes.text(part.get('content_type'), 'content_type')
    if kind == 'audio_transcription':
        return shapes.text(part.get('text'), 'text')
    if 'image' in kind:
        return notes.image(t)
    if 'video_container' in kind:
        return notes.film(t)
    if 'audio' in kind:
        return notes.sound(t)
    if isinstance(part.get('text'), str):
        return str(part['text'])
    return notes.unknown(t, kind) if part else ''


def _quoted(content: Mapping[str, Any]) -> str:
    title, text = (shapes.text(content.get(field), field) for field in ('title', 'text'))
    return '\n'.join(f'> {line}' for line in [*([title] if title else []), *text.splitlines()])


def _thoughts(content: Mapping[str, Any]) -> str:
    thoughts = [shapes.mapping(thought, 'thought') for thought in shapes.sequence(content.get('thoughts'), 'thoughts')]
    lines = [shapes.text(thought.get(field), field) for thought in thoughts for field in ('summary', 'content')]
    return notes.paragraphs(lines)


def _attachments(metadata: Mapping[str, Any]) -> Iterator[str]:
    for attachment in shapes.side_mappings(metadata.get('attachments')):
        if not shapes.side_text(attachment.get('mime_type')).startswith('image/'):  # those are parts already
            yield shapes.side_text(attachment.get('name'))


def _sources(metadata: Mapping[str, Any]) -> tuple[Source, ...]:
    """Give the pages an answer names."""
    found: dict[Source, None] = {}
    for citation in shapes.side_mappings(metadata.get('citations')):
        for page in shapes.side_mappings([citation.get('metadata')]):
            if url := shapes.side_text(page.get('url')):
                found[Source(shapes.side_text(page.get('title')) or url, url)] = None
    return tuple(found)
