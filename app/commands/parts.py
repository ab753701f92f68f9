"""Cutting a long text into parts a model can read, on the bounds of paragraphs and sentences."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.domain.document import Passage

WORDS_A_PIECE = 300
"""Words of the smallest piece a text is cut into."""

_SENTENCE = re.compile(r'.+?(?:[.!?…。！？]+["\'”’)\]]*(?=\s|$)|$)\s*', re.DOTALL)


def split_text(text: str, words: int = WORDS_A_PIECE) -> list[str]:
    """Cut a text on sentence bounds into pieces of at most `words` words; a longer sentence is cut between words."""
    pieces: list[list[str]] = []
    for sentence in _sentences(text, words):
        if not pieces or len(pieces[-1]) + len(sentence) > words:
            pieces.append([])
        pieces[-1] += sentence
    return [' '.join(piece) for piece in pieces]


def _sentences(text: str, words: int) -> Iterator[list[str]]:
    for found in _SENTENCE.finditer(text):
        said = found[0].split()
        for first in range(0, len(said), words):
            yield said[first : first + words]


def smaller(passages: Sequence[Passage], words: int = WORDS_A_PIECE) -> list[Passage]:
    """Cut passages that are longer; what is cut off begins at no time of its own."""
    return [
        Passage(piece, passage.start if number == 0 else None)
        for passage in passages
        for number, piece in enumerate(split_text(passage.text, words))
    ]


@dataclass(frozen=True, slots=True)
class Part:
    """Pieces from `first` up to but not including `end`."""

    first: int
    end: int


def plan(costs: Sequence[int], room: int, first: int = 0) -> list[Part]:
    """Put pieces together to as few parts as possible, about equally long, from piece `first` on.

    `costs` are the tokens of all pieces. A part has at most `room` tokens; a piece that has more is a part by itself.
    """
    fewest = _filled(costs, room, first)
    smallest, enough = 0, room
    while smallest < enough:  # the least room that needs no part more
        middle = (smallest + enough) // 2
        if len(_filled(costs, middle, first)) > len(fewest):
            smallest = middle + 1
        else:
            enough = middle
    return _filled(costs, enough, first)


def _filled(costs: Sequence[int], room: int, first: int) -> list[Part]:
    """Fill one part after the other."""
    parts: list[Part] = []
    taken = 0
    for index in range(first, len(costs)):
        if parts and taken + costs[index] <= room:
            parts[-1] = Part(parts[-1].first, index + 1)
            taken += costs[index]
        else:
            parts.append(Part(index, index + 1))
            taken = costs[index]
    return parts
