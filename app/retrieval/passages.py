"""The passages closest to a question, by the words they share: BM25, which needs no model and no index.

Source: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with their usual
constants. Words are compared without case, accents and endings, so that it works for Portuguese and English alike.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from math import log

from app.domain.document import Passage

K1, B = 1.2, 0.75
STEM = 6
"""Characters of a word that are compared: endings of plural, gender and tense come later."""

SHORTEST_WORD = 3

_WORD = re.compile(r'\w+')


def closest(passages: Sequence[Passage], question: str, room: int, tokens: Callable[[str], int]) -> list[int]:
    """Give the indices of the passages that fit into `room` tokens, in order of the document.

    All of them if they fit. Otherwise the closest ones, each with what stands beside it as far as there is room; where
    nothing matches (`summarise this`), as many as fit, spread evenly over the whole.
    """
    costs = [tokens(passage.text) for passage in passages]
    if sum(costs) <= room:
        return [*range(len(passages))]
    scores = _scores([_terms(passage.text) for passage in passages], _terms(question))
    best = sorted((index for index, score in enumerate(scores) if score > 0), key=lambda index: -scores[index])
    wanted = [*best, *(index + side for index in best for side in (1, -1)), *_spread(len(passages))]
    chosen: set[int] = set()
    for index in wanted:
        if 0 <= index < len(passages) and index not in chosen and costs[index] <= room:
            chosen.add(index)
            room -= costs[index]
    return sorted(chosen)


def _scores(documents: Sequence[Counter[str]], question: Counter[str]) -> list[float]:
    lengths = [document.total() for document in documents]
    average = sum(lengths) / len(lengths) or 1
    known = {term: sum(term in document for document in documents) for term in question}
    weights = {term: log(1 + (len(documents) - count + 0.5) / (count + 0.5)) for term, count in known.items()}
    return [
        sum(
            weights[term] * document[term] * (K1 + 1) / (document[term] + K1 * (1 - B + B * length / average))
            for term in question
        )
        for document, length in zip(documents, lengths, strict=True)
    ]


def _terms(text: str) -> Counter[str]:
    decomposed = unicodedata.normalize('NFKD', text.casefold())
    plain = ''.join(char for char in decomposed if not unicodedata.combining(char))
    return Counter(word[:STEM] for word in _WORD.findall(plain) if len(word) >= SHORTEST_WORD)


def _spread(count: int) -> list[int]:
    """Give all indices so that any first part of them lies evenly over the whole: 0, the middle, the quarters …"""
    order, step = [0], 1.0
    while len(order) < count:
        step /= 2
        order += [int(count * step * part) for part in range(1, int(1 / step), 2)]
    return [*dict.fromkeys(order), *range(count)]
