"""Open WebUI's export: a list of chats, or one of them.

`chat.history.messages` holds the tree, from ids to messages with `parentId`, and `currentId` the newest shown; old
files have only `chat.messages`, the branch that was shown. A model's thoughts, and what tools did, stand in the text as
`<details>`. Folders go by an id that says nothing, so conversations come without them.
"""

import html
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
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
from app.exchange.reading.tree import Outline, carried, in_a_line

FORMAT = 'open-webui'

ROLES: Mapping[str, Role] = {'user': Role.USER, 'assistant': Role.ASSISTANT, 'system': Role.SYSTEM}

_DETAILS = re.compile(r'<details\s+type="(?P<type>[\w-]+)"(?P<rest>[^<>]*)>(?P<body>.*?)</details>\s*', re.DOTALL)
_SUMMARY = re.compile(r'<summary>.*?</summary>\s*', re.DOTALL)
_QUOTE_MARK = re.compile(r'^>[ ]?', re.MULTILINE)
_NAME = re.compile(r'\bname="([^"]*)"')


def read(file: Intake, reading: Reading) -> Iterator[Carried | Remark]:
    """Yield the conversations of a file."""
    return read_each(file, reading, lambda value: _conversation(value, reading))


def _conversation(value: Any, reading: Reading) -> Carried | None:
    value = shapes.mapping(value, 'conversation')
    chat = shapes.mapping(value.get('chat'), 'chat')
    history = shapes.mapping(chat.get('history'), 'history')
    nodes = _tree(history, reading) or _line(chat, reading)
    current = shapes.name(history.get('currentId'), 'currentId')
    meta = value.get('meta') if isinstance(value.get('meta'), dict) else {}
    return carried(
        reading,
        Outline(
            format=FORMAT,
            owner_id=reading.owner_id,
            key=shapes.name(value.get('id') or chat.get('id'), 'id') or (nodes[0].key if nodes else ''),
            title=shapes.text(value.get('title') or chat.get('title'), 'title'),
            created_at=reading.moment(value.get('created_at') or chat.get('timestamp'), 'created_at'),
            updated_at=reading.moment(value.get('updated_at'), 'updated_at'),
            current=current or (nodes[-1].key if nodes else ''),
            tags=_tags(meta.get('tags') or chat.get('tags')),
            pinned=value.get('pinned') is True,
            archived=value.get('archived') is True,
        ),
        nodes,
    )


def _tree(history: Mapping[str, Any], reading: Reading) -> list[Node]:
    messages = shapes.mapping(history.get('messages'), 'history.messages')
    return [_node(key, message, number, reading) for number, (key, message) in enumerate(messages.items(), 1)]


def _line(chat: Mapping[str, Any], reading: Reading) -> list[Node]:
    messages = shapes.sequence(chat.get('messages'), 'chat.messages')
    return in_a_line([_node('', message, number, reading) for number, message in enumerate(messages, 1)])


def _tags(value: Any) -> list[str]:
    """Give the names of tags; older files have objects with a name."""
    tags = value if isinstance(value, list) else []
    return [shapes.side_text(tag.get('name') if isinstance(tag, dict) else tag) for tag in tags]


def _node(key: str, value: Any, number: int, reading: Reading) -> Node:
    t = reading.t
    with reading.message(number):
        value = shapes.mapping(value, 'message')
        role, speaker = reading.role(value.get('role'), ROLES)
        written = _unfolded(_text(value.get('content'), t), t)
        failed = shapes.side_mappings([value.get('error')])
        return Node(
            key=key or shapes.name(value.get('id'), 'id'),
            parent=shapes.name(value.get('parentId'), 'parentId'),
            number=number,
            role=role,
            speaker=speaker,
            content=notes.paragraphs(
                [written.text, *(shapes.side_text(each.get('content')) for each in failed), *_files(value, t)]
            ),
            thinking=notes.paragraphs([shapes.side_text(value.get('reasoning_content')), *written.thoughts]),
            created_at=reading.moment(value.get('timestamp'), 'timestamp'),
            model=shapes.side_text(value.get('model')) if role is Role.ASSISTANT else '',
            status=Status.STOPPED if role is Role.ASSISTANT and value.get('done') is False else Status.COMPLETE,
            sources=_sources(value),
            source=value,
        )
    own, parent, role_name = (shapes.side_field(value, name) for name in ('id', 'parentId', 'role'))
    return unread(t, value, number=number, key=key or own, parent=parent, is_user=role_name == 'user')


def _text(content: Any, t: Say) -> str:
    """Give the text of a message; it may be a list of parts, as the models' servers take it."""
    if not isinstance(content, list):
        return shapes.text(content, 'content')
    parts = (shapes.mapping(part, 'content') for part in content)
    return notes.paragraphs(
        shapes.text(part.get('text'), 'text') if part.get('type') == 'text' else notes.image(t) for part in parts
    )


@dataclass(frozen=True, slots=True)
class _Written:
    """The text of an answer, and the thoughts that stood in it."""

    text: str
    thoughts: list[str] = field(default_factory=list)


def _unfolded(content: str, t: Say) -> _Written:
    """Take the `<details>` out that the program itself writes; others are the model's own."""
    if '<details' not in content:
        return _Written(content)
    thoughts: list[str] = []

    def taken(found: re.Match[str]) -> str:
        body = _unescaped(_replaced(_SUMMARY, '</summary>', '', found['body']))
        if found['type'] == 'reasoning':
            thoughts.append(_QUOTE_MARK.sub('', body.strip()))
            return ''
        if found['type'] == 'code_interpreter':
            return body.strip() + '\n\n'
        if found['type'] == 'tool_calls':
            name = _NAME.search(found['rest'])
            return notes.tool(t, _unescaped(name[1]) if name else '') + '\n\n'
        return found[0]

    return _Written(_replaced(_DETAILS, '</details>', taken, content).strip(), thoughts)


def _replaced(
    pattern: re.Pattern[str], closing: str, replacement: str | Callable[[re.Match[str]], str], content: str
) -> str:
    """Replace what ends with `closing`. Behind the last of those nothing is looked at: each opening there would look
    through all the rest, and that takes the square of its length.
    """
    _, closed, below = content.rpartition(closing)
    rest = below.lstrip() if closed else below
    return pattern.sub(replacement, content[: len(content) - len(rest)]) + rest


def _unescaped(text: str) -> str:
    try:
        return html.unescape(text)
    except ValueError:  # the number of a character has thousands of digits
        return text


def _files(value: Mapping[str, Any], t: Say) -> Iterator[str]:
    for file in shapes.side_mappings(value.get('files')):
        is_image = 'image' in (file.get('type'), shapes.side_text(file.get('content_type')).partition('/')[0])
        yield notes.image(t) if is_image else notes.file(t, shapes.side_text(file.get('name')))


def _sources(value: Mapping[str, Any]) -> tuple[Source, ...]:
    """Give the pages an answer was made from."""
    found: dict[Source, None] = {}
    for each in shapes.side_mappings(value.get('sources') or value.get('citations')):
        for source in shapes.side_mappings([each.get('source')]):
            url, title = shapes.side_text(source.get('url')), shapes.side_text(source.get('name'))
            if url or title:
                found[Source(title or url, url)] = None
    return tuple(found)
