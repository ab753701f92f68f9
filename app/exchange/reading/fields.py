"""What becomes of the fields of other programs' files: the words in which the tables of the formats say it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class Fate(StrEnum):
    """Where one finds again what stands in a field."""

    TEXT = 'in the text of the message'
    THOUGHTS = 'among its thoughts'
    FOLDED = 'folded beside the text'
    SOURCE = 'among its sources'
    KNOWN = 'as what is known of a message or a conversation: its place, time, model, figures, names'
    LEFT = 'left out: nobody was shown it, or it stands elsewhere too'


def unknown(value: Mapping[str, Any], known: Mapping[str, Fate]) -> dict[str, Any]:
    """Give the fields that are not in a table and say something: sentences, and whatever is made of several values."""
    return {name: each for name, each in value.items() if name not in known and _says_something(each)}


def _says_something(value: Any) -> bool:
    return ' ' in value.strip() if isinstance(value, str) else isinstance(value, dict | list) and bool(value)
