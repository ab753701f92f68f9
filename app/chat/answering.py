"""How a model answers a conversation: fit the history, ask the model, pass its deltas on."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, nullcontext
from dataclasses import replace
from functools import partial

from app.chat.conversation_model import ConversationModel
from app.chat.material import Excerpts, Material
from app.chat.model_lines import ModelLines
from app.chat.models import ModelCatalog
from app.chat.preferring import Preferring
from app.domain.delta import Delta, statistics
from app.domain.message import Message
from app.domain.model import ModelRef
from app.domain.prompt import PromptMessage
from app.errors import PromptTooLong
from app.replies.live import ConversationState
from app.replies.prompt import FittedPrompt, fit
from app.replies.running import ExplainWait, Responder
from app.replies.token_counting import TokenCounts, TokenEstimator
from app.replies.window import EndedBy
from app.storage.messages import Messages

READ_AT_ONCE = 40
"""Messages read at a time, newest first, until the window is full: a long history costs no more than a short one."""

TRIES = 6
"""How often a prompt is sent that the server may find too long. Where it does not say by how much, the last one has a
sixth of the size."""

ROOM_TO_THINK = 0.5
"""To which part of its room a prompt is brought after thoughts have filled what was left of the window."""


class Answering:
    """Makes responders that ask models, the way the owner of a conversation wants them to be asked."""

    def __init__(
        self,
        messages: Messages,
        material: Material,
        catalog: ModelCatalog,
        lines: ModelLines,
        preferring: Preferring,
    ) -> None:
        self._messages = messages
        self._material = material
        self._catalog = catalog
        self._lines = lines
        self._preferring = preferring
        self._counts = TokenCounts()

    async def default_model(self, owner_id: str) -> ModelRef:
        """Give the model for a person's conversation that has none."""
        return await self._preferring.default_model(owner_id)

    def askable(self, ref: ModelRef | None) -> ModelRef | None:
        """Give a model if it can be asked here."""
        return self._catalog.askable(ref)

    def model(self, state: ConversationState, reply: Message) -> ConversationModel:
        """Give the model that answers into `reply`."""
        conversation = state.conversation
        ref = self._catalog.askable(reply.model) or conversation.model or self._catalog.default()
        guide = partial(self._preferring.guidance, conversation.owner_id)
        asking = partial(self._lines.asking, ref, reply.id)
        return ConversationModel(self._catalog, ref, conversation.parameters, guide, asking, counts=self._counts)

    def model_aside(self, state: ConversationState, answer: Message) -> ConversationModel:
        """Give the model that gave an answer, for a request nobody waits for: it stands in no line."""
        conversation = state.conversation
        guide = partial(self._preferring.guidance, conversation.owner_id)
        return ConversationModel(
            self._catalog,
            _ref(answer),
            conversation.parameters,
            guide,
            lambda: nullcontext(_nobody_hears),
            counts=self._counts,
        )

    def has_in_mind(self, answer: Message) -> bool:
        """Tell whether a model has read nothing since it gave an answer, so that going on from there costs nothing."""
        return answer.model is not None and self._lines.was_latest(answer.model, answer.id)

    async def is_at_hand(self, answer: Message) -> bool:
        """Tell whether the model that gave an answer can be asked without being loaded. The demo has none."""
        if answer.model is None or self._catalog.provider(answer.model).is_demo:
            return False
        return await self._lines.is_at_hand(answer.model)

    async def so_far(self, state: ConversationState, answer: Message) -> tuple[PromptMessage, ...]:
        """Give what a model has read and written up to an answer, as the next question will say it again."""
        following = replace(answer, id='', parent_id=answer.id, depth=answer.depth + 1, content='')
        fitted, _ = await self._fit(state, following, self.model_aside(state, answer))
        return fitted.messages

    def responder(self, state: ConversationState, reply: Message) -> Responder:
        """Give what answers into `reply`."""

        async def deltas() -> AsyncIterator[Delta]:
            model = self.model(state, reply)
            for try_number in range(1, TRIES + 1):
                fitted, excerpts = await self._fit(state, reply, model)
                yield statistics(
                    prompt_estimate=fitted.tokens,
                    omitted=fitted.omitted,
                    shortened=fitted.shortened,
                    **({'excerpts': True} if excerpts.shortened else {}),
                )
                try:
                    async with aclosing(model.ask(fitted.messages, reply.content)) as stream:  # type: ignore[type-var]
                        async for delta in stream:
                            yield delta
                except PromptTooLong:
                    if try_number == TRIES:
                        raise
                else:
                    return

        return deltas

    def explain_wait(self, state: ConversationState, reply: Message) -> ExplainWait:
        """Give what explains the silence of a reply before its first word."""
        model = self._catalog.askable(reply.model) or state.conversation.model or self._catalog.default()
        return partial(self._lines.explain, model, reply.id)

    async def _fit(
        self, state: ConversationState, reply: Message, model: ConversationModel
    ) -> tuple[FittedPrompt, Excerpts]:
        room = await model.room()
        if _thought_till_the_end(reply):
            room = int(ROOM_TO_THINK * room)
        extra = await model.going_on(reply.content)
        taken = model.estimator.prompt_tokens(extra)
        branch, earlier = await self._newest_of_branch(state, reply, room, model.estimator)
        excerpts = Excerpts()
        if not state.opening:
            excerpts = await self._material.for_question(state.conversation, branch, room - taken, model.tokens)
        system_prompt = '\n\n'.join(filter(None, [(await model.guidance()).system_prompt, excerpts.text]))
        fitted = fit(as_said(branch), system_prompt, earlier=earlier, taken=taken, room=room, estimator=model.estimator)
        return fitted, excerpts

    async def _newest_of_branch(
        self, state: ConversationState, reply: Message, tokens: int, estimator: TokenEstimator
    ) -> tuple[list[Message], int]:
        """Read what comes before the reply, newest first, until it is more than fits."""
        if state.opening:
            return [*state.opening[:-1]], 0
        branch: list[Message] = []
        head_id, found = reply.parent_id, 0
        while head_id is not None and found <= tokens:
            part = await self._messages.branch(head_id, limit=READ_AT_ONCE)
            branch = part + branch
            found += sum(estimator.tokens(message.content) for message in as_said(part))
            head_id = part[0].parent_id if part else None
        return branch, branch[0].depth if branch else 0


def _nobody_hears(delta: Delta) -> None:
    """Take what comes of a request that stands in no line."""


def _ref(answer: Message) -> ModelRef:
    assert answer.model is not None
    return answer.model


def _thought_till_the_end(reply: Message) -> bool:
    """Tell whether an answer that goes on consists of nothing but thoughts that have filled the window."""
    return not reply.content and bool(reply.thinking) and reply.stats.get('ended_by') == EndedBy.WINDOW


def as_said(branch: Sequence[Message]) -> list[Message]:
    """Give messages as a model should read them.

    What a command fetched and kept comes as material of its own: of the call its first line is left, of the answer a
    hint, unless a model wrote it.
    """
    calls = {message.parent_id for message in branch if _is_material(message)}
    return [_as_said(message, is_call=message.id in calls) for message in branch]


def _is_material(message: Message) -> bool:
    return message.command is not None and any(source.key for source in message.sources)


def _as_said(message: Message, *, is_call: bool) -> Message:
    if is_call:
        return replace(message, content=message.content.strip().partition('\n')[0])
    if _is_material(message) and message.model is None:
        titles = ', '.join(f'“{source.title}”' for source in message.sources)
        return replace(message, content=f'[The transcript of {titles} was shown here.]')
    return message
