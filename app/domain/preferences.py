"""What a person wants of every model, whichever browser they use."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.model import ModelRef

Number = int | float


@dataclass(frozen=True, slots=True)
class Range:
    """From where to where a number may go, both included; `whole` if it counts something."""

    least: Number
    most: Number
    whole: bool = False

    def holds(self, value: object) -> bool:
        """Tell whether a value is a number in this range."""
        if isinstance(value, bool) or not isinstance(value, int if self.whole else int | float):
            return False
        return self.least <= value <= self.most


PARAMETERS: Mapping[str, Range] = {
    'temperature': Range(0, 2),
    'top_p': Range(0, 1),
    'top_k': Range(1, 1000, whole=True),
    'min_p': Range(0, 1),
    'repeat_penalty': Range(0.5, 2),
    'num_predict': Range(1, 131_072, whole=True),
    'seed': Range(0, 2**31 - 1, whole=True),
}
"""Sampling options a person may set, by Ollama's names (`docs/modelfile.md` in its repository) and in this order.

Ollama takes more, such as -1 for no limit; that is what leaving one out means here.
"""

LONGEST_PROMPT = 20_000
"""Characters of an instruction: more would leave a small window nothing for the conversation."""

LEAST_NUM_CTX = 512
"""Tokens of the smallest context window: less holds no question and answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalPreferences:
    """What one person has set. None (or empty) means that the app's own setting, or the model, decides.

    `parameters` are sampling options by name, each within its range in `PARAMETERS`. `num_ctx` is in tokens; it can
    make the window narrower than the app's, never wider. `titles` says whether a model names conversations.
    """

    default_model: ModelRef | None = None
    parameters: Mapping[str, Number] = field(default_factory=dict)
    num_ctx: int | None = None
    system_prompt: str = ''
    titles: bool | None = None
