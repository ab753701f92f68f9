"""What keeps the parser within its effort, whatever the text: what would take more stays plain text, no character lost.

The parser itself takes time in proportion to a text, but up to 15 µs a character, multiplies empty cells of tables, and
leaves out what is nested deeply.
"""

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import table as parse_table
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from app.rendering.effort import Effort, Exhausted

PLAIN = 'plain'
"""Class of a paragraph that shows its source, with its line breaks; in the `meta` of a fence: it has no colours."""

DEEPEST = 20
"""Levels of quotes and lists in each other (a list and its item are two) up to which they are parsed."""

CELL_STEPS = 4
"""What a cell of a table costs, empty or not."""

DEEPEST_INLINE = 50
"""Emphasis in each other: what makes HTML safe, and browsers, go down level by level."""


def bound(parser: MarkdownIt) -> None:
    """Let a parser count its steps in `env['effort']`."""
    parser.options['maxNesting'] = DEEPEST + 2  # what is deeper than that it would drop; `_leave_plain` comes first
    ends = ['paragraph', 'reference', 'blockquote', 'list']
    parser.block.ruler.at('table', bounded_table, {'alt': ['paragraph', 'reference']})
    parser.block.ruler.before('table', 'bounds', _leave_plain, {'alt': ends})
    parser.inline.ruler.before('text', 'bounds', _count)
    parser.core.ruler.at('inline', _inline)


def is_plain(token: Token) -> bool:
    """Say whether a paragraph was left as it is written."""
    return token.attrs.get('class') == PLAIN


def _leave_plain(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Make everything that is left a plain paragraph when there are no steps left, or no levels."""
    effort: Effort = state.env['effort']
    goes_on = effort.spend()
    if silent:  # asked whether a paragraph, quote or list ends here
        return not goes_on
    if goes_on and state.level < DEEPEST:
        return False
    line = start
    while line < end and (state.isEmpty(line) or state.sCount[line] >= state.blkIndent):
        line += 1
    state.tokens += plain_paragraph(
        state.getLines(start, line, state.blkIndent, False).rstrip(), start, line, state.level
    )
    state.line = line
    return True


def plain_paragraph(text: str, start: int, end: int, level: int = 0) -> list[Token]:
    """Give the tokens of a paragraph that shows its source, which stands in the lines from `start` to `end`."""
    opening = Token('paragraph_open', 'p', 1, {'class': PLAIN}, [start, end], level, block=True)
    inline = Token('inline', '', 0, {}, [start, end], level + 1, [_text(text)], text, block=True)
    return [opening, inline, Token('paragraph_close', 'p', -1, level=level, block=True)]


def bounded_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Parse a table with as many rows as there are steps for cells; empty ones are made up for short rows."""
    if silent:
        return parse_table(state, start, end, silent)
    effort: Effort = state.env['effort']
    columns = state.src.count('|', state.bMarks[start], state.eMarks[start]) + 1
    before = len(state.tokens)
    if not parse_table(state, start, min(end, start + 2 + effort.left // (CELL_STEPS * columns)), silent):
        return False
    effort.spend(CELL_STEPS * sum(token.type == 'inline' for token in state.tokens[before:]))
    return True


def _count(state: StateInline, _silent: bool, /) -> bool:
    """Count a token of a paragraph."""
    state.env['effort'].step()
    return False


class CountingInline(ParserInline):
    """Counts what is looked at while the end of a link is sought, too."""

    def skipToken(self, state: StateInline) -> None:  # noqa: N802
        """Go on behind the next token."""
        state.env['effort'].step()
        super().skipToken(state)


def _inline(state: StateCore) -> None:
    """Parse what stands in paragraphs, headings and cells."""
    effort: Effort = state.env['effort']
    for index, token in enumerate(state.tokens):
        if token.type != 'inline':
            continue
        if token.children:  # it was left plain
            _make_plain(state.tokens, index)
            continue
        token.children = []
        effort.begin_part()
        try:
            effort.step(sum(map(token.content.count, '*_~')))  # a run of them is one token, and work for each
            state.md.inline.parse(token.content, state.md, state.env, token.children)
        except Exhausted:
            _make_plain(state.tokens, index)
        else:
            if _depth(token.children) > DEEPEST_INLINE:
                _make_plain(state.tokens, index)


def _depth(children: Sequence[Token]) -> int:
    return max((child.level for child in children), default=0)


def _make_plain(tokens: Sequence[Token], index: int) -> None:
    token, opening, closing = tokens[index], tokens[index - 1], tokens[index + 1]
    token.children = [_text(token.content)]
    if opening.type == 'paragraph_open':
        opening.attrs = {'class': PLAIN}
        opening.hidden = closing.hidden = False


def _text(content: str) -> Token:
    return Token('text', '', 0, content=content)
