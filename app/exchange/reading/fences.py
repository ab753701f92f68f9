"""Tells code in Markdown from what is around it, at a cost that is linear in its length whatever it is."""

import re
from collections.abc import Callable, Iterator

FENCE = r'^[ \t]*+(?:(?:[-*+]|\d{1,9}[.)])[ \t]++)*+(?P<fence>`{3,}+(?=[^`\n]*$)|~{3,}+)[^\n]*'
"""The first line of a block of code, also in a list; to be used with `re.MULTILINE`. More backticks make it none."""

_OPENING = re.compile(FENCE, re.MULTILINE)
_CLOSING = re.compile(r'^[ \t]*+(`{3,}|~{3,})[ \t]*+$', re.MULTILINE)
_TICKS = re.compile('`++')


def behind(text: str, opening: re.Match[str]) -> int:
    """Give where the code ends that begins with a match of `FENCE`, -1 if it goes on to the end of the text."""
    fence = opening['fence']
    for closing in _CLOSING.finditer(text, opening.end()):
        if closing[1][0] == fence[0] and len(closing[1]) >= len(fence):
            return closing.end()
    return -1


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """Change what is no code, neither a block nor a span between backticks."""
    return ''.join(piece if is_code else change(piece) for is_code, piece in _told_apart(text))


class Code:
    """The code in a text. Places in it are asked for from its beginning to its end."""

    def __init__(self, text: str) -> None:
        self._pieces = _told_apart(text)
        self._is_code, self._end = False, 0

    def holds(self, place: int) -> bool:
        """Tell whether what stands there is code."""
        while self._end <= place and (piece := next(self._pieces, None)) is not None:
            self._is_code = piece[0]
            self._end += len(piece[1])
        return self._is_code


def _told_apart(text: str) -> Iterator[tuple[bool, str]]:
    at = 0
    while (opening := _OPENING.search(text, at)) is not None:
        end = behind(text, opening)
        end = len(text) if end < 0 else end
        yield from _spans(text[at : opening.start()])
        yield True, text[opening.start() : end]
        at = end
    yield from _spans(text[at:])


def _spans(text: str) -> Iterator[tuple[bool, str]]:
    """Tell spans of code apart: each begins with some backticks and ends with as many."""
    runs = list(_TICKS.finditer(text))
    ends: dict[int, list[int]] = {}
    for number in range(len(runs) - 1, -1, -1):
        ends.setdefault(len(runs[number][0]), []).append(number)
    at = number = 0
    while number < len(runs):
        same = ends[len(runs[number][0])]
        while same and same[-1] <= number:
            same.pop()
        if same:
            end = runs[same[-1]].end()
            yield False, text[at : runs[number].start()]
            yield True, text[runs[number].start() : end]
            at, number = end, same[-1]
        number += 1
    yield False, text[at:]
