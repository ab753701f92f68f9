"""Preferring: what a person wants of every model, and what that makes of the app's own settings."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from nicegui import Event

from app.chat.models import ModelCatalog
from app.domain.model import ModelRef
from app.domain.preferences import LEAST_NUM_CTX, LONGEST_PROMPT, PARAMETERS, Number, PersonalPreferences, Range
from app.errors import InvalidInput
from app.storage.preferences import Change, Preferences


@dataclass(frozen=True, slots=True, kw_only=True)
class Guidance:
    """How a model is asked: at most `num_ctx` tokens of context, `system_prompt` first, with these `parameters`.

    `titles` says whether it is asked to name conversations as well.
    """

    num_ctx: int
    system_prompt: str = ''
    parameters: Mapping[str, Number] = field(default_factory=dict)
    titles: bool = True


class Preferring:
    """Reads and changes preferences. `base` is what the app's settings say; `changed` names whose were changed."""

    def __init__(self, preferences: Preferences, catalog: ModelCatalog, base: Guidance) -> None:
        self.changed: Event[str] = Event()
        self.base = base
        self._preferences = preferences
        self._catalog = catalog

    async def read(self, owner_id: str) -> PersonalPreferences:
        """Give what a person has set."""
        return await self._preferences.get(owner_id)

    async def guidance(self, owner_id: str) -> Guidance:
        """Say how models are asked for a person. The window is one for all of their conversations.

        Another window would make Ollama load the model anew, so nothing else has a say in it.
        """
        own = await self._preferences.get(owner_id)
        return Guidance(
            num_ctx=min(own.num_ctx or self.base.num_ctx, self.base.num_ctx),
            system_prompt=own.system_prompt or self.base.system_prompt,
            parameters={**self.base.parameters, **own.parameters},
            titles=self.base.titles and own.titles is not False,
        )

    async def default_model(self, owner_id: str) -> ModelRef:
        """Give the model for a new conversation: the person's own if it is there, else that of the settings."""
        return self._catalog.default((await self._preferences.get(owner_id)).default_model)

    async def titles_wanted(self, owner_id: str) -> bool:
        """Tell whether a model may name a person's conversations; it may unless they or the settings said no."""
        return (await self.guidance(owner_id)).titles

    async def choose_model(self, owner_id: str, model: ModelRef | None) -> None:
        """Let new conversations begin with a model; None leaves that to the settings."""
        await self._change(owner_id, lambda own: replace(own, default_model=model))

    async def set_parameter(self, owner_id: str, name: str, value: Number | None) -> None:
        """Set a sampling option; None leaves it to the model.

        Raises:
            InvalidInput: there is no such option, or the value is out of its range.
        """
        if name not in PARAMETERS:
            raise InvalidInput(name=name)
        if value is not None:
            value = _checked(value, PARAMETERS[name])

        def changed(own: PersonalPreferences) -> PersonalPreferences:
            others = {each: known for each, known in own.parameters.items() if each != name}
            return replace(own, parameters=others if value is None else others | {name: value})

        await self._change(owner_id, changed)

    async def reset_parameters(self, owner_id: str) -> None:
        """Leave every sampling option to the model."""
        await self._change(owner_id, lambda own: replace(own, parameters={}))

    async def set_num_ctx(self, owner_id: str, tokens: Number | None) -> None:
        """Make the context window narrower than the app's setting; None takes that.

        Raises:
            InvalidInput: it would be too small, or wider than the setting.
        """
        if tokens is not None:
            tokens = int(_checked(tokens, self.window_range))
        await self._change(owner_id, lambda own: replace(own, num_ctx=tokens))

    async def set_system_prompt(self, owner_id: str, text: str) -> None:
        """Set the instruction that stands before every conversation; an empty one leaves it to the settings.

        Raises:
            InvalidInput: it is too long.
        """
        text = text.strip()
        if len(text) > LONGEST_PROMPT:
            raise InvalidInput(reason='long_prompt', longest=LONGEST_PROMPT)
        await self._change(owner_id, lambda own: replace(own, system_prompt=text))

    async def set_titles(self, owner_id: str, wanted: bool) -> None:
        """Say whether a model may name conversations."""
        await self._change(owner_id, lambda own: replace(own, titles=wanted))

    @property
    def window_range(self) -> Range:
        """How many tokens a person may choose for the context window."""
        return Range(LEAST_NUM_CTX, max(LEAST_NUM_CTX, self.base.num_ctx), whole=True)

    async def _change(self, owner_id: str, change: Change) -> None:
        await self._preferences.change(owner_id, change)
        self.changed.emit(owner_id)


def _checked(value: Number, allowed: Range) -> Number:
    """Give the value as it is kept: whole where it counts something.

    Raises:
        InvalidInput: it is out of range or no number.
    """
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        value = int(value)
    if not allowed.holds(value):
        raise InvalidInput(reason='out_of_range', least=allowed.least, most=allowed.most)
    return value
