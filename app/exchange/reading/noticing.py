"""Looks at each message that was read, whatever the format: nothing is lost, and nothing garbled, without a word."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from app.domain.message import Role
from app.exchange.reading import notes
from app.exchange.reading.chatgpt.marks import Marks, has_marks
from app.exchange.reading.context import Reading
from app.exchange.reading.nodes import Node

MARKS = re.compile(r'[\ue200-\ue2ff]|\\ue2[0-9a-f]{2}')
"""What ChatGPT and programs that follow it put around citations: characters for private use, which have no look, or
their escapes."""

SAYING = (
    *('content', 'text', 'parts', 'output', 'message', 'merged', 'result', 'error'),
    *('thinking', 'thoughts', 'reasoning', 'reasoning_content'),
)
"""Fields of a message that hold what was said, in all formats."""

SILENT = frozenset(
    {'type', 'content_type', 'id', 'uuid', 'name', 'role', 'status', 'language', 'model', 'recipient'}
    | {'start_timestamp', 'stop_timestamp', 'timestamp', 'created_at', 'response_format_name'}
)
"""Fields within those that hold no words."""


def noticed(reading: Reading, node: Node) -> Node:
    """Give a message as it is kept, and remark what is odd about it: nothing came of what the file has, or marks for
    programs are left in the text.
    """
    if node.role is Role.ASSISTANT and (has_marks(node.content) or has_marks(node.thinking)):
        node = _without_marks(reading, node)
    if node.is_empty and says_something(node.source):
        reading.remark('came_out_empty', message=node.number)
        said = '' if node.role is Role.ASSISTANT else notes.unread(reading.t)
        return replace(node, content=said, steps=(notes.folded(reading.t, '', node.source),))
    if node.role is Role.ASSISTANT and (MARKS.search(node.content) or MARKS.search(node.thinking)):
        reading.remark('marks_left', message=node.number)
    if node.speaker and not node.is_empty:
        said = notes.paragraphs([notes.speaker(reading.t, node.speaker), node.content])
        return replace(node, content=said)
    return node


def _without_marks(reading: Reading, node: Node) -> Node:
    """Put what they stand for in the place of ChatGPT's marks: programs take its conversations over with them."""
    marks = Marks({}, reading.t)
    content, thinking = marks.read(node.content), marks.read(node.thinking)
    sources, steps = (*node.sources, *marks.sources), (*node.steps, *marks.steps)
    return replace(node, content=content, thinking=thinking, sources=sources, steps=steps)


def says_something(value: Any) -> bool:
    """Tell whether there are words in a message, as it stands in a file."""
    fields = value if isinstance(value, dict) else {}
    return any(text.strip() for name in SAYING for text in _texts(fields.get(name)))


def _texts(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, list):
            waiting += each
        elif isinstance(each, dict):
            waiting += [inner for name, inner in each.items() if name not in SILENT]
