"""Reads what a person typed into the search: words, "phrases", and the beginning of a word at the end."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from app.storage.rows import storable

MOST_TERMS = 16
"""Words that are looked for; nobody types more, and a text that was pasted is found by its beginning."""

MOST_WORDS = 24
"""Words in all terms, those of a phrase and the characters of scripts without spaces counted one by one.

What a search costs grows with them; of a sentence that was pasted they say which one it is.
"""

LONGEST_TERM = 200
"""Characters of a term that count."""

LONGEST_TEXT = 4_000
"""Characters that are looked at."""

# Scripts without spaces between words, and Korean. Should it change, a migration has to make the index anew.
WIDE = (
    '\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u312f\u3400-\u4dbf\u4e00-\u9fff'
    '\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0002fa1f'
)
_WIDE, _WIDE_RUN = re.compile(f'[{WIDE}]'), re.compile(f'[{WIDE}]+')
_WORD = re.compile(rf'[{WIDE}]|(?:(?![{WIDE}])[^\W_])+')
_TERM = re.compile(r'"([^"]*)("|$)|([^\s"]+)')


@dataclass(frozen=True, slots=True)
class Term:
    """Something that must be found. `is_prefix` says that its last word may go on."""

    text: str
    is_prefix: bool = False

    @property
    def is_wide(self) -> bool:
        """Say whether it is in a script without spaces, so that it is found wherever its characters stand."""
        return is_wide(self.text)

    @property
    def has_words(self) -> bool:
        """Say whether it has a letter or digit. Other signs are not in the index, only in titles."""
        return any(char.isalnum() for char in self.text)


def is_wide(text: str) -> bool:
    """Say whether something in a text is in a script without spaces."""
    return _WIDE.search(text) is not None


def words_of(text: str) -> list[str]:
    """Give the words as an index has them: runs of letters and digits, and each character of such a script."""
    return _WORD.findall(text)


def spaced(text: str) -> str:
    """Put spaces around each character of such a script, so that an index takes it for a word."""
    return _WIDE_RUN.sub(lambda run: f' {" ".join(run[0])} ', text)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for, and whether more was asked for than that."""

    terms: tuple[Term, ...]
    is_cut: bool = False


def wanted(text: str) -> Wanted:
    """Take what was typed apart. Signs of any query language have no meaning here, but for the quotation mark.

    One letter alone is a word, not the beginning of one: half of all words begin with it. What is said twice is looked
    for once, and of very much the beginning: `MOST_TERMS` with `MOST_WORDS`.
    """
    found: dict[str, Term] = {}
    left, is_cut = MOST_WORDS, len(text) > LONGEST_TEXT
    for term in _terms(_looked_at(text)):
        if term.text in found:
            continue
        if not left or len(found) == MOST_TERMS:
            return Wanted(tuple(found.values()), is_cut=True)
        kept = _beginning(term, left)
        left -= len(words_of(kept.text))
        is_cut = is_cut or kept != term
        found[kept.text] = kept
    return Wanted(tuple(found.values()), is_cut)


def _looked_at(text: str) -> str:
    if len(text) <= LONGEST_TEXT:
        return text
    beginning = text[:LONGEST_TEXT]
    return beginning.rpartition(' ')[0] or beginning  # half a word would be another one


def _terms(text: str) -> Iterator[Term]:
    text = unicodedata.normalize('NFC', storable(text))
    for match in _TERM.finditer(text):
        phrase, closing, word = match.groups()
        said = ' '.join((word or phrase).split())
        if said:
            is_open = match.end() == len(text) and closing != '"'
            yield Term(said, is_prefix=is_open and len(said) > 1 and not _ends_in_one_letter(said))


def _ends_in_one_letter(said: str) -> bool:
    """Say whether the last word has one letter, also with signs around it (`w*`)."""
    last = ''.join(words_of(said)[-1:])
    return len(last) == 1 and not is_wide(last)


def _beginning(term: Term, words: int) -> Term:
    """Leave what counts: whole words, and of one that is too long its beginning."""
    ends = [match.end() for match in islice(_WORD.finditer(term.text[:LONGEST_TERM]), words + 1)]
    if len(ends) > words:
        return Term(term.text[: ends[words - 1]])
    return term if len(term.text) <= LONGEST_TERM else Term(term.text[:LONGEST_TERM], is_prefix=True)
