"""Where `*`, `_` and `~` may begin and end emphasis: CommonMark's rule, widened for what people and models write.

CommonMark (0.31.2, 6.2) lets a run of marks beside punctuation count only if its other side is a space or punctuation,
which suits scripts that put spaces between words. Two things are added to it.

1. *Scripts without spaces.* A character of Chinese, Japanese or Korean on either side of a run counts as the space it
   stands for: `**重点。**后面`, `これは**「強調」**です`, `**용어(term)**를`. This is the CJK-friendly amendment to
   CommonMark (https://github.com/tats-u/markdown-cjk-friendly, `specification.md`, as of Unicode 17), and applies to
   `_` and `~~` as well. Here it holds for Thai, Lao, Tibetan, Burmese and Khmer too, which are written the same way.
2. *Bold stuck to a word* (`**Note:**text`, `word**(more)**`). A run of two or more `*` between the end of a phrase and
   a letter or digit closes emphasis if a run of the same length, that stood where a phrase can begin, is open. And one
   between a word and a bracket or quote opens it if the next `*` are as many, behind such a sign. So exponents
   (`(a+b)**n`), arguments (`f(**a,**b)`) and `5**,**6` are what they were.

One thing is taken away: a run of `*` inside a word with a digit at its side opens nothing, for it multiplies or raises
to a power (`2**3**4`, `x**2 + y**2`, `5*6*78`); it still closes (`**5**x faster`).
"""

import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import isPunctChar, isWhiteSpace
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Scanned
from markdown_it.token import Token

from app.rendering.bounds import CountingInline

_FIRST_CJK, _FIRST_EMOJI = 0x2E80, 0x1F000
"""Wide symbols (`So`, `Sk`) outside of these are emoji, which stand in texts of every script."""

_WITHOUT_SPACES = ((0x0E00, 0x0FFF), (0x1000, 0x109F), (0x1100, 0x11FF), (0x1780, 0x17FF), (0xE0100, 0xE01EF))
"""Thai, Lao, Tibetan; Burmese; Hangul letters that are not wide; Khmer; selectors of ideographs."""

_SELECTORS = range(0xFE00, 0xFE0F)
"""They choose the form of the character before them. The next one, U+FE0F, makes it an emoji."""

_ENDING = ('Pe', 'Pf', 'Pi', 'Po', 'Sc', 'So')
"""Categories a phrase may end with. Quotes have both kinds: what opens in one language closes in another."""

_NOT_ENDING = '*/\\&#@,'
_CLOSING = '.,:;!?'


@dataclass(frozen=True, slots=True)
class _Side:
    """What stands at one side of a run; the beginning and the end of a text are spaces."""

    is_space: bool
    is_punctuation: bool
    has_no_spaces: bool
    """It belongs to a script that is written without spaces."""
    parts_words: bool
    """It is one of these three."""
    is_digit: bool
    encloses: bool
    """It is a bracket or quote."""
    ends_phrase: bool
    lets_phrase_begin: bool


@lru_cache(maxsize=512)
def _side(char: str) -> _Side:
    category = unicodedata.category(char)
    parts_words = isWhiteSpace(ord(char)) or isPunctChar(char) or _has_no_spaces(char)
    return _Side(
        is_space=isWhiteSpace(ord(char)),
        is_punctuation=isPunctChar(char),
        has_no_spaces=_has_no_spaces(char),
        parts_words=parts_words,
        is_digit=char.isdecimal(),
        encloses=char in '"\'' or category in ('Ps', 'Pe', 'Pi', 'Pf'),
        ends_phrase=char in '"\'`' or (category in _ENDING and char not in _NOT_ENDING),
        lets_phrase_begin=parts_words and char not in _CLOSING and category != 'Pe',
    )


def _has_no_spaces(char: str) -> bool:
    code = ord(char)
    if any(first <= code <= last for first, last in _WITHOUT_SPACES):
        return True
    if unicodedata.east_asian_width(char) not in 'WFH':
        return False
    return _FIRST_CJK <= code < _FIRST_EMOJI or unicodedata.category(char) not in ('So', 'Sk')


def _leans(side: _Side, other: _Side) -> bool:
    """Say whether a run leans on one side of it: to the right it is what CommonMark calls left-flanking."""
    return not side.is_space and (not side.is_punctuation or side.has_no_spaces or other.parts_words)


class EmphasisInline(CountingInline):
    """The inline parser with the rule above."""

    def parse(self, src: str, md: MarkdownIt, env: Any, tokens: list[Token]) -> list[Token]:
        """Parse the text of a paragraph, heading or cell into `tokens`."""
        state = _State(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(''):
            rule(state)
        return state.tokens


class _State(StateInline):
    def __init__(self, src: str, md: MarkdownIt, env: Any, tokens: list[Token]) -> None:
        super().__init__(src, md, env, tokens)
        self._begun: dict[int, Counter[int]] = {}  # open phrases by length of their run, for each list of delimiters

    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803
        """Say whether the run at `start` can open and close emphasis, and how long it is."""
        end = self._end_of_run(start)
        before, after = self._before(start), self._after(end)
        left, right = _leans(after, before), _leans(before, after)
        can_open = left and (canSplitWord or not right or before.is_punctuation)
        can_close = right and (canSplitWord or not left or after.is_punctuation)
        if self.src[start] == '*' and not (before.parts_words or after.parts_words):
            can_open = can_open and not (before.is_digit or after.is_digit)
        run = Scanned(can_open, can_close, end - start)
        return self._noted(start, end, run) if self.src[start] == '*' and run.length > 1 else run

    def _noted(self, start: int, end: int, run: Scanned) -> Scanned:
        """Let a run open or close a phrase that a word is stuck to, and keep account of the phrases that are open."""
        begun = self._begun.setdefault(id(self.delimiters), Counter())
        before, after = self._before(start), self._after(end)
        if begun[run.length] and (run.can_close or (before.ends_phrase and not after.parts_words)):
            begun[run.length] -= 1
            return run if run.can_close else Scanned(False, True, run.length)
        opens = self._is_stuck_before(start, end)
        begun[run.length] += opens or (run.can_open and before.lets_phrase_begin)
        return Scanned(run.can_open or opens, run.can_close, run.length)

    def _is_stuck_before(self, start: int, end: int) -> bool:
        """Say whether a run stands between a word and a phrase in brackets or quotes that ends with such a run."""
        if not (self._after(end).encloses and self.src[max(start - 2, 0) : start].isalpha() and start > 1):
            return False
        closing = self.src.find('*', end, self.posMax)
        return closing >= 0 and self._end_of_run(closing) - closing == end - start and self._before(closing).encloses

    def _end_of_run(self, start: int) -> int:
        end = start
        while end < self.posMax and self.src[end] == self.src[start]:
            end += 1
        return end

    def _before(self, start: int) -> _Side:
        if start > 1 and ord(self.src[start - 1]) in _SELECTORS:
            start -= 1
        return _side(self.src[start - 1] if start else ' ')

    def _after(self, end: int) -> _Side:
        return _side(self.src[end] if end < self.posMax else ' ')
