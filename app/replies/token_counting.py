"""How many tokens a model makes of a text: the estimate, corrected by what its server counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from app.domain.model import ModelRef
from app.domain.prompt import PromptMessage
from app.replies.token_estimate import REPEATS, WORDS, weigh

TOKENS_PER_MESSAGE = 6
"""What a chat template adds around each message, roughly."""

TEMPLATE_TOKENS = 40
"""What a template may add once (a default instruction, the date): a count that is so far off teaches nothing."""

LEAST: Mapping[str, float] = MappingProxyType({WORDS: 0.35, REPEATS: 0.03})
LEAST_OF_OTHERS, MOST = 0.15, 3.0
"""How far from the estimate a count can be, in parts of it. All tokenizers that were tried are within."""

ROUNDS = 4
"""How often a correction is shared out: what one kind cannot take, as it is at its bound, the others get."""

SURELY = 0.75
"""The part of an estimate that is certainly there once the model's tokens were counted (1 / 1.33)."""


@dataclass(frozen=True, slots=True)
class TokenEstimator:
    """Estimates for one model. `factors` correct the estimate by kinds; empty as long as nothing was counted."""

    factors: Mapping[str, float] = field(default_factory=dict)

    def tokens(self, text: str) -> int:
        """Give the tokens of a message with this text; without a correction rather too many than too few."""
        return int(self.size(text)) + TOKENS_PER_MESSAGE

    def size(self, text: str) -> float:
        """Give the tokens of a text alone."""
        return sum(tokens * self.factors.get(kind, 1) for kind, tokens in weigh(text).items())

    def prompt_tokens(self, messages: Sequence[PromptMessage]) -> int:
        """Give the tokens of a prompt."""
        return sum(self.tokens(message.content) for message in messages)

    def least_tokens(self, messages: Sequence[PromptMessage]) -> int:
        """Give how many tokens a prompt has at the very least."""
        if self.factors:
            return int(SURELY * self.prompt_tokens(messages))
        return int(sum(tokens * _least(kind) for kind, tokens in _kinds(messages).items()))

    def taught(self, messages: Sequence[PromptMessage], counted: int) -> 'TokenEstimator':
        """Give the estimator that agrees with a server which counted so many tokens of a prompt.

        Of all corrections it is the least (Kaczmarz's method): a kind is corrected as far as the prompt consists of it.
        """
        kinds = _kinds(messages)
        factors = {**dict.fromkeys(kinds, 1.0), **self.factors}
        counted -= TOKENS_PER_MESSAGE * len(messages)
        for _ in range(ROUNDS):
            error = counted - sum(tokens * factors[kind] for kind, tokens in kinds.items())
            error -= max(-TEMPLATE_TOKENS, min(TEMPLATE_TOKENS, error))
            squares = sum(tokens**2 for tokens in kinds.values())
            for kind, tokens in kinds.items() if error else ():
                factors[kind] = max(_least(kind), min(MOST, factors[kind] + error * tokens / squares))
        return TokenEstimator(factors)


def is_count(messages: Sequence[PromptMessage], counted: int) -> bool:
    """Tell whether a number can be the tokens of a whole prompt: old servers count only what they had to read anew."""
    least = sum(tokens * _least(kind) for kind, tokens in _kinds(messages).items())
    most = sum(MOST * tokens for tokens in _kinds(messages).values()) + TEMPLATE_TOKENS
    return least <= counted <= most + 2 * TOKENS_PER_MESSAGE * len(messages)


def _kinds(messages: Sequence[PromptMessage]) -> dict[str, float]:
    kinds: dict[str, float] = {}
    for message in messages:
        for kind, tokens in weigh(message.content).items():
            kinds[kind] = kinds.get(kind, 0) + tokens
    return kinds


def _least(kind: str) -> float:
    return LEAST.get(kind, LEAST_OF_OTHERS)


class TokenCounts:
    """What was learned of each model's tokens since the start. Until a server counted, the plain estimate holds."""

    def __init__(self) -> None:
        self._estimators: dict[ModelRef, TokenEstimator] = {}

    def of(self, model: ModelRef) -> TokenEstimator:
        """Give what is known of a model."""
        return self._estimators.get(model, UNTAUGHT)

    def learn(self, model: ModelRef, messages: Sequence[PromptMessage], counted: int) -> None:
        """Note what a server counted of a prompt."""
        self._estimators[model] = self.of(model).taught(messages, counted)


UNTAUGHT = TokenEstimator()
