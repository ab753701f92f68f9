"""The model of one conversation: its window, and how it is asked."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, aclosing
from types import MappingProxyType
from typing import Any

from app.chat.models import ModelCatalog
from app.chat.preferring import Guidance
from app.commands.base import Model
from app.domain.delta import Delta, statistics
from app.domain.message import Role
from app.domain.model import ModelRef
from app.domain.prompt import ChatRequest, PromptMessage
from app.replies.prompt import budget, estimate_tokens, keep_end
from app.replies.thoughts import thoughts_apart

GO_ON = 'Continue your last answer from exactly where it ended. Do not repeat anything and do not comment.'

NO_PARAMETERS: Mapping[str, Any] = MappingProxyType({})


class ConversationModel(Model):
    """Asks a model as a conversation wants it, and its owner: `guide` says how they want models to be asked.

    `asking` surrounds each request, from when it goes out to its end.
    """

    def __init__(
        self,
        catalog: ModelCatalog,
        ref: ModelRef,
        parameters: Mapping[str, Any],
        guide: Callable[[], Awaitable[Guidance]],
        asking: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._catalog = catalog
        self._ref = ref
        self._parameters = parameters
        self._guide = guide
        self._asking = asking
        self._guidance: Guidance | None = None

    async def guidance(self) -> Guidance:
        """Say how the owner wants the model to be asked: the same from the first look to the last word."""
        if self._guidance is None:
            self._guidance = await self._guide()
        return self._guidance

    async def num_ctx(self) -> int:
        """Give the context window in tokens."""
        largest = (await self.guidance()).num_ctx
        info = await self._catalog.describe(self._ref)
        return min(largest, info.context_length or largest)

    async def room(self) -> int:
        """Give how many tokens a prompt may have, so that the answer still fits into the context window."""
        return budget(await self.num_ctx())

    def tokens(self, text: str) -> int:
        """Estimate how many tokens a text has; rather too many than too few."""
        return estimate_tokens(text)

    async def going_on(self, partial: str) -> tuple[PromptMessage, ...]:
        """Give what is put after a prompt so that the answer goes on from the part that is there."""
        if not partial:
            return ()
        said = PromptMessage(Role.ASSISTANT, keep_end(partial, await self.room() // 2))
        return (said,) if await self._continues() else (said, PromptMessage(Role.USER, GO_ON))

    async def ask(
        self, prompt: Sequence[PromptMessage], partial: str = '', *, parameters: Mapping[str, Any] = NO_PARAMETERS
    ) -> AsyncIterator[Delta]:
        """Stream an answer; with `partial`, what follows the part of the answer that is there already.

        `parameters` go before those of the conversation and its owner.
        """
        num_ctx = await self.num_ctx()
        request = ChatRequest(
            model=self._ref.name,
            messages=(*prompt, *await self.going_on(partial)),
            num_ctx=num_ctx,
            continues=bool(partial) and await self._continues(),
            parameters={**(await self.guidance()).parameters, **self._parameters, **parameters},
        )
        yield statistics(num_ctx=num_ctx)
        provider = self._catalog.provider(self._ref)
        with self._asking():
            async with aclosing(thoughts_apart(provider.reply(request), partial)) as stream:
                async for delta in stream:
                    yield delta

    async def _continues(self) -> bool:
        return (await self._catalog.describe(self._ref)).continues_prefix
