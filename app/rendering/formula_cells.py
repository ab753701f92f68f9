"""Formulas in the cells of a table: a bar in `$|x|$` ends no cell, where the row has too many otherwise."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

from app.rendering.bounds import bounded_table
from app.rendering.formulas import read_formula

_HELD = '\ufdd0'
"""In place of such a bar while cells are told apart: no character, so that no text means anything by it."""

_DELIMITERS = re.compile(r'[|:\- \t]+')
_BAR = re.compile(r'(?<!\\)\|')
_BEGINNING = re.compile(r'\\[(\[]|\\.|\$\$?')


def keep_bars_in_formulas(parser: MarkdownIt) -> None:
    """Let a parser know bars in formulas."""
    parser.block.ruler.at('table', _table, {'alt': ['paragraph', 'reference']})


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Parse a table: its head tells whether it is one, and only the rows it then has are looked through."""
    if silent or start + 1 >= end or not _DELIMITERS.fullmatch(_line(state, start + 1)):
        return bounded_table(state, start, end, silent)
    columns, before = _cells(_line(state, start + 1)), len(state.tokens)
    head = _with_bars_held(state, range(start, start + 1), columns)
    if not _parse_held(state, head or state.src, start, end):
        return False
    rows = _with_bars_held(state, range(start, state.line), columns)
    if rows not in (None, head):
        del state.tokens[before:]
        _parse_held(state, rows, start, end)
    return True


def _parse_held(state: StateBlock, held: str, start: int, end: int) -> bool:
    """Parse a table from a source in which bars are held."""
    source, before = state.src, len(state.tokens)
    state.src = held
    found = bounded_table(state, start, end, False)
    state.src = source
    for token in state.tokens[before:] if held is not source else ():
        token.content = token.content.replace(_HELD, '|')
    return found


def _with_bars_held(state: StateBlock, lines: range, columns: int) -> str | None:
    """Give the source with the bars in formulas of some rows held; None if there are none."""
    source = state.src
    parts, at = [], 0
    for line in lines:
        row = _line(state, line)
        if ('$' not in row and '\\' not in row) or _cells(row) <= columns:
            continue
        parts += [source[at : state.eMarks[line] - len(row)], _held(row)]
        at = state.eMarks[line]
    return ''.join([*parts, source[at:]]) if parts and _HELD not in source else None


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _cells(row: str) -> int:
    row = row.strip()
    inside = row.removeprefix('|').removesuffix('|')
    return len(_BAR.findall(inside)) + 1


def _held(row: str) -> str:
    parts, at = [], 0
    while found := _BEGINNING.search(row, at):
        formula = read_formula(row, found.start())
        end = formula.end if formula else found.end()
        parts += [row[at : found.start()], _BAR.sub(_HELD, row[found.start() : end])]
        at = end
    return ''.join([*parts, row[at:]])
