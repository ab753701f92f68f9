"""Cutting a long text into parts a model can read, on the bounds of paragraphs and sentences."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.domain.document import Passage

WORDS_A_PIECE = 300
"""Words of the smallest piece a text is cut into."""

LONGEST_WORD = 40
"""Characters after which something without spaces counts as several words; a word is rarely half as long."""

WIDE = '\u2e80-\U0010ffff'
"""Chinese, Japanese and Korean need no spaces; each character counts as a word, as it does for models."""

_WORD = re.compile(rf'[{WIDE}]|[^\s{WIDE}]{{1,{LONGEST_WORD}}}')
_SENTENCE_END = re.compile(r'(?<![.!?…])[.!?…]++["\'”’)\]]*+(?=\s)|[。！？]+["”’）」』]*')
"""Each run of marks is looked at once: from every mark anew, a line of dots would cost the square of its length."""


def split_text(text: str, words: int = WORDS_A_PIECE) -> list[str]:
    """Cut a text on sentence bounds into pieces of at most `words` words; a longer sentence is cut between words."""
    pieces: list[tuple[int, int]] = []
    counted = 0
    for begin, end, count in _sentences(text, words):
        if pieces and counted + count <= words:
            pieces[-1] = (pieces[-1][0], end)
            counted += count
        else:
            pieces.append((begin, end))
            counted = count
    return [' '.join(text[begin:end].split()) for begin, end in pieces]


def _sentences(text: str, words: int) -> Iterator[tuple[int, int, int]]:
    """Give where each sentence begins and ends, and how many words it has; one that is too long comes in several."""
    begin = 0
    for end in [*(found.end() for found in _SENTENCE_END.finditer(text)), len(text)]:
        starts = [word.start() for word in _WORD.finditer(text, begin, end)]
        for first in range(0, len(starts), words):
            rest = starts[first : first + words + 1]
            yield rest[0], rest[words] if len(rest) > words else end, min(len(rest), words)
        begin = end


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
