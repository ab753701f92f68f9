"""Reads what a person typed into the search: words, "phrases", and the beginning of a word at the end."""

import re
import unicodedata
from dataclasses import dataclass

from app.storage.rows import storable

MOST_TERMS = 16
"""Words that are looked for; nobody types more, and a text that was pasted is found by its beginning."""

LONGEST_TERM = 200
"""Characters of a term that count."""

# As in the migration that made the index: scripts without spaces between words, and Korean.
WIDE = (
    '\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u312f\u3400-\u4dbf\u4e00-\u9fff'
    '\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0002fa1f'
)
_WIDE = re.compile(f'[{WIDE}]')
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


def terms(text: str) -> tuple[Term, ...]:
    """Take what was typed apart. Signs of any query language have no meaning here, but for the quotation mark.

    One letter alone is a word, not the beginning of one: half of all words begin with it.
    """
    found = []
    text = unicodedata.normalize('NFC', storable(text))
    for match in _TERM.finditer(text):
        phrase, closing, word = match.groups()
        said = ' '.join((word or phrase).split())[:LONGEST_TERM]
        if said:
            is_open = match.end() == len(text) and closing != '"'
            found.append(Term(said, is_prefix=is_open and len(said) > 1))
    return tuple(found[:MOST_TERMS])
