"""Markdown as a tree of plain values, for what is not HTML: text files and PDF. Pure, like the rest of this room."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from app.rendering.details import UNENDED
from app.rendering.footnotes import BACK, REFERENCE, is_notes
from app.rendering.formula_rules import FORMULA, is_display
from app.rendering.markdown import normalise, parse
from app.rendering.nested_fences import told_apart
from app.rendering.sanitise import is_link


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text that looks the same. `link` is an address, empty for none; a line break is a newline.

    A `note` is the number of a footnote, in brackets.
    """

    text: str
    bold: bool = False
    italic: bool = False
    struck: bool = False
    code: bool = False
    link: str = ''
    note: bool = False


Runs = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, or with a `level` from 1 to 6 a heading."""

    runs: Runs
    level: int = 0


@dataclass(frozen=True, slots=True)
class Code:
    """A block of code, or the source of a formula."""

    code: str
    language: str = ''


@dataclass(frozen=True, slots=True)
class Quote:
    """What is quoted."""

    parts: tuple['Part', ...]


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list; `done` is None unless it is a task."""

    parts: tuple['Part', ...]
    done: bool | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A list; `start` is the first item's number, None for bullets. It may be one of foot`notes`."""

    items: tuple[Item, ...]
    start: int | None = None
    notes: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table: cells by rows, the heading first. `aligns` are `left`, `center`, `right` or empty, by column."""

    rows: tuple[tuple[Runs, ...], ...]
    aligns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across."""


@dataclass(frozen=True, slots=True)
class Section:
    """A section that folds on the page: what stands in it under its summary, which may be empty."""

    summary: Runs
    parts: tuple['Part', ...]


Part = Paragraph | Code | Quote | Listing | Table | Rule | Section


def outline(text: str) -> tuple[Part, ...]:
    """Parse a markdown text the way the page does."""
    tokens = [token for block in parse(normalise(text), {}) for token in block.tokens]
    return _parts(SyntaxTreeNode(tokens).children)


def plain(runs: Runs) -> str:
    """Give the text of some runs alone."""
    return ''.join(run.text for run in runs)


def with_fences_apart(text: str) -> str:
    """Give a text in which every reader of Markdown sees the fences within fences that the page shows."""
    text = normalise(text)
    return told_apart(text, [token for block in parse(text, {}) for token in block.tokens])


def open_sections(text: str) -> int:
    """Count the sections of a text that have no closing tag: other readers fold all that stands after it into them."""
    tokens = [token for block in parse(normalise(text), {}) for token in block.tokens]
    return sum(UNENDED in token.meta for token in tokens)


def open_fence(text: str) -> str:
    """Give what closes the code fence that is open at the end of a text, empty if none is."""
    text = normalise(text)
    tokens = [token for block in parse(text, {})[-1:] for token in block.tokens]
    while tokens and tokens[-1].type == 'details_close':
        tokens.pop()
    if not tokens or tokens[-1].type != 'fence':
        return ''
    token = tokens[-1]
    start, end = token.map or (0, 0)
    lines = text.rstrip('\n').split('\n')
    last = lines[-1].strip()
    closed = end < len(lines) or (
        end - start > 1 and len(last) >= len(token.markup) and not last.strip(token.markup[0])
    )
    return '' if closed else token.markup


def _parts(nodes: Sequence[SyntaxTreeNode]) -> tuple[Part, ...]:
    return tuple(part for node in nodes if node.type != BACK for part in _part(node))


def _part(node: SyntaxTreeNode) -> Iterator[Part]:
    match node.type:
        case 'heading':
            yield Paragraph(_runs(node), int(node.tag[1:]))
        case 'fence' | 'code_block':
            yield Code(node.content.removesuffix('\n'), (node.info.split() or [''])[0].lower())
        case 'hr':
            yield Rule()
        case 'table':
            yield _table(node)
        case 'blockquote':
            yield Quote(_parts(node.children))
        case 'bullet_list' | 'ordered_list':
            start = int(node.attrs.get('start', 1)) if node.type == 'ordered_list' else None
            yield Listing(tuple(_item(each) for each in node.children), start, _is_notes(node))
        case 'details':
            heads = [child for child in node.children if child.type == 'summary']
            summary = _runs(heads[0]) if heads else ()
            yield Section(summary, _parts([child for child in node.children if child.type != 'summary']))
        case _:
            yield _formula(node) or Paragraph(_runs(node))


def _formula(node: SyntaxTreeNode) -> Code | None:
    """Give a paragraph that is a formula on lines of its own, as its source."""
    tokens = _inline_tokens(node)
    alone = len(tokens) == 1 and tokens[0].type == FORMULA and is_display(tokens[0])
    return Code(tokens[0].content) if alone else None


def _is_notes(node: SyntaxTreeNode) -> bool:
    return node.nester_tokens is not None and is_notes(node.nester_tokens.opening)


def _item(node: SyntaxTreeNode) -> Item:
    parts = _parts(node.children)
    if 'task' not in str(node.attrs.get('class', '')) or not parts or not isinstance(parts[0], Paragraph):
        return Item(parts)
    first = parts[0].runs
    done = bool(first) and first[0].text.startswith(DONE)
    runs = (replace(first[0], text=first[0].text[1:].lstrip()), *first[1:]) if first else ()
    return Item((replace(parts[0], runs=tuple(run for run in runs if run.text)), *parts[1:]), done)


OPEN, DONE = '\u2610', '\u2611'
"""How the box of a task comes through as text."""


def _table(node: SyntaxTreeNode) -> Table:
    rows = [row for section in node.children for row in section.children]
    cells = tuple(tuple(_runs(cell) for cell in row.children) for row in rows)
    styles = [str(cell.attrs.get('style', '')) for cell in rows[0].children] if rows else []
    return Table(cells, tuple(style.removeprefix('text-align:') for style in styles))


def _runs(node: SyntaxTreeNode) -> Runs:
    return tuple(_joined(_inline(_inline_tokens(node))))


def _inline_tokens(node: SyntaxTreeNode) -> list[Token]:
    return [token for child in node.children if child.type == 'inline' for token in child.token.children or []]  # type: ignore[union-attr]


def _inline(tokens: Sequence[Token]) -> Iterator[Run]:
    style = Run('')
    for token in tokens:
        if token.nesting:
            style = _changed(style, token)
        elif token.type == 'image':
            yield _image(token, style)
        elif token.type == REFERENCE:
            yield replace(style, text=f'[{token.content}]', note=True)
        else:
            yield replace(style, text=_text(token), code=token.type in ('code_inline', FORMULA))


def _changed(style: Run, token: Token) -> Run:
    begins = token.nesting == 1
    match token.tag:
        case 'a':
            href = str(token.attrGet('href') or '')
            return replace(style, link=href if begins and is_link(href) else '')
        case 'strong':
            return replace(style, bold=begins)
        case 'em':
            return replace(style, italic=begins)
        case 's':
            return replace(style, struck=begins)
    return style


def _text(token: Token) -> str:
    match token.type:
        case 'softbreak' | 'hardbreak':
            return '\n'
        case 'html_inline':  # only the box of a task: HTML of the text is off
            return DONE if 'checked=' in token.content else OPEN
    return token.content


def _image(token: Token, style: Run) -> Run:
    """Show an image as the link to it; nothing is fetched for a file."""
    source = str(token.attrGet('src') or '')
    return replace(style, text=token.content.strip() or source, link=style.link or (source if is_link(source) else ''))


def _joined(runs: Iterator[Run]) -> Iterator[Run]:
    """Put neighbours that look the same together."""
    last: Run | None = None
    for run in runs:
        if last is not None and replace(run, text='') == replace(last, text=''):
            last = replace(last, text=last.text + run.text)
            continue
        if last is not None:
            yield last
        last = run
    if last is not None and last.text:
        yield last
