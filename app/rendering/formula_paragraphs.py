r"""Formulas that begin behind words and go on over the next lines: `so we get: $$`, then `- x + y`, then `$$`.

The formula belongs to the paragraph, with what would be a list, a heading or its end elsewhere. Only a formula's first
line is asked whether it reads like one: what follows would come too late, when blocks behind it have been shown.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

from app.rendering.formula_rules import goes_on_to, push_paragraph, read_lines
from app.rendering.formulas import begins_lines, read_formula

_BEGINNING = re.compile(r'\\begin\{|\\[(\[]|\\.|\$\$?|(?P<ticks>`+)')
_DISPLAYS = ('$$', '\\[', '\\begin{')


def find_formulas_behind_words(parser: MarkdownIt) -> None:
    """Let a parser that knows formulas (`formula_rules.find_formulas`) find those that begin within a paragraph."""
    parser.block.ruler.before('lheading', 'formula_behind_words', _paragraph)


def _paragraph(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Parse a paragraph in which such a formula begins."""
    if silent or not _has_displays(state):
        return False
    line, is_found = start, False
    while True:
        behind = _behind_formula(state, line, end)
        is_found |= behind is not None
        line = line + 1 if behind is None else behind
        if not goes_on_to(state, line, end):
            break
    if is_found:
        push_paragraph(state, start, line)
        state.line = line
    return is_found


def _has_displays(state: StateBlock) -> bool:
    """Say whether any such formula may be in the text: looked for once, not again for each paragraph."""
    found: bool | None = state.env.get('displays')
    if found is None:
        found = state.env['displays'] = any(delimiter in state.src for delimiter in _DISPLAYS)
    return found


def _behind_formula(state: StateBlock, line: int, end: int) -> int | None:
    """Give the line behind a formula that begins in `line` and ends in a later one, None if there is none."""
    text = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]
    at = _left_open(text) if line + 1 < end and any(delimiter in text for delimiter in _DISPLAYS) else None
    if at is None:
        return None
    following = state.src[state.bMarks[line + 1] : state.eMarks[line + 1]] if state.sCount[line + 1] >= 0 else ''
    if not begins_lines(f'{text}\n{following}', at):
        return None
    found = read_lines(state, line, end, at)
    return found[0] if found else None


def _left_open(text: str) -> int | None:
    """Give where the formula begins that a line leaves open, past those it closes and past code."""
    at = 0
    while found := _BEGINNING.search(text, at):
        at = found.end()
        if found['ticks']:
            closing = text.find(found[0], at)
            at = at if closing < 0 else closing + len(found[0])
        elif formula := read_formula(text, found.start()):
            at = formula.end
        elif found[0] in _DISPLAYS:
            return found.start()
    return None
