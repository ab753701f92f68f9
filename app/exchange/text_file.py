"""A conversation as plain text: no marks of Markdown, tables in columns, links behind their texts."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import unquote

from app.exchange.transcript import Said, Transcript
from app.rendering.markdown import normalise
from app.rendering.outline import Code, Item, Listing, Paragraph, Part, Quote, Runs, Section, Table, outline

WIDEST_CELL = 40
"""Columns of a table are padded up to this many characters."""


def text_file(transcript: Transcript) -> str:
    """Write a transcript."""
    parts = ['\n'.join(filter(None, [transcript.title, '=' * min(_width(transcript.title), 72), transcript.about]))]
    parts += ['\n\n'.join(_message(said, transcript)) for said in transcript.said]
    return '\n\n\n'.join(parts) + '\n'


def _message(said: Said, transcript: Transcript) -> Iterator[str]:
    labels = transcript.labels
    yield f'{said.speaker} ({said.at})'
    if said.thinking:
        yield _indented(f'{labels["thinking"]}:\n{plain_text(said.thinking)}', '| ')
    for title, text in said.steps:
        yield _indented(f'{labels["steps"]}: {title}\n{plain_text(text)}', '| ')
    if said.text.strip():
        yield normalise(said.text).strip('\n') if said.by_person else plain_text(said.text)
    yield from (f'[{note}]' for note in said.notes)
    if said.sources:
        listed = [f'- {title} ({url})' if url else f'- {title}' for title, url in said.sources]
        yield '\n'.join([f'{labels["sources"]}:', *listed])


def plain_text(markdown: str) -> str:
    """Give a markdown text without its marks."""
    return _below(outline(markdown))


def _below(parts: Sequence[Part]) -> str:
    return '\n\n'.join(map(_part, parts))


def _part(part: Part) -> str:
    match part:
        case Paragraph(runs, level):
            said = _runs(runs)
            width = max(map(_width, said.split('\n')))
            return f'{said}\n{("=" if level == 1 else "-") * min(width, 72)}' if level in (1, 2) else said
        case Code(code):
            return _indented(code, '    ')
        case Quote() | Section():
            return _holding(part)
        case Listing(items, start, notes):
            form = '[{}] ' if notes else '{}. '
            marks = ['- ' if start is None else form.format(start + index) for index in range(len(items))]
            return '\n'.join(_item(item, mark) for item, mark in zip(items, marks, strict=True))
        case Table(rows):
            return _table([[_runs(cell) for cell in row] for row in rows])
    return '-' * 40


def _holding(part: Quote | Section) -> str:
    if isinstance(part, Quote):
        return _indented(_below(part.parts), '> ')
    return '\n\n'.join(filter(None, [_runs(part.summary), _indented(_below(part.parts), '  ')]))


def _item(item: Item, mark: str) -> str:
    if item.done is not None:
        mark = f'{mark}[x] ' if item.done else f'{mark}[ ] '
    gap = '\n' if all(isinstance(part, Paragraph | Listing) for part in item.parts[1:]) else '\n\n'
    return mark + _indented(gap.join(map(_part, item.parts)), ' ' * len(mark)).lstrip(' ')


def _runs(runs: Runs) -> str:
    return ''.join(
        run.text if not run.link or _says(run.text, run.link) else f'{run.text} ({run.link})' for run in runs
    )


def _says(text: str, link: str) -> bool:
    """Say whether a text is the address it leads to."""
    return text in (link, unquote(link), *(unquote(link).removeprefix(scheme) for scheme in ('http://', 'mailto:')))


def _table(rows: Sequence[Sequence[str]]) -> str:
    cells = [[cell.split('\n') for cell in row] for row in rows]
    columns = max(map(len, rows), default=0)
    widths = [_column_width(row[at] for row in cells if at < len(row)) for at in range(columns)]
    lines = [line for row in cells[1:] for line in _row(row, widths)]
    return '\n'.join([*_row(cells[0], widths), '-+-'.join('-' * width for width in widths), *lines]) if cells else ''


def _column_width(cells: Iterable[Sequence[str]]) -> int:
    return min(max(_width(line) for cell in cells for line in cell), WIDEST_CELL)


def _row(cells: Sequence[Sequence[str]], widths: Sequence[int]) -> Iterator[str]:
    """Write a row of a table, in as many lines as its highest cell has."""
    for at in range(max(map(len, cells), default=0)):
        pieces = [cell[at] if at < len(cell) else '' for cell in cells]
        yield ' | '.join(
            piece + ' ' * (width - _width(piece)) for piece, width in zip(pieces, widths, strict=False)
        ).rstrip()


def _width(text: str) -> int:
    """Count the columns a text takes where every letter is as wide, and an ideograph twice that."""
    return sum(2 if unicodedata.east_asian_width(char) in 'WF' else 1 for char in text)


def _indented(text: str, by: str) -> str:
    return '\n'.join((by + line).rstrip() for line in text.split('\n'))
