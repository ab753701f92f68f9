"""Finds in a text, as it was written, what the index found in its folded form, and cuts out what stands around it."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from app.domain.search import Fragment
from app.storage.rows import search_key
from app.storage.search_terms import Term, is_wide, words_of

BEFORE, LENGTH = 28, 180
"""Characters of a snippet before its first hit and in all: two or three lines of a narrow column."""

SEARCHED = 200_000
"""Characters of a text in which hits are looked for."""

SEARCHED_IN_ALL, SEARCHED_AT_LEAST = 500_000, 4_000
"""Characters of all texts of a search in which hits are looked for, and those of each text when that is used up."""

AT_A_TIME, OVERLAP = 4_000, 400
"""Characters given to `re` in one call, during which no other thread runs, and how far a hit may reach beyond them."""

NEARBY = 4_000
"""Characters after the first hit among which the place with the most different terms is chosen."""

_MARKUP = re.compile(r'(?<!\w)\*+|\*+(?!\w)|`+|(?m:^\s*(?:#{1,6}|[-+>|])\s)')
_SPACES = re.compile(r'\s+')


class Marker:
    """Marks the hits of one search in any number of texts."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self._strict = _pattern(terms, whole_words=True)
        self._loose = _pattern(terms, whole_words=False)
        self._left = SEARCHED_IN_ALL

    def title(self, title: str) -> tuple[Fragment, ...]:
        """Mark all hits; in titles any part of a word counts."""
        return tuple(_fragments(title, 0, len(title), self._loose))

    def snippet(self, text: str) -> tuple[Fragment, ...]:
        """Cut out the place that has the most of what was looked for; its beginning if nothing can be marked."""
        pattern, first = self._first_hit(text)
        start = _best_place(text, pattern, first) if pattern and first else 0
        end = min(start + LENGTH, len(text))
        cut = [Fragment('…')] if start else []
        cut += [Fragment(_plain(each.text), each.is_hit) for each in _fragments(text, start, end, pattern)]
        if end < len(text):
            cut.append(Fragment('…'))
        return tuple(each for each in cut if each.text)

    def _first_hit(self, text: str) -> tuple[re.Pattern[str] | None, re.Match[str] | None]:
        """Look for whole words, else for parts; give the pattern that marks, and where it was found first."""
        end = min(len(text), SEARCHED, max(self._left, SEARCHED_AT_LEAST))
        for pattern in filter(None, (self._strict, self._loose)):
            found = _search(pattern, text, end)
            self._left -= found.start() if found else end
            if found:
                return pattern, found
        return self._loose, None


def _search(pattern: re.Pattern[str], text: str, end: int) -> re.Match[str] | None:
    """Find the first match that begins before `end`, in steps between which other threads may run."""
    for start in range(0, end, AT_A_TIME):
        stop = min(start + AT_A_TIME, end)
        found = pattern.search(text, start, stop + OVERLAP)
        if found and found.start() < stop:
            return found
    return None


def _best_place(text: str, pattern: re.Pattern[str], first: re.Match[str]) -> int:
    """Give where the snippet begins: a little before a hit, at the beginning of a word."""
    nearby = pattern.finditer(text, first.start(), first.end() + NEARBY)
    places = [(match.start(), match.lastgroup) for match in nearby]
    near: Counter[str | None] = Counter()  # the terms a snippet from `start` on would show
    best, most, end = first.start(), 0, 0
    for start, name in places:
        while end < len(places) and places[end][0] < start + LENGTH - BEFORE:
            near[places[end][1]] += 1
            end += 1
        if len(near) > most:
            best, most = start, len(near)
        near[name] -= 1
        if not near[name]:
            del near[name]
    if best <= BEFORE:
        return 0
    space = re.compile(r'\s').search(text, best - BEFORE, best)
    return space.end() if space else best - BEFORE


def _fragments(text: str, start: int, end: int, pattern: re.Pattern[str] | None) -> list[Fragment]:
    found, at = [], start
    for match in pattern.finditer(text, start, end + OVERLAP) if pattern else ():
        if match.start() >= end:
            break
        found += [Fragment(text[at : match.start()]), Fragment(match.group(), is_hit=True)]
        at = match.end()
    found.append(Fragment(text[at:end]))
    return [each for each in found if each.text]


def _plain(text: str) -> str:
    """Leave out the marks of Markdown that would only be in the way, and line breaks."""
    return _SPACES.sub(' ', _MARKUP.sub('', text))


def _pattern(terms: Sequence[Term], *, whole_words: bool) -> re.Pattern[str] | None:
    alternatives = []
    for number, term in enumerate(terms):
        words = words_of(_folded(term.text))
        said = _one_after_the_other(words) if words else re.escape(term.text)
        if words and whole_words and not term.is_wide:
            said = rf'(?<![^\W_]){said}' + ('' if term.is_prefix else r'(?![^\W_])')
        alternatives.append(f'(?P<term{number}>{said})')
    return re.compile('|'.join(alternatives)) if alternatives else None


def _one_after_the_other(words: Sequence[str]) -> str:
    """Write words with whatever may stand between them: something must, but beside a script without spaces."""
    said = ''.join(map(_any_form, words[0]))
    for before, word in pairwise(words):
        said += (r'[\W_]*' if is_wide(before) or is_wide(word) else r'[\W_]+') + ''.join(map(_any_form, word))
    return said


def _folded(text: str) -> str:
    """Leave out case and accents; scripts without spaces have none, and would fall into pieces."""
    return ''.join(char if is_wide(char) else search_key(char) for char in text)


def _any_form(char: str) -> str:
    """Give a pattern for a letter in any case, with or without accents, in one character or several."""
    forms = ''.join(re.escape(form) for form in _forms().get(char, char))
    return f'[{forms}][\u0300-\u036f]*' if len(forms) > 1 else re.escape(char)


@lru_cache(maxsize=1)
def _forms() -> Mapping[str, str]:
    """Give for a letter all those that the search takes for it. Scanned once, a few milliseconds."""
    forms: dict[str, list[str]] = defaultdict(list)
    for char in map(chr, (*range(0x80), *range(0xC0, 0x590), *range(0x1E00, 0x2000), *range(0xFF10, 0xFF5B))):
        if char.isalnum() and len(key := search_key(char)) == 1:
            forms[key].append(char)
    return {key: ''.join(chars) for key, chars in forms.items()}
