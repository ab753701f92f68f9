"""What `doctor` finds."""

from dataclasses import dataclass
from enum import StrEnum


class Weight(StrEnum):
    """How much a finding matters, as the sign that is shown before it."""

    FINE = '✓'
    NOTE = '•'
    FAULT = '✗'


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, and what to do about it (empty if nothing is to be done)."""

    weight: Weight
    text: str
    advice: str = ''


def fine(text: str) -> Finding:
    """Something is as it should be."""
    return Finding(Weight.FINE, text)


def note(text: str, advice: str) -> Finding:
    """The app runs all the same, but not as well as it could."""
    return Finding(Weight.NOTE, text, advice)


def fault(text: str, advice: str) -> Finding:
    """The app does not run, or cannot answer."""
    return Finding(Weight.FAULT, text, advice)
