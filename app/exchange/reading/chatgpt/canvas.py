r"""ChatGPT's canvas: documents that it writes with the tool `canmore`, and what it says beside them.

A call is an answer whose `recipient` is one of the below, and whose text is JSON. The tool's reply, the node below it,
names the document: `metadata.canvas` with `textdoc_id`, `textdoc_type`, `version`, `title`.

- `canmore.create_textdoc`: `name`, `type` (`document`, `code/python`, `code/react` …), `content`
- `canmore.update_textdoc`: `updates`, a list of `pattern` (a Python regular expression), `multiple`, `replacement`.
  Mostly the pattern is `.*`: the whole. A foreign regular expression is never run: it could take for ever. One that is
  a text is looked for as a text, all others are kept folded.
- `canmore.comment_textdoc`: `comments`, a list of `pattern` and `comment`

Last looked up in public code on 2026-11-30, in jamesmoore/chatgpt-export (`MarkdownContentVisitor.cs`) and what is
published of how the tool is described to the model.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.exchange.reading import notes, shapes
from app.exchange.reading.documents import Allowance, Desk, Document, language
from app.exchange.reading.notes import Say
from app.exchange.reading.pieces import Piece, told

TOOL = 'canmore.'
WHOLE = frozenset(
    {'.*', '.+', '(?s).*', '(?s).+', '(?s)^.*$', '^.*$', r'[\s\S]*', r'^[\s\S]*$', r'\A.*\Z', r'(?s)\A.*\Z'}
)
"""Patterns that mean the whole document."""

ENDINGS = ('', '}', ']}', '"}', '"}]}')
"""What may be missing at the end of a call that was cut off."""

LETTERS: Mapping[str, str] = {'n': '\n', 't': '\t', 'r': '\r'}
"""What a backslash and a letter stand for in a pattern that is a text."""

_SPECIAL = re.compile(r'[][\^$*+?{}|()\\]')
_ESCAPED = re.compile(r'\\(.)', re.DOTALL)


def called(recipient: str, text: str, canvas: Mapping[str, Any], desk: Desk, t: Say) -> tuple[Piece, Desk]:
    """Give what a call of the canvas left in the answer, and the desk behind it. `canvas` is of the tool's reply."""
    call = _parsed(text)
    key = shapes.side_text(canvas.get('textdoc_id'))
    document = None
    if recipient == 'canmore.create_textdoc':
        document = _created(call, canvas)
    elif recipient == 'canmore.update_textdoc':
        document = _updated(call, desk.find(key) or desk.find('') or _named(canvas), desk.allowance)
    elif recipient == 'canmore.comment_textdoc' and (said := _comments(call)):
        name = (desk.find(key) or desk.find('') or _named(canvas)).name
        return Piece(text=notes.paragraphs([f'**{notes.plain(name)}**' if name.strip() else '', *said])), desk
    if document is None:
        return told(t, recipient, call or text), desk
    return Piece(text=document.shown()), desk.put(key, document)


def _named(canvas: Mapping[str, Any]) -> Document:
    """Give a document of which only the tool's reply is known."""
    return Document(shapes.side_text(canvas.get('title')), language(shapes.side_text(canvas.get('textdoc_type'))), '')


def _created(call: Mapping[str, Any], canvas: Mapping[str, Any]) -> Document | None:
    content = call.get('content')
    if not isinstance(content, str):
        return None
    name = shapes.side_text(call.get('name')) or shapes.side_text(canvas.get('title'))
    kind = shapes.side_text(call.get('type')) or shapes.side_text(canvas.get('textdoc_type')) or 'document'
    return Document(name, language(kind), content)


def _updated(call: Mapping[str, Any], document: Document, left: Allowance) -> Document | None:
    updates = shapes.side_mappings(call.get('updates'))
    content: str | None = document.content if updates else None
    for update in updates:
        content = None if content is None else _edited(content, update, left)
    return None if content is None else replace(document, content=content)


def _edited(content: str, update: Mapping[str, Any], left: Allowance) -> str | None:
    pattern, new = update.get('pattern'), update.get('replacement')
    if not isinstance(pattern, str) or not isinstance(new, str):
        return None
    if pattern in WHOLE:
        return new
    return left.replaced(content, _literal(pattern), new, everywhere=update.get('multiple') is True)


def _literal(pattern: str) -> str:
    """Give the text that a pattern stands for, empty if it stands for more than one. (A dot is taken as a dot.)"""
    if _SPECIAL.search(_ESCAPED.sub('', pattern)):
        return ''
    if any(letter.isalnum() and letter not in LETTERS for letter in _ESCAPED.findall(pattern)):
        return ''
    return _ESCAPED.sub(lambda found: LETTERS.get(found[1], found[1]), pattern)


def _comments(call: Mapping[str, Any]) -> list[str]:
    said = [
        (notes.plain(shapes.side_text(each.get('pattern'))), shapes.side_text(each.get('comment')).strip())
        for each in shapes.side_mappings(call.get('comments'))
    ]
    return [f'> {about}\n\n{comment}' if about else comment for about, comment in said if comment]


def _parsed(text: str) -> Mapping[str, Any]:
    """Give a call's JSON, also if its end is missing; empty if it is none."""
    for ending in ENDINGS:
        try:
            value = json.loads(text + ending, strict=False)
        except (ValueError, RecursionError):
            continue
        return value if isinstance(value, dict) else {}
    return {}
