"""Code fences inside a fence of Markdown, with markers of the same length, as models write them.

To CommonMark the first bare line of markers ends the outer fence, so a README that holds code falls apart.
The rule here: in a fence whose info string is `markdown` or `md`, a line of markers with an info string begins an inner
fence, and the next bare line of markers ends that one; a bare line ends the outer fence only when no inner one is open.
Markers that are shorter than the outer ones cannot be mistaken and mean nothing. Each line is decided by what stands
before it, so that a growing text is shown as the whole will be.
"""

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import fence as parse_fence
from markdown_it.token import Token

UNCLOSED = 'unclosed'
"""In the `meta` of a fence of Markdown: the text ends before its closing line."""

_NAMES = frozenset({'markdown', 'md'})
_RUN = re.compile(r' {0,3}(?P<markers>`{3,}|~{3,})(?P<info>.*)')


class FenceEnd:
    """Finds the line that closes a fence of Markdown. `markers` and `info` are those of its opening line."""

    def __init__(self, markers: str, info: str) -> None:
        self._marker = markers[0]
        self._open = [(len(markers), holds_fences(info))]
        self.longest = 0
        """The longest markers of an inner fence so far."""

    def closes(self, line: str) -> bool:
        """Take the next line, without the indent of what the fence stands in; say whether it closes the fence."""
        found = _RUN.fullmatch(line)
        length, holds_others = self._open[-1]
        if found is None or found['markers'][0] != self._marker or len(found['markers']) < length:
            return False
        info = found['info'].strip()
        if not info:
            self._open.pop()
        elif holds_others and '`' not in info:
            self._open.append((len(found['markers']), holds_fences(info)))
            self.longest = max(self.longest, len(found['markers']))
        return not self._open


def nest_fences(parser: MarkdownIt) -> None:
    """Let fences of Markdown hold others."""
    parser.block.ruler.at('fence', _fence, {'alt': ['paragraph', 'reference', 'blockquote', 'list']})


def holds_fences(info: str) -> bool:
    """Say whether a fence with that info string holds Markdown."""
    return bool(words := info.split(maxsplit=1)) and words[0].lower().strip('{.}') in _NAMES


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
