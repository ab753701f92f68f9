"""The model of one conversation: its window, and how it is asked."""

import sys
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, aclosing
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from app.chat.model_lines import Hear
from app.chat.models import ModelCatalog
from app.chat.preferring import Guidance
from app.commands.base import Model
from app.domain.delta import GROWING, Delta, DeltaKind, statistics
from app.domain.message import Role
from app.domain.model import ModelRef
from app.domain.prompt import ChatRequest, PromptMessage
from app.errors import PromptTooLong
from app.replies.prompt import budget, keep_end
from app.replies.thoughts import thoughts_apart
from app.replies.token_counting import TokenCounts, TokenEstimator, is_count
from app.replies.window import EndedBy, ending_at_window

GO_ON = 'Continue your last answer from exactly where it ended. Do not repeat anything and do not comment.'

GO_ON_SHARE = 0.5
"""The part of the room that may be taken by the answer so far when it goes on; the question is in the rest."""

SHRINK = 0.7
"""To which part of its size a prompt is brought that a server finds too long without saying by how much."""

SHRINK_LEAST = 0.9
"""To which at least if it does say: otherwise the same prompt might come again."""

NO_PARAMETERS: Mapping[str, Any] = MappingProxyType({})


class ConversationModel(Model):
    """Asks a model as a conversation wants it, and its owner: `guide` says how they want models to be asked.

    `asking` surrounds each request, from when it goes out to its end, and hears what comes. `counts` is what is known
    of models' tokens, and learns from every answer and every refusal; after a refusal there is less `room`, so that
    who asks can fit again.
    """

    def __init__(
        self,
        catalog: ModelCatalog,
        ref: ModelRef,
        parameters: Mapping[str, Any],
        guide: Callable[[], Awaitable[Guidance]],
        asking: Callable[[], AbstractContextManager[Hear]],
        *,
        counts: TokenCounts,
    ) -> None:
        self._catalog = catalog
        self._ref = ref
        self._parameters = parameters
        self._guide = guide
        self._asking = asking
        self._counts = counts
        self._guidance: Guidance | None = None
        self._told_num_ctx: int | None = None
        self._most_tokens: int | None = None

    async def guidance(self) -> Guidance:
        """Say how the owner wants the model to be asked: the same from the first look to the last word."""
        if self._guidance is None:
            self._guidance = await self._guide()
        return self._guidance

    async def num_ctx(self) -> int:
        """Give the context window in tokens that a request asks for."""
        largest = (await self.guidance()).num_ctx
        info = await self._catalog.describe(self._ref)
        return min(largest, info.context_length or largest)

    async def window(self) -> int | None:
        """Give the context window the server really has, in tokens; None where nobody tells."""
        info = await self._catalog.describe(self._ref)
        return self._told_num_ctx or (await self.num_ctx() if info.sets_window else info.context_length)

    async def room(self) -> int:
        """Give how many tokens a prompt may have, so that the answer still fits into the context window."""
        room = budget(min(await self.num_ctx(), self._told_num_ctx or sys.maxsize))
        return room if self._most_tokens is None else min(room, self._most_tokens)

    @property
    def estimator(self) -> TokenEstimator:
        """What the model is known to make of texts."""
        return self._counts.of(self._ref)

    def tokens(self, text: str) -> int:
        """Estimate how many tokens a text has; rather too many than too few as long as the model has counted none."""
        return self.estimator.tokens(text)

    async def going_on(self, partial: str) -> tuple[PromptMessage, ...]:
        """Give what is put after a prompt so that the answer goes on from the part that is there."""
        if not partial:
            return ()
        room = int(GO_ON_SHARE * await self.room())
        said = PromptMessage(Role.ASSISTANT, keep_end(partial, room, self.estimator))
        return (said,) if await self._continues() else (said, PromptMessage(Role.USER, GO_ON))

    async def ask(
        self, prompt: Sequence[PromptMessage], partial: str = '', *, parameters: Mapping[str, Any] = NO_PARAMETERS
    ) -> AsyncIterator[Delta]:
        """Stream an answer; with `partial`, what follows the part of the answer that is there already.

        `parameters` go before those of the conversation and its owner.

        Raises:
            PromptTooLong: before anything was answered. A prompt that is fitted again is shorter.
        """
        extra = await self.going_on(partial)
        request = ChatRequest(
            model=self._ref.name,
            messages=(*prompt, *extra),
            num_ctx=await self.num_ctx(),
            continues=bool(partial) and await self._continues(),
            parameters={**(await self.guidance()).parameters, **self._parameters, **parameters},
        )
        yield statistics(num_ctx=await self.window())
        if partial:
            yield statistics(end_only=extra[0].content != partial)
        try:
            with self._asking() as hear:
                async with aclosing(thoughts_apart(self._answer(request), partial)) as stream:
                    async for delta in stream:
                        hear(delta)
                        yield delta
        except PromptTooLong as refusal:
            await self._refused(request.messages, refusal)
            raise

    async def _answer(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        """Stream what the server sends, as far as the window reaches, and learn from its figures."""
        window = await self.window()
        reply = self._catalog.provider(self._ref).reply(request)
        least, came = self.estimator.least_tokens(request.messages), False
        async with aclosing(ending_at_window(reply, window, least)) as stream:
            async for delta in stream:
                came = came or delta.kind in GROWING
                if not came and delta.data.get('ended_by') == EndedBy.WINDOW:  # a refusal in other words
                    raise PromptTooLong(
                        provider=self._ref.provider, tokens=delta.data.get('prompt_tokens'), num_ctx=None
                    )
                yield self._counted(delta, request.messages, window) if delta.kind is DeltaKind.STATISTICS else delta

    def _counted(self, figures: Delta, messages: Sequence[PromptMessage], window: int | None) -> Delta:
        """Learn from what the server counted; what cannot be the tokens of the whole prompt is not kept."""
        counted = figures.data.get('prompt_tokens')
        if not counted:
            return figures
        if not is_count(messages, counted):
            return replace(figures, data={**figures.data, 'prompt_tokens': None})
        if window is not None:  # elsewhere the prompt may have been cut
            self._counts.learn(self._ref, messages, counted)
        return figures

    async def _refused(self, messages: Sequence[PromptMessage], refusal: PromptTooLong) -> None:
        """Note how much shorter a prompt must be."""
        tokens, num_ctx = refusal.details.get('tokens'), refusal.details.get('num_ctx')
        self._told_num_ctx = num_ctx or self._told_num_ctx
        share = SHRINK
        if tokens:
            self._counts.learn(self._ref, messages, tokens)
            share = min(SHRINK_LEAST, budget(num_ctx or await self.num_ctx()) / tokens)
        self._most_tokens = int(share * self.estimator.prompt_tokens(messages))

    async def _continues(self) -> bool:
        return (await self._catalog.describe(self._ref)).continues_prefix
