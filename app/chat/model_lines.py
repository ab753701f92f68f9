"""Who asks which model, in the order the requests went out: what a reply waits for before its first word.

Whether a request waits for those before it depends on how many the server answers at once (`OLLAMA_NUM_PARALLEL`),
which no server tells. A place in line is claimed only once that is learnt.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from app.chat.models import ModelCatalog
from app.domain.delta import GROWING, Delta, DeltaKind
from app.domain.model import ModelRef
from app.errors import GuilhermeError

LOADED_FOR = 1.0
"""Seconds for which the server's word on whether a model is in memory counts: many may wait for the same."""

LOADED_PATIENCE = 0.5
"""Seconds the server may take for that word. Ollama answers at once even while it loads."""

SURELY = 1.0
"""Seconds from which on something is no accident of the network: waiting that the server does not account for, and two
answers side by side."""

log = logging.getLogger(__name__)


Hear = Callable[[Delta], None]
"""Takes each delta of a request."""


@dataclass(slots=True, eq=False)
class ModelRequest:
    """A request that is out: whose it is, and whether the model has begun to answer it."""

    asker: str
    tell: Callable[['ModelRequest'], None]
    out_since: float = field(default_factory=time.monotonic)
    begun_at: float | None = None
    figures: Mapping[str, Any] | None = None
    others: int = 0  # the most that were answered at once while this one was not

    def hear(self, delta: Delta) -> None:
        """Note what comes of it."""
        if self.begun_at is None and delta.kind in GROWING:
            self.begun_at = time.monotonic()
            self.tell(self)
        elif delta.kind is DeltaKind.STATISTICS and 'prompt_seconds' in delta.data:
            self.figures = delta.data

    def lay_in_line(self) -> bool:
        """Tell whether it was kept waiting: by the time before its first word, less what the server worked on it."""
        if self.figures is None or self.begun_at is None:
            return False
        worked: float = self.figures.get('load_seconds', 0.0) + self.figures['prompt_seconds']
        return self.begun_at - self.out_since - worked >= SURELY


@dataclass(slots=True)
class Seats:
    """How many requests a model answers at once, which no server tells: learnt from what happens.

    `seen` is the most that were answered at once. `proven` says that there are no more: one that went out while so many
    were answered was kept waiting, by the server's own figures.
    """

    seen: int = 0
    proven: bool = False

    def turn(self, before: int) -> int:
        """Give how many of those before a request must end until it is its turn, as far as that is known."""
        return max(0, before - self.seen + 1) if self.proven else 0


class ModelLines:
    """The requests that are out, by model. `asker` is the id of the reply a request is made for."""

    def __init__(self, catalog: ModelCatalog) -> None:
        self._catalog = catalog
        self._lines: dict[ModelRef, list[ModelRequest]] = {}
        self._seats: dict[ModelRef, Seats] = {}
        self._latest: dict[ModelRef, str] = {}
        self._loaded: dict[ModelRef, tuple[float, bool | None]] = {}

    @contextmanager
    def asking(self, model: ModelRef, asker: str) -> Iterator[Hear]:
        """Stand in a model's line for as long as the request is out; what it gives wants to hear what comes."""
        line = self._lines.setdefault(model, [])
        request = ModelRequest(asker, partial(self._begins, model))
        line.append(request)
        self._latest.pop(model, None)
        self._latest[model] = asker
        try:
            yield request.hear
        finally:
            self._ends(model, request)
            line.remove(request)
            if not line:
                self._lines.pop(model, None)

    def _begins(self, model: ModelRef, request: ModelRequest) -> None:
        """Note for those that wait, this one too, how many were answered meanwhile."""
        line = self._lines[model]
        answered = _answered(line, since=SURELY)
        for each in (request, *(each for each in line if each.begun_at is None)):
            each.others = max(each.others, answered)

    def _ends(self, model: ModelRef, request: ModelRequest) -> None:
        """Learn how many are answered at once: more than were seen so far, or no more than that."""
        seats = self._seats.setdefault(model, Seats())
        answered = _answered(self._lines[model], since=SURELY)
        if answered > seats.seen:
            seats.seen, seats.proven = answered, False
        if request.others and request.lay_in_line():
            seats.seen, seats.proven = max(seats.seen, request.others), True

    def was_latest(self, model: ModelRef, asker: str) -> bool:
        """Tell whether nobody has asked a model since: then it has in mind what it read and wrote for this one."""
        return self._latest.get(model) == asker

    async def explain(self, model: ModelRef, asker: str) -> Mapping[str, Any] | None:
        """Say what a reply waits for (see `ExplainWait`), and no more than is known."""
        line = self._lines.get(model, [])
        answered = _answered(line)
        loading = not answered and await self.is_loaded(model) is False
        before = next((place for place, each in enumerate(line) if each.asker == asker), len(line))
        if ahead := self._seats.get(model, Seats()).turn(before):
            return {'code': 'queued', 'ahead': ahead, 'loading': loading}
        others = {'others': before} if before else {}
        if loading:
            return {'code': 'loading', **others}
        if answered:
            return {'code': 'beside', 'answered': answered, **others}
        return others or None

    async def is_loaded(self, model: ModelRef) -> bool | None:
        """Say whether a model is in memory; None when nobody can tell."""
        asked_at, loaded = self._loaded.get(model, (float('-inf'), None))
        if time.monotonic() - asked_at >= LOADED_FOR:
            loaded = await self._ask_whether_loaded(model)
            self._loaded[model] = time.monotonic(), loaded
        return loaded

    async def is_at_hand(self, model: ModelRef) -> bool:
        """Tell whether a model can be asked without being loaded: it is in memory now, or its server knows no loading.

        That it has just answered does not tell: with `keep_alive: 0` Ollama has let go of it.
        """
        try:
            async with asyncio.timeout(LOADED_PATIENCE):
                return await self._catalog.provider(model).is_loaded(model.name) is not False
        except (GuilhermeError, TimeoutError):
            return False

    async def _ask_whether_loaded(self, model: ModelRef) -> bool | None:
        try:
            async with asyncio.timeout(LOADED_PATIENCE):
                return await self._catalog.provider(model).is_loaded(model.name)
        except (GuilhermeError, TimeoutError) as error:
            log.info('Nobody can say whether %s is loaded: %s', model, error)
            return None


def _answered(line: Iterable[ModelRequest], since: float = 0.0) -> int:
    """Count those that are answered, and have been for so many seconds.

    Their ends come a moment late, when the next one has begun: what overlaps for a moment was not answered at once.
    """
    latest = time.monotonic() - since
    return sum(each.begun_at is not None and each.begun_at <= latest for each in line)
