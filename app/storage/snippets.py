"""Finds in a text, as it was written, what the index found in its folded form, and cuts out what stands around it."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache

from app.domain.search import Fragment
from app.storage.rows import search_key
from app.storage.search_terms import Term, is_wide

BEFORE, LENGTH = 28, 180
"""Characters of a snippet before its first hit and in all: two or three lines of a narrow column."""

SEARCHED = 200_000
"""Characters of a text in which hits are looked for."""

NEARBY = 4_000
"""Characters after the first hit among which the place with the most different terms is chosen."""

_MARKUP = re.compile(r'(?<!\w)\*+|\*+(?!\w)|`+|(?m:^\s*(?:#{1,6}|[-+>|])\s)')
_SPACES = re.compile(r'\s+')


class Marker:
    """Marks the hits of one search in any number of texts."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self._strict = _pattern(terms, whole_words=True)
        self._loose = _pattern(terms, whole_words=False)

    def title(self, title: str) -> tuple[Fragment, ...]:
        """Mark all hits; in titles any part of a word counts."""
        return tuple(_fragments(title, 0, len(title), self._loose))

    def snippet(self, text: str) -> tuple[Fragment, ...]:
        """Cut out the place that has the most of what was looked for; its beginning if nothing can be marked."""
        text = text[:SEARCHED]
        pattern = self._strict if self._strict is None or self._strict.search(text) else self._loose
        start = _best_place(text, pattern)
        end = min(start + LENGTH, len(text))
        cut = [Fragment('…')] if start else []
        cut += [Fragment(_plain(each.text), each.is_hit) for each in _fragments(text, start, end, pattern)]
        if end < len(text):
            cut.append(Fragment('…'))
        return tuple(each for each in cut if each.text)


def _best_place(text: str, pattern: re.Pattern[str] | None) -> int:
    """Give where the snippet begins: a little before a hit, at the beginning of a word."""
    first = pattern.search(text) if pattern else None
    if pattern is None or first is None:
        return 0
    nearby = pattern.finditer(text, first.start(), first.end() + NEARBY)
    places = [(match.start(), match.lastgroup) for match in nearby]
    best, most = 0, 0
    for number, (start, _) in enumerate(places):
        near = {name for at, name in places[number:] if at < start + LENGTH - BEFORE}
        if len(near) > most:
            best, most = start, len(near)
    if best <= BEFORE:
        return 0
    space = re.compile(r'\s').search(text, best - BEFORE, best)
    return space.end() if space else best - BEFORE


def _fragments(text: str, start: int, end: int, pattern: re.Pattern[str] | None) -> list[Fragment]:
    found, at = [], start
    for match in pattern.finditer(text, start) if pattern else ():
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
        words = [''.join(map(_any_form, word)) for word in re.findall(r'[^\W_]+', _folded(term.text))]
        said = r'[\W_]+'.join(words) if words else re.escape(term.text)
        if words and whole_words and not term.is_wide:
            said = rf'(?<![^\W_]){said}' + ('' if term.is_prefix else r'(?![^\W_])')
        alternatives.append(f'(?P<term{number}>{said})')
    return re.compile('|'.join(alternatives)) if alternatives else None


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
