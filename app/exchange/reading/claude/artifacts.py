"""What Claude writes beside its text: artifacts, files that it creates, and the tags that artifacts were before 2025.

Tools and the fields of their `input`:

- `artifacts`: `command` (`create`, `rewrite` with `content`; `update` with `old_str`, `new_str`), `id`, `title`,
  `type`, `language`, and after research `md_citations` (`url`, `title`)
- `create_file`: `path`, `file_text`; `str_replace`: `path`, `old_str`, `new_str`; and the two as `command` of
  `str_replace_based_edit_tool`
- `show_widget` of a server of tools: `title`, `widget_code`

In a text: `<antArtifact identifier="" type="" language="" title="">…</antArtifact>`, `<antThinking>…</antThinking>`.
Last looked up in public code on 2026-11-30, in agoramachina/claude-exporter (`utils.js`) and smaller converters.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from app.domain.message import Source
from app.exchange.reading import shapes
from app.exchange.reading.documents import Allowance, Desk, Document, language, language_of_file
from app.exchange.reading.notes import Say
from app.exchange.reading.pieces import Piece, together, told
from app.exchange.reading.web import address

ARTIFACTS = frozenset({'artifacts', 'artifact'})
FILES = frozenset({'create_file', 'str_replace', 'str_replace_based_edit_tool', 'str_replace_editor', 'text_editor'})
WIDGET = 'show_widget'

_TAG = re.compile(r'<ant(?:(?P<artifact>Artifact)(?P<attributes>(?:\s+\w+="[^"<]*")+)\s*|(?P<thinking>Thinking))>')
_ATTRIBUTE = re.compile(r'(\w+)="([^"<]*)"')


def is_document(tool: str) -> bool:
    """Tell whether a tool writes documents."""
    return tool in ARTIFACTS or tool in FILES or tool.endswith(WIDGET)


def wrote(tool: str, given: Mapping[str, Any], desk: Desk, t: Say) -> tuple[Piece, Desk]:
    """Give what a tool wrote, and the desk behind it. What cannot be applied is kept folded, as it is in the file."""
    is_artifact = tool in ARTIFACTS
    key = shapes.side_text(given.get('id' if is_artifact else 'path'))
    command = shapes.side_text(given.get('command'))
    document: Document | None = None
    if tool.endswith(WIDGET):
        document = _whole(given, 'widget_code', shapes.side_text(given.get('title')), 'html')
    elif command == 'update' or tool == 'str_replace' or command == 'str_replace':
        document = _edited(desk.find(key) if key else None, given, desk.allowance)
    elif is_artifact:
        kind = language(shapes.side_text(given.get('language'))) or language(shapes.side_text(given.get('type')))
        document = _whole(given, 'content', shapes.side_text(given.get('title')), kind)
        document = _as_before(document, desk.find(key) if key else None)
    elif command in ('', 'create'):
        field = 'file_text' if 'file_text' in given else 'content'
        document = _whole(given, field, PurePosixPath(key).name, language_of_file(key))
    if document is None:
        return told(t, tool, given), desk
    return Piece(text=document.shown(), sources=tuple(_cited(given))), desk.put(key, document)


def tagged(text: str) -> Piece:
    """Give a text of old: its artifacts shown as such, what was thought within it apart."""
    return together(_tagged(text)) if '<ant' in text else Piece(text=text)


def _whole(given: Mapping[str, Any], field: str, name: str, kind: str) -> Document | None:
    content = given.get(field)
    return Document(name, kind, content) if isinstance(content, str) else None


def _as_before(document: Document | None, before: Document | None) -> Document | None:
    """Give a document that was written anew the name and the language it had, where it says none."""
    if document is None or before is None:
        return document
    return replace(document, name=document.name or before.name, language=document.language or before.language)


def _edited(document: Document | None, given: Mapping[str, Any], left: Allowance) -> Document | None:
    old, new = given.get('old_str'), given.get('new_str', '')
    if document is None or not isinstance(old, str) or not isinstance(new, str):
        return None
    content = left.replaced(document.content, old, new)
    return None if content is None else replace(document, content=content)


def _cited(given: Mapping[str, Any]) -> Iterator[Source]:
    for page in shapes.side_mappings(given.get('md_citations')):
        if url := address(page.get('url')):
            yield Source(shapes.side_text(page.get('title')) or url, url)


def _tagged(text: str) -> Iterator[Piece]:
    begun = end = 0
    is_closed = {'Artifact': True, 'Thinking': True}
    while found := _TAG.search(text, end):
        kind = found['artifact'] or found['thinking']
        closing = f'</ant{kind}>'
        stop = text.find(closing, found.end()) if is_closed[kind] else -1
        is_closed[kind] = stop >= 0
        end = found.end()
        if stop < 0 and kind == 'Thinking':
            continue  # somebody writes of the tag
        stop = len(text) if stop < 0 else stop  # an artifact that broke off
        yield Piece(text=text[begun : found.start()].strip())
        content = text[end:stop].strip('\n')
        yield Piece(thinking=content.strip()) if kind == 'Thinking' else _old_artifact(found, content)
        begun = end = stop + len(closing)
    yield Piece(text=text[begun:].strip())


def _old_artifact(found: re.Match[str], content: str) -> Piece:
    told = dict(_ATTRIBUTE.findall(found['attributes']))
    kind = language(told.get('language', '')) or language(told.get('type', ''))
    return Piece(text=Document(told.get('title', ''), kind, content).shown())
