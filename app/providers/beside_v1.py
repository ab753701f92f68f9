"""What servers tell beside OpenAI's protocol, which knows neither windows nor memory: asked at the same address.

Sources: Ollama's `docs/api.md` (`/api/version`, `/api/ps`), llama.cpp's `tools/server/README.md` (`/props`), LM
Studio's REST API (`/api/v0/models`). vLLM tells its window in the list of models itself.
"""

import time
from collections.abc import Awaitable, Callable

from app.errors import ProviderError
from app.providers import fields
from app.providers.connection import Connection

KNOWN_FOR = 2.0
"""Seconds for which a server's word counts: one answer asks for it several times."""

Asking = Callable[[Connection, str], Awaitable[tuple[int | None, bool | None]]]


class BesideV1:
    """Asks one server. What it does not tell is None; that it cannot be asked is no fault here."""

    def __init__(self, connection: Connection) -> None:
        """Take a connection to the address without `/v1`."""
        self._connection = connection
        self._version: str | None = None
        self._told: dict[str, tuple[float, tuple[int | None, bool | None]]] = {}

    async def window(self, model: str, owner: str = '') -> int | None:
        """Give the window a model has now, in tokens; `owner` is what the list of models says of it."""
        return (await self._ask(model, owner))[0]

    async def is_loaded(self, model: str, owner: str = '') -> bool | None:
        """Say whether a model is in memory."""
        return (await self._ask(model, owner))[1]

    async def ollama_version(self) -> str:
        """Give the version if it is Ollama that answers here, else nothing; asked once."""
        if self._version is None:
            try:
                self._version = fields.word((await self._connection.ask('GET', '/api/version')).get('version'))
            except ProviderError:
                return ''
        return self._version

    async def _ask(self, model: str, owner: str) -> tuple[int | None, bool | None]:
        asked_at, told = self._told.get(model, (float('-inf'), (None, None)))
        if time.monotonic() - asked_at >= KNOWN_FOR:
            try:
                told = await self._asking(owner)(self._connection, model)
            except (ProviderError, KeyError, TypeError):
                told = None, None
            self._told[model] = time.monotonic(), told
        return told

    def _asking(self, owner: str) -> Asking:
        if owner == 'llamacpp':
            return _llama_cpp
        if owner in ('organization_owner', 'organization-owner'):
            return _lm_studio
        return self._ollama

    async def _ollama(self, connection: Connection, model: str) -> tuple[int | None, bool | None]:
        if not await self.ollama_version():
            return None, None
        data = await connection.ask('GET', '/api/ps')
        names = model, f'{model}:latest'
        found = next((entry for name, entry in fields.named(data['models'], 'name') if name in names), None)
        return (fields.count(found.get('context_length')) or None, True) if found else (None, False)


async def _llama_cpp(connection: Connection, model: str) -> tuple[int | None, bool | None]:  # noqa: ARG001
    data = await connection.ask('GET', '/props')
    return fields.count(fields.mapping(data.get('default_generation_settings')).get('n_ctx')) or None, None


async def _lm_studio(connection: Connection, model: str) -> tuple[int | None, bool | None]:
    data = await connection.ask('GET', f'/api/v0/models/{model}')
    return fields.count(data.get('loaded_context_length')) or None, data.get('state') == 'loaded'
