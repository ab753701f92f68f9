"""Which models can be asked, and which one a new conversation begins with."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.model import ModelInfo, ModelRef
from app.errors import ModelNotFound, ProviderError
from app.providers.base import Provider


@dataclass(frozen=True, slots=True)
class ModelsOverview:
    """What the servers said: all `models`, and for each provider that failed what went wrong; `known` once they did."""

    models: tuple[ModelInfo, ...] = ()
    faults: tuple[tuple[str, ProviderError], ...] = ()
    known: bool = False

    @property
    def has_own(self) -> bool:
        """Whether there is a model that runs where its server does."""
        return any(not info.remote_host for info in self.models)


class ModelCatalog:
    """The models of all providers, the first provider first. `default_model` is a name or a `provider/name`."""

    def __init__(self, providers: Sequence[Provider], default_model: str) -> None:
        self._providers = {provider.name: provider for provider in providers}
        self._default_model = default_model
        self.overview = ModelsOverview()

    @property
    def main(self) -> Provider:
        """The provider that is asked when nothing else was chosen."""
        return next(iter(self._providers.values()))

    @property
    def providers(self) -> tuple[Provider, ...]:
        """Everybody who can be asked."""
        return tuple(self._providers.values())

    @property
    def is_demo(self) -> bool:
        """Tell whether no real model answers."""
        return self.main.is_demo

    @property
    def wanted(self) -> ModelRef:
        """The model a new conversation should have if it is there."""
        provider, slash, name = self._default_model.partition('/')
        if slash and provider in self._providers:
            return ModelRef(provider, name)
        return ModelRef(self.main.name, self._default_model)

    def provider(self, ref: ModelRef) -> Provider:
        """Give the provider of a model.

        Raises:
            ModelNotFound: its provider is not configured (any more).
        """
        if ref.provider not in self._providers:
            raise ModelNotFound(model=ref.name, provider=ref.provider)
        return self._providers[ref.provider]

    def askable(self, ref: ModelRef | None) -> ModelRef | None:
        """Give a model if its provider is configured, None for one of elsewhere: an import brings such names."""
        return ref if ref is not None and ref.provider in self._providers else None

    async def refresh(self) -> ModelsOverview:
        """Ask every provider what it has."""
        answers = await asyncio.gather(*(_models(provider) for provider in self._providers.values()))
        models = tuple(info for found, _ in answers for info in found)
        faults = tuple(
            (name, fault) for name, (_, fault) in zip(self._providers, answers, strict=True) if fault is not None
        )
        self.overview = ModelsOverview(models, faults, known=True)
        return self.overview

    async def describe(self, ref: ModelRef) -> ModelInfo:
        """Say what a model can do."""
        return await self.provider(ref).describe(ref.name)

    def default(self, preferred: ModelRef | None = None) -> ModelRef:
        """Give the model for a new conversation: the preferred one, the wanted one, or the first that runs here.

        One that runs elsewhere is never begun with unless somebody named it: what it is asked leaves the machine.
        """
        refs = [info.ref for info in self.overview.models]
        for wish in filter(None, (preferred, self.wanted)):
            for ref in refs:
                if ref == wish or ref == ModelRef(wish.provider, f'{wish.name}:latest'):
                    return ref
        local = [info.ref for info in self.overview.models if not info.remote_host]
        return local[0] if local else preferred or self.wanted

    def is_gone(self, ref: ModelRef) -> bool:
        """Tell whether a model is not there any more; False while its server says nothing."""
        failed = {name for name, _ in self.overview.faults}
        known = self.overview.known and ref.provider not in failed
        return known and all(info.ref != ref for info in self.overview.models)


async def _models(provider: Provider) -> tuple[list[ModelInfo], ProviderError | None]:
    try:
        return await provider.models(), None
    except ProviderError as error:
        return [], error
