"""Who asks which model, in the order the requests went out: what a reply waits for before its first word."""

import asyncio
import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from app.chat.models import ModelCatalog
from app.domain.model import ModelRef
from app.errors import GuilhermeError

LOADED_FOR = 1.0
"""Seconds for which the server's word on whether a model is in memory counts: many may wait for the same."""

LOADED_PATIENCE = 0.5
"""Seconds the server may take for that word. Ollama answers at once even while it loads."""

log = logging.getLogger(__name__)


class ModelLines:
    """The requests that are out, by model. `asker` is the id of the reply a request is made for."""

    def __init__(self, catalog: ModelCatalog) -> None:
        self._catalog = catalog
        self._lines: dict[ModelRef, list[str]] = {}
        self._latest: dict[ModelRef, str] = {}
        self._loaded: dict[ModelRef, tuple[float, bool | None]] = {}

    @contextmanager
    def asking(self, model: ModelRef, asker: str) -> Iterator[None]:
        """Stand in a model's line for as long as the request is out."""
        line = self._lines.setdefault(model, [])
        line.append(asker)
        self._latest.pop(model, None)
        self._latest[model] = asker
        try:
            yield
        finally:
            line.remove(asker)
            if not line:
                self._lines.pop(model, None)

    def was_latest(self, model: ModelRef, asker: str) -> bool:
        """Tell whether nobody has asked a model since: then it has in mind what it read and wrote for this one."""
        return self._latest.get(model) == asker

    def was_latest_of_all(self, asker: str) -> bool:
        """Tell whether nobody has asked any model since: then the one that was asked is certainly loaded."""
        return next(reversed(self._latest.values()), '') == asker

    def ahead_of(self, model: ModelRef, asker: str) -> int:
        """Count the requests a model answers or holds before this one; all of them if it is not out yet."""
        line = self._lines.get(model, [])
        return line.index(asker) if asker in line else len(line)

    async def explain(self, model: ModelRef, asker: str) -> Mapping[str, Any] | None:
        """Say what a reply waits for (see `ExplainWait`)."""
        loading = await self.is_loaded(model) is False
        if ahead := self.ahead_of(model, asker):
            return {'code': 'queued', 'ahead': ahead, 'loading': loading}
        return {'code': 'loading'} if loading else None

    async def is_loaded(self, model: ModelRef) -> bool | None:
        """Say whether a model is in memory; None when nobody can tell."""
        asked_at, loaded = self._loaded.get(model, (float('-inf'), None))
        if time.monotonic() - asked_at >= LOADED_FOR:
            loaded = await self._ask_whether_loaded(model)
            self._loaded[model] = time.monotonic(), loaded
        return loaded

    async def _ask_whether_loaded(self, model: ModelRef) -> bool | None:
        try:
            async with asyncio.timeout(LOADED_PATIENCE):
                return await self._catalog.provider(model).is_loaded(model.name)
        except (GuilhermeError, TimeoutError) as error:
            log.info('Nobody can say whether %s is loaded: %s', model, error)
            return None
