"""Where a line ends: at every line end of the source, as in a poem or an address, and at `<br>`.

Table cells have no line ends of their own, so models write `<br>` there.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

_TAG = re.compile(r'<br {0,2}/?>[ \t]*\n?[ \t]*', re.IGNORECASE)
"""With the line end behind it, which would be a second break."""

UNFINISHED_TAG = re.compile(r'<(?:b(?:r {0,2}/?)?)?$', re.IGNORECASE)
"""What may become one of these tags with the next characters."""

LONGEST_TAG = len('<br  />')


def break_lines(parser: MarkdownIt) -> None:
    """Let a parser's lines end where they end in the source, and at `<br>`."""
    parser.options['breaks'] = True
    parser.inline.ruler.before('autolink', 'br', _tag)


def _tag(state: StateInline, silent: bool, /) -> bool:
    """Make a line break of a `<br>`, without the spaces around it."""
    found = _TAG.match(state.src, state.pos, state.posMax) if state.src[state.pos] == '<' else None
    if not found:
        return False
    if not silent:
        state.pending = state.pending.rstrip(' ')
        state.push('hardbreak', 'br', 0)
    state.pos = found.end()
    return True
