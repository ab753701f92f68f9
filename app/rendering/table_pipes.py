"""Pipes in code in tables: `| pipe | `ls | wc` | text |` has three cells, as whoever wrote it means.

GitHub splits a row at every pipe that has no backslash, in code as well, and drops what is too much. Here a row with
more cells than its table has columns is split beside its code only. A row that fits as it is stays as it is, so that
two lone backticks in two cells are no code.

Such pipes are hidden before blocks are parsed, one character for one, and put back afterwards: one pass over the lines.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore

_HIDDEN = '\0'
"""Stands for a pipe. No normalised text has one."""

_DELIMITERS = re.compile(r'[\s>]*+\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)*+\|?[ \t]*+')
_PIPE = re.compile(r'(?<!\\)\|')
_TICKS = re.compile('`+')


def keep_code_in_cells(parser: MarkdownIt) -> None:
    """Let a parser split rows of tables beside code."""
    parser.core.ruler.before('block', 'hide_pipes', _hide)
    parser.core.ruler.after('block', 'show_pipes', _show)


def _hide(state: StateCore) -> None:
    if '`' not in state.src or '|' not in state.src:
        return
    lines = state.src.split('\n')
    columns = 0
    for index, line in enumerate(lines):
        if not line.strip():
            columns = 0
        elif index and not columns and '|' in lines[index - 1] and _DELIMITERS.fullmatch(line):
            columns = _cells(line)
            lines[index - 1] = _without_pipes_in_code(lines[index - 1], columns)
        elif columns:
            lines[index] = _without_pipes_in_code(line, columns)
    state.src = '\n'.join(lines)


def _show(state: StateCore) -> None:
    if _HIDDEN not in state.src:
        return
    state.src = state.src.replace(_HIDDEN, '|')
    for token in state.tokens:
        for each in (token, *(token.children or ())):
            each.content, each.info = each.content.replace(_HIDDEN, '|'), each.info.replace(_HIDDEN, '|')


def _cells(line: str) -> int:
    return len(_PIPE.findall(line.strip(' \t>').removeprefix('|').removesuffix('|'))) + 1


def _without_pipes_in_code(line: str, columns: int) -> str:
    """Hide the pipes in the code of a row that has too many cells, if there are enough without them."""
    if '`' not in line or _cells(line) <= columns:
        return line
    runs = list(_TICKS.finditer(line))
    last = {len(run[0]): number for number, run in enumerate(runs)}  # where the last run of each length stands
    made, done, number = [], 0, 0
    while number < len(runs):
        opening = runs[number]
        length = len(opening[0])
        if last[length] > number:
            number = next(each for each in range(number + 1, len(runs)) if len(runs[each][0]) == length)
            made += [line[done : opening.end()], _PIPE.sub(_HIDDEN, line[opening.end() : runs[number].start()])]
            done = runs[number].start()
        number += 1
    hidden = ''.join([*made, line[done:]])
    return hidden if _cells(hidden) >= columns else line
