"""What Claude's tools were asked (`tool_use`) and gave (`tool_result`).

Tools that write documents are in `artifacts`. A result is a list of items, and names the use it belongs to
(`tool_use_id`). Last looked up in public code on 2026-11-30, in the converters named there.
"""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from app.domain.message import Source
from app.exchange.reading import notes, shapes, tool_use
from app.exchange.reading.claude import artifacts as claude_artifacts
from app.exchange.reading.documents import Desk, Document, language
from app.exchange.reading.notes import Say
from app.exchange.reading.pieces import Piece, folded_text, together, told
from app.exchange.reading.web import address

RUN: Mapping[str, tuple[str, str]] = {
    'bash_tool': ('command', 'bash'),
    'bash': ('command', 'bash'),
    'repl': ('code', 'javascript'),
    'analysis_tool': ('code', 'javascript'),
    'code_execution': ('code', 'python'),
}
"""Tools that run code: the field it is in, and its language."""

SAYING: Mapping[str, tuple[str, tuple[str, ...]]] = {
    'ask_user_input_v0': ('questions', ('question', 'options')),
    'message_compose_v1': ('variants', ('label', 'subject', 'body')),
}
"""Tools that say something to the person: the list it is in, and the fields of its members."""

PRESENTING = 'present_files'

ITEMS: Mapping[str, str] = {
    'text': 'text',
    'image': 'image',
    'knowledge': 'page',
    'web_search_result': 'page',
    'rich_link': 'page',
    'local_resource': 'file',
}
"""The `type` of an item of a result, and what it is. Others are kept folded."""


def asked(block: Mapping[str, Any], result: str, desk: Desk, t: Say) -> tuple[Piece, Desk]:
    """Give what became of a tool's use in the answer, and the documents that lie open behind it.

    `result` is what the tool said to it, and is folded with it; of tools that write or run something `gave` tells.
    """
    tool, given = shapes.side_text(block.get('name')), block.get('input')
    if given and not isinstance(given, dict):
        return told(t, tool, given, result or None), desk
    return _asked({**block, 'input': given or {}}, result, desk, t)


def _asked(block: Mapping[str, Any], result: str, desk: Desk, t: Say) -> tuple[Piece, Desk]:
    tool, given = shapes.side_text(block.get('name')), block['input']
    if claude_artifacts.is_document(tool):
        piece, below = claude_artifacts.wrote(tool, given, desk, t)
        document = None if piece.text else _displayed(block)
        if document is None:
            return piece, below
        return Piece(text=document.shown()), desk.put(shapes.side_text(given.get('id')) or document.name, document)
    if tool in RUN:
        return _run(tool, given, t), desk
    if tool in SAYING and (said := _said(tool, given)):
        return Piece(text=said), desk
    if tool == PRESENTING:
        paths = given.get('filepaths')
        return Piece(text=notes.paragraphs(_presented(path, desk, t) for path in _texts(paths))), desk
    return told(t, tool, given or None, result or None), desk


def is_told_apart(tool: str) -> bool:
    """Tell whether what a tool gave stands apart from what it was asked."""
    return tool in RUN or tool in SAYING or tool == PRESENTING or claude_artifacts.is_document(tool)


def text_of(block: Mapping[str, Any]) -> str:
    """Give the text in a result."""
    texts = [shapes.side_text(item.get('text')) for item in _items(block) if ITEMS.get(_kind(item)) == 'text']
    return '\n'.join(filter(None, texts))


def gave(block: Mapping[str, Any], tool: str, desk: Desk, t: Say, *, is_told: bool = False) -> Piece:
    """Give what became of the result of a tool; its text only if it `is_told` nowhere else.

    Of a tool that writes documents the text says only that all went well.
    """
    shown = together(_item(item, desk, t) for item in _items(block))
    text = '' if is_told else text_of(block)
    if tool in RUN:
        return together([shown, folded_text(t, t('Output'), tool_use.printed_by(text))])
    if text.strip() and (block.get('is_error') is True or not is_told_apart(tool)):
        return together([shown, told(t, tool, None, text)])
    return shown


def titles(block: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield address and title of the pages in a result."""
    for item in shapes.side_mappings(block.get('content')):
        if shapes.side_text(item.get('title')):
            yield address(item.get('url')), shapes.side_text(item.get('title'))


def _items(block: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    content = block.get('content')
    return [{'type': 'text', 'text': content}] if isinstance(content, str) else shapes.side_mappings([content])


def _kind(item: Mapping[str, Any]) -> str:
    return shapes.side_text(item.get('type'))


def _item(item: Mapping[str, Any], desk: Desk, t: Say) -> Piece:
    kind = ITEMS.get(_kind(item))
    if kind == 'text':
        return Piece()
    if kind == 'image':
        return Piece(text=notes.image(t))
    if kind == 'page':
        url, title = address(item.get('url')), shapes.side_text(item.get('title'))
        return Piece(sources=(Source(title or url, url),) if title or url else ())
    if kind == 'file':
        path = shapes.side_text(item.get('file_path')) or shapes.side_text(item.get('name'))
        return Piece(text=_presented(path, desk, t))
    return Piece(steps=(notes.folded(t, _kind(item), item),))


def _presented(path: str, desk: Desk, t: Say) -> str:
    """Give a note for a file that was handed over, unless it was shown when it was written."""
    return '' if path and desk.find(path) else notes.file(t, PurePosixPath(path).name)


def _run(tool: str, given: Mapping[str, Any], t: Say) -> Piece:
    field, kind = RUN[tool]
    code = shapes.side_text(given.get(field))
    if not code.strip():
        return told(t, tool, given or None)
    return Piece(text=Document(shapes.side_text(given.get('description')), kind, code).shown())


def _said(tool: str, given: Mapping[str, Any]) -> str:
    name, fields = SAYING[tool]
    said = []
    for member in shapes.side_mappings(given.get(name)):
        for number, field in enumerate(fields):
            text = shapes.side_text(member.get(field)).strip()
            said.append(f'**{notes.plain(text)}**' if text and number == 0 else text)
            said.append('\n'.join(f'- {notes.plain(option)}' for option in _texts(member.get(field))))
    return notes.paragraphs(said)


def _displayed(block: Mapping[str, Any]) -> Document | None:
    """Give the document that the page showed for a use whose input is not in the file: as an object or as its JSON."""
    [shown, *_] = [*shapes.side_mappings([block.get('display_content')]), {}]
    if shown.get('type') == 'json_block':
        [shown, *_] = [*shapes.side_mappings([tool_use.unwrapped(shown.get('json_block'))]), {}]
    code = shown.get('code')
    if not isinstance(code, str):
        return None
    name = PurePosixPath(shapes.side_text(shown.get('filename'))).name
    return Document(name, language(shapes.side_text(shown.get('language'))), code)


def _texts(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
