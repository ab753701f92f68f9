"""Code fences inside a fence of Markdown, as models write them; the rule stands in `domain.code`.

Since each line is decided by what stands before it, a growing text is shown as the whole will be.
"""

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import fence as parse_fence
from markdown_it.token import Token

from app.domain.code import FenceEnd, holds_fences

UNCLOSED = 'unclosed'
"""In the `meta` of a fence of Markdown: the text ends before its closing line."""


def nest_fences(parser: MarkdownIt) -> None:
    """Let fences of Markdown hold others."""
    parser.block.ruler.at('fence', _fence, {'alt': ['paragraph', 'reference', 'blockquote', 'list']})


def told_apart(text: str, tokens: Sequence[Token]) -> str:
    """Give a text whose fences any reader of Markdown tells apart: the outer ones get longer markers.

    `tokens` are those of the normalised text.
    """
    lines = text.split('\n')
    for token in tokens:
        if token.type != 'fence' or token.map is None or not token.meta.get('longest'):
            continue
        longer = token.markup[0] * (token.meta['longest'] + 1)
        start, end = token.map
        for number in (start,) if token.meta[UNCLOSED] else (start, end - 1):
            before, run, after = lines[number].partition(token.markup)
            lines[number] = before + longer + after.lstrip(run[0])
    return '\n'.join(lines)


def _fence(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Parse a fence; one of Markdown goes on behind the fences in it."""
    if not parse_fence(state, start, end, silent):
        return False
    token = state.tokens[-1] if state.tokens else None
    if silent or token is None or not holds_fences(token.info):
        return True
    line, search = start + 1, FenceEnd(token.markup, token.info)
    while line < end and (state.isEmpty(line) or state.sCount[line] >= state.blkIndent):
        if not state.is_code_block(line) and search.closes(state.src[_begin(state, line) : state.eMarks[line]]):
            break
        line += 1
    closed = line < end and (state.isEmpty(line) or state.sCount[line] >= state.blkIndent)
    token.content = state.getLines(start + 1, line, state.sCount[start], True)
    state.line = line + closed
    token.map = [start, state.line]
    token.meta |= {UNCLOSED: not closed, 'longest': search.longest}
    return True


def _begin(state: StateBlock, line: int) -> int:
    return state.bMarks[line] + state.tShift[line]
