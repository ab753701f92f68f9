"""Where code stands in a Markdown text: which line ends a fence, and whether a text in pieces is inside code.

Inside a fence of Markdown other fences may stand, with markers of the same length, as models write them. To CommonMark
the first bare line of markers ends the outer fence, so a README that holds code falls apart. The rule here: in a fence
whose info string is `markdown` or `md`, a line of markers with an info string begins an inner fence, and the next bare
line of markers ends that one; a bare line ends the outer fence only when no inner one is open. Markers that are shorter
than the outer ones cannot be mistaken and mean nothing. Each line is decided by what stands before it.
"""

import re

_NAMES = frozenset({'markdown', 'md'})
_RUN = re.compile(r' {0,3}(?P<markers>`{3,}|~{3,})(?P<info>.*)', re.DOTALL)
_FENCE = re.compile(r'[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}(?=[^`]*\Z)|~{3,})(.*)', re.DOTALL)

_LINE_HEAD = 100
"""Characters of a line that are looked at to tell whether it opens or closes a code fence."""


def holds_fences(info: str) -> bool:
    """Say whether a fence with that info string holds Markdown."""
    return bool(words := info.split(maxsplit=1)) and words[0].lower().strip('{.}') in _NAMES


class FenceEnd:
    """Finds the line that closes a fence. `markers` and `info` are those of its opening line."""

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

    def copy(self) -> 'FenceEnd':
        """Give another that has read the same."""
        other = FenceEnd(self._marker, '')
        other._open, other.longest = [*self._open], self.longest
        return other


class Code:
    """Whether a text that is read in pieces is inside code: a fence, or backticks within a line."""

    def __init__(self) -> None:
        self._fence: FenceEnd | None = None
        self._head = ''  # the beginning of the line, as far as it can be a fence's
        self._ticks = 0  # in the line
        self._is_after_blank = True  # the line before is blank, or there is none

    @property
    def is_open(self) -> bool:
        """Whether what comes next is code."""
        return self._fence is not None or self._ticks % 2 == 1 or _FENCE.match(self._head) is not None

    @property
    def is_at_line_start(self) -> bool:
        """Whether only white space stands before what comes next on its line."""
        return not self._head.strip()

    @property
    def is_at_paragraph_start(self) -> bool:
        """Whether what comes next begins a line after a blank one, or the text."""
        return self._is_after_blank and self.is_at_line_start

    def read(self, piece: str) -> None:
        """Take what comes next."""
        first, *others = piece.split('\n')
        self._grow(first)
        for line in others:
            self._end_line()
            self._grow(line)

    def copy(self) -> 'Code':
        """Give another that has read the same."""
        other = Code()
        other._fence = self._fence.copy() if self._fence else None
        other._head, other._ticks, other._is_after_blank = self._head, self._ticks, self._is_after_blank
        return other

    def _grow(self, piece: str) -> None:
        if len(self._head) < _LINE_HEAD:
            self._head += piece[:_LINE_HEAD]
        self._ticks += piece.count('`')

    def _end_line(self) -> None:
        if found := _FENCE.match(self._head):
            if self._fence is None:
                self._fence = FenceEnd(found[1], found[2])
            elif self._fence.closes(found[1] + found[2]):
                self._fence = None
        self._is_after_blank = not self._head.strip()
        self._head, self._ticks = '', 0
