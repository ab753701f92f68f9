r"""Formulas for the markdown parser: what stands between their delimiters is theirs, not markdown.

A formula in a line is a `formula` token; one on lines of its own is a paragraph that holds nothing else, through blank
lines and what would be a list or a heading elsewhere. One without an end keeps its source as text up to where the
paragraph ends (or, on lines of its own, the text), so that nothing changes while it is written but what is added.
"""

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from app.rendering.bounds import plain_paragraph
from app.rendering.effort import STEP_CHARACTERS, STEP_LINES, Effort
from app.rendering.formulas import Formula, begins_lines, could_end, is_open, opens_lines, read_formula

FORMULA, OPEN_FORMULA = 'formula', 'open_formula'
"""Tokens. The `content` of both is the source with its delimiters, `info` of a formula what stands between them."""

SETTING_CHARACTERS = 4
"""How many of a formula are set in a step."""

LONGEST_GAP = 2_000
"""Characters that may stand in a formula behind its first blank line: when there are more its end was forgotten."""

_OTHERS = ('```', '~~~', '<details', '</details')


def find_formulas(parser: MarkdownIt) -> None:
    """Let a parser that counts its steps (`bounds.bound`) know formulas."""
    ends = ['paragraph', 'reference', 'blockquote', 'list']
    parser.block.ruler.after('bounds', 'formula', _lines, {'alt': ends})
    parser.inline.ruler.before('escape', 'formula', _inline)


def formulas_as_text(tokens: Sequence[Token]) -> list[Token]:
    """Give tokens of a line with the source in place of formulas."""
    return [
        Token('text', '', 0, content=token.content) if token.type in (FORMULA, OPEN_FORMULA) else token
        for token in tokens
    ]


def is_display(token: Token) -> bool:
    """Say whether a formula stands on lines of its own."""
    return token.block


def _inline(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] not in '$\\':
        return False
    formula = read_formula(state.src, state.pos)
    if formula is not None and formula.end <= state.posMax:
        return _take(state, formula, silent)
    if formula is not None or not _is_left_open(state):
        return False
    if not silent:
        state.push(OPEN_FORMULA, '', 0).content = state.src[state.pos : state.posMax]
    state.pos = state.posMax
    return True


def _is_left_open(state: StateInline) -> bool:
    if not could_end(state.src, state.pos):
        return False
    goes_on = opens_lines(state.src, state.pos) and state.src.find('\n', state.pos) >= 0
    return (begins_lines if goes_on else is_open)(state.src, state.pos)


def _take(state: StateInline, formula: Formula, silent: bool) -> bool:
    if not silent:
        state.env['effort'].step(len(formula.source) // SETTING_CHARACTERS)
        token = state.push(FORMULA, 'math', 0)
        token.content, token.info, token.block = formula.source, formula.latex, formula.display
    state.pos = formula.end
    return True


def _lines(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Parse a formula that begins a line, as far as it goes."""
    if state.is_code_block(start) and not state.level:  # in a list item models indent more than they may
        return False
    if not opens_lines(state.src, state.bMarks[start] + state.tShift[start]):
        return False
    if silent:
        return True
    found = read_lines(state, start, end)
    if found is None:
        return False
    last, complete = found
    content = state.getLines(start, last, state.blkIndent, False).strip()
    if complete:
        while _goes_on(content) and goes_on_to(state, last, end):
            last += 1
        push_paragraph(state, start, last)
    else:
        state.tokens += plain_paragraph(content, start, last, state.level)
    state.line = last
    return True


def read_lines(state: StateBlock, start: int, end: int, at: int = 0) -> tuple[int, bool] | None:
    """Give the line behind a formula, and whether it has an end; None if it is none.

    It begins in line `start`, behind `at` characters of its text.
    Looks at four times as many lines each time, so that the work is in proportion to the formula. Only its first line
    is asked whether it reads like prose: what follows would come too late, when blocks behind it have been shown.
    """
    effort: Effort = state.env['effort']
    most = 1
    while True:
        last, is_all = _lines_of(state, start, min(start + most, end))
        content = state.getLines(start, last, state.blkIndent, False).strip()[at:]
        if not effort.spend(len(content) // STEP_CHARACTERS + (last - start) // STEP_LINES):
            return None
        if formula := read_formula(content, 0):
            return start + content.count('\n', 0, formula.end) + 1, True
        if not (is_open if most == 1 else could_end)(content, 0):
            return None
        if is_all or last == end:
            return None if last < len(state.bMarks) - 1 else (last, False)
        most *= 4


def _lines_of(state: StateBlock, start: int, end: int) -> tuple[int, bool]:
    """Find how far a formula may go at most, up to line `end`; says whether something else ends it there."""
    gap = None
    for line in range(start + 1, end):
        if state.isEmpty(line):
            gap = state.bMarks[line] if gap is None else gap
        elif _ends_formula(state, line) or (gap is not None and state.eMarks[line] - gap > LONGEST_GAP):
            return line, True
    return end, False


def _ends_formula(state: StateBlock, line: int) -> bool:
    """Say whether a line is behind the end of a list item, or belongs to a code fence or a section that folds."""
    return state.sCount[line] < state.blkIndent or state.src.startswith(
        _OTHERS, state.bMarks[line] + state.tShift[line]
    )


def _goes_on(content: str) -> bool:
    """Say whether words follow a formula on its last line: the paragraph goes on with them."""
    formula = read_formula(content, 0)
    return formula is not None and any(map(str.isalnum, content[formula.end :]))


def goes_on_to(state: StateBlock, line: int, end: int) -> bool:
    """Say whether a paragraph goes on to a line."""
    if line >= end or state.isEmpty(line):
        return False
    is_text = state.sCount[line] < 0 or state.sCount[line] - state.blkIndent > 3
    return is_text or not any(rule(state, line, end, True) for rule in state.md.block.ruler.getRules('paragraph'))


def push_paragraph(state: StateBlock, start: int, end: int) -> None:
    """Make a paragraph of some lines."""
    token = state.push('paragraph_open', 'p', 1)
    token.map = [start, end]
    token = state.push('inline', '', 0)
    token.content = state.getLines(start, end, state.blkIndent, False).strip()
    token.map, token.children = [start, end], []
    state.push('paragraph_close', 'p', -1)
