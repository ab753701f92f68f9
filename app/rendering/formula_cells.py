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
    source = state.src
    held = None if silent else _with_bars_held(state, start, end)
    if held is None:
        return bounded_table(state, start, end, silent)
    before = len(state.tokens)
    state.src = held
    found = bounded_table(state, start, end, silent)
    state.src = source
    for token in state.tokens[before:]:
        token.content = token.content.replace(_HELD, '|')
    return found


def _with_bars_held(state: StateBlock, start: int, end: int) -> str | None:
    """Give the source with the bars in formulas of a table held; None if there are none, or no table."""
    source = state.src
    if start + 1 >= end or not _DELIMITERS.fullmatch(_line(state, start + 1)) or _HELD in source:
        return None
    columns, parts, at = _cells(_line(state, start + 1)), [], 0
    for line in range(start, end):
        row = _line(state, line)
        if not row:
            break
        if ('$' not in row and '\\' not in row) or _cells(row) <= columns:
            continue
        parts += [source[at : state.eMarks[line] - len(row)], _held(row)]
        at = state.eMarks[line]
    return ''.join([*parts, source[at:]]) if parts else None


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
