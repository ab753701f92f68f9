"""Something to say: words and signs that are as frequent as those of real languages."""

import random
from itertools import accumulate

from app.domain.message import Role

VOCABULARY = 30_000

FREQUENT = ('de', 'the', 'of', 'word', 'que')
"""The first words, of which most messages have several."""

SIGNS = '的中是一' + ''.join(map(chr, range(0x5000, 0x5600)))
"""Chinese characters, the most frequent first."""

MIXED = 0.4
"""Share of the messages that have some of them."""


class Language:
    """Words of which the first ones are frequent and most are rare, as in any language (Zipf's law)."""

    def __init__(self) -> None:
        self._random = random.Random(4)
        letters = 'aaaeeeooiiurrsssttnnlmdcpbvgfhjzãçéóê'
        words: dict[str, None] = {}
        while len(words) < VOCABULARY:
            length = self._random.randint(1, 3) if len(words) < 60 else 2 + int(self._random.expovariate(0.2))
            words[''.join(self._random.choices(letters, k=min(length, 14)))] = None
        self.words = [*FREQUENT, *list(words)[len(FREQUENT) :]]
        self._weights = list(accumulate(1 / (rank + 2.7) for rank in range(VOCABULARY)))
        self._sign_weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(SIGNS))))

    def text(self, role: Role) -> str:
        """Say something: 20 words in a question, 110 in an answer, some much more."""
        length = self._random.lognormvariate(2.8 if role is Role.USER else 4.5, 0.7)
        words = self._random.choices(self.words, cum_weights=self._weights, k=int(length) + 1)
        if self._random.random() < MIXED:
            words[::4] = map(self._with_signs, words[::4])
        return ' '.join(words)

    def _with_signs(self, word: str) -> str:
        """Go on in Chinese, beside a word or glued to it."""
        signs = self._random.choices(SIGNS, cum_weights=self._sign_weights, k=self._random.randint(1, 10))
        return self._random.choice((word, f'{word} ')) + ''.join(signs)

    def near(self, rank: int, count: int = 8) -> list[str]:
        """Give words that are about as frequent as the one of a rank."""
        return self.words[rank : rank + count]
