"""A provider that answers from a script with no model: for trying the app, and for tests."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from time import perf_counter

from app.domain.delta import Delta, statistics, text, thinking
from app.domain.installation import ServerStatus
from app.domain.message import Role
from app.domain.model import ModelInfo, ModelRef
from app.domain.prompt import ChatRequest
from app.errors import ModelNotFound
from app.providers import demo_script
from app.providers.base import Provider

MODELS: Mapping[str, bool] = {'demo': False, 'demo-thinking': True}  # name, and whether it thinks
BREATH = 100  # tokens sent at full speed before others get a turn

Script = Callable[[ChatRequest], Iterable[str]]


class Scripted(Provider):
    """The demo. It says that it is one, and gives the same answer to the same question."""

    name = 'demo'
    url = ''
    is_demo = True

    def __init__(self, *, tokens_per_second: float = 40, script: Script | None = None) -> None:
        """Set the pace (0: as fast as possible); `script` gives the tokens of an answer in place of the demo's own."""
        self._rate = tokens_per_second
        self._script = script or _demo

    async def models(self) -> list[ModelInfo]:
        """List the two models: one that thinks first and one that does not."""
        return [self._info(name) for name in MODELS]

    async def describe(self, model: str) -> ModelInfo:
        """Say what a model can do."""
        if model not in MODELS:
            raise ModelNotFound(provider=self.name, model=model)
        return self._info(model)

    async def reply(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        """Stream the script; with `continues`, what is left of it after the partial text."""
        info = await self.describe(request.model)
        began = perf_counter()
        deltas = self._deltas(request, thinks=info.thinks)
        for count, delta in enumerate(deltas):
            await self._pace(count, began)
            yield delta
        seconds = perf_counter() - began
        yield statistics(tokens=len(deltas), seconds=seconds, total_seconds=seconds, done_reason='stop')

    async def is_loaded(self, model: str) -> bool | None:
        """Say yes: there is nothing to load."""
        return model in MODELS

    async def status(self) -> ServerStatus:
        """Say nothing: there is no server."""
        return ServerStatus()

    async def close(self) -> None:
        """Do nothing: there are no connections."""

    def _info(self, name: str) -> ModelInfo:
        ref = ModelRef(self.name, name)
        return ModelInfo(ref=ref, context_length=8192, thinks=MODELS[name], continues_prefix=True)

    def _deltas(self, request: ChatRequest, *, thinks: bool) -> list[Delta]:
        tokens = list(self._script(request))
        if request.continues:
            return [text(token) for token in _after(tokens, request.messages[-1].content)]
        thoughts = _tokens(demo_script.thoughts(_question(request))) if thinks else []
        return [*(thinking(token) for token in thoughts), *(text(token) for token in tokens)]

    async def _pace(self, count: int, began: float) -> None:
        """Wait until the token with this number is due by the clock, so that late ones do not add up."""
        if self._rate:
            await asyncio.sleep(began + count / self._rate - perf_counter())
        elif count % BREATH == 0:
            await asyncio.sleep(0)


def _demo(request: ChatRequest) -> list[str]:
    return _tokens(demo_script.answer(_question(request)))


def _question(request: ChatRequest) -> str:
    asked = [message.content for message in request.messages if message.role is Role.USER]
    return asked[-1] if asked else ''


def _tokens(whole: str) -> list[str]:
    """Cut a text roughly as a tokenizer would; joined, the pieces are the text again."""
    return re.findall(r'\n|[^\S\n]*\S{1,6}|[^\S\n]+', whole)


def _after(tokens: list[str], partial: str) -> list[str]:
    """Give what follows a partial text, from its last character on; everything if it is no part of the script."""
    whole = ''.join(tokens)
    return _tokens(whole[len(partial) :]) if whole.startswith(partial) else tokens
