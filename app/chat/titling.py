"""Naming conversations: a model gives the title in the background, never before, beside or instead of an answer."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from app.chat.answering import Answering
from app.chat.asking import provisional_title
from app.chat.preferring import Preferring
from app.chat.queueing import Queueing
from app.chat.reading import Reading
from app.chat.title_text import is_whole, title_from
from app.domain.delta import DeltaKind
from app.domain.identifiers import is_temporary
from app.domain.message import Message, Role, Status
from app.domain.prompt import PromptMessage
from app.errors import GuilhermeError, NotFound
from app.replies.live import ConversationState
from app.storage.conversations import Conversations
from app.storage.messages import Messages

QUIET = 0.5
"""Seconds nobody is answered before a title is asked for: the next message may be on its way."""

TRIES = 4
"""Times a title is asked for; an answer that came between, or a fault, takes one."""

PATIENCE = 60.0
"""Seconds a title may take."""

MAKING_WAY = 1.0
"""Seconds an answer waits for the request for a title to be closed. It takes a few milliseconds."""

LAST_DEPTH = 3
"""Depth of the last answer after which a conversation may get a title: the second, if the first came to nothing."""

FOUND_AGAIN = 20
"""Conversations without a title that are found again at start, the latest first."""

BEGINNING = 1000
"""Characters of question and answer the model gets where it has to read them anew."""

ASIDE: Mapping[str, Any] = {'num_predict': 100, 'think': False}
"""How it is asked beside what holds for the conversation: `num_predict` is a limit, most are cut off long before."""

REQUEST = (
    'Give this conversation a title: three to six words that say what it is about, in the language of my first '
    'message. Write only the title, on one line, without quotation marks.'
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Unnamed:
    """A conversation that waits for its title."""

    owner_id: str
    tries: int = TRIES


class Titling:
    """Asks for titles, one at a time, while nobody is answered, which `is_quiet` tells, or about to be (`queueing`).

    What waits for a title is not stored: it is a conversation that still has its provisional one, and found by that.
    """

    def __init__(
        self,
        *,
        conversations: Conversations,
        messages: Messages,
        reading: Reading,
        answering: Answering,
        preferring: Preferring,
        queueing: Queueing,
        is_quiet: Callable[[], bool],
        enabled: bool,
    ) -> None:
        self._conversations = conversations
        self._messages = messages
        self._reading = reading
        self._answering = answering
        self._preferring = preferring
        self._queueing = queueing
        self._is_quiet = is_quiet
        self._enabled = enabled
        self._unnamed: OrderedDict[str, _Unnamed] = OrderedDict()
        self._work: asyncio.Task[None] | None = None

    def reply_ended(self, state: ConversationState, message: Message) -> None:
        """Note a conversation that may need a title, and go on with those that do (see `Engine.on_finished`)."""
        conversation = state.conversation
        is_answer = message.status is Status.COMPLETE and message.command is None and message.depth <= LAST_DEPTH
        if is_answer and not conversation.title_by_person and not is_temporary(state.id):
            self._unnamed[state.id] = _Unnamed(conversation.owner_id)
            self._unnamed.move_to_end(state.id)
        self._begin()

    async def make_way(self) -> None:
        """Close the request for a title, if there is one, before an answer is asked for (see `Engine.before_reply`)."""
        if self._work is not None and not self._work.done():
            self._work.cancel()
            await asyncio.wait([self._work], timeout=MAKING_WAY)

    async def go_on(self) -> None:
        """Take up the conversations that an earlier run left without a title."""
        if not self._enabled:
            return
        found = await self._conversations.latest_with_first_message(FOUND_AGAIN)
        for owner_id, conversation_id, title, text in reversed(found):
            if title == provisional_title(text):
                self._unnamed.setdefault(conversation_id, _Unnamed(owner_id))
        self._begin()

    async def close(self) -> None:
        """Ask for nothing more."""
        self._enabled = False
        await self.make_way()

    def _begin(self) -> None:
        if self._enabled and self._unnamed and (self._work is None or self._work.done()):
            self._work = asyncio.create_task(self._name_all(), name='titles')

    async def _name_all(self) -> None:
        """Name what waits, the latest first. Where an answer comes between, its end begins this again."""
        await asyncio.sleep(QUIET)
        for conversation_id in reversed(tuple(self._unnamed)):
            await self._queueing.turns_taken()
            if not self._is_quiet():
                return
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._name(conversation_id, self._unnamed[conversation_id])
            except (GuilhermeError, TimeoutError) as error:
                log.info('Conversation %s has no title yet: %s', conversation_id, error or 'it took too long')
            except Exception:  # the outermost edge: a title is not worth anything else
                log.exception('Conversation %s could not be named', conversation_id)
                self._unnamed.pop(conversation_id, None)

    async def _name(self, conversation_id: str, unnamed: _Unnamed) -> None:
        found = await self._first_exchange(conversation_id, unnamed.owner_id)
        if found is None or unnamed.tries <= 0:
            self._unnamed.pop(conversation_id, None)
            return
        state, question, answer = found
        if not await self._answering.is_at_hand(answer):
            return  # loading it now would push out the model the person uses
        self._unnamed[conversation_id] = replace(unnamed, tries=unnamed.tries - 1)
        title = title_from(await self._ask(state, await self._prompt(state, question, answer), answer))
        if not title:
            return
        self._unnamed.pop(conversation_id, None)
        if await self._conversations.suggest_title(conversation_id, title) and not state.conversation.title_by_person:
            state.announce(replace(state.conversation, title=title))

    async def _first_exchange(
        self, conversation_id: str, owner_id: str
    ) -> tuple[ConversationState, Message, Message] | None:
        """Give a conversation with its first question and the answer; None if it needs no title (any more)."""
        try:
            state = await self._reading.open(owner_id, conversation_id)
        except NotFound:
            return None
        head_id = state.conversation.head_id
        if head_id is None or not await self._preferring.titles_wanted(owner_id):
            return None
        first = await self._messages.branch(head_id, after_depth=-1, limit=LAST_DEPTH + 1)
        answers = [each for each in first if each.role is Role.ASSISTANT and each.status is Status.COMPLETE]
        if not answers or answers[0].command is not None or not answers[0].content.strip():
            return None
        if state.conversation.title_by_person or state.title != provisional_title(first[0].content):
            return None
        return state, first[0], answers[0]

    async def _prompt(self, state: ConversationState, question: Message, answer: Message) -> tuple[PromptMessage, ...]:
        """Give what the title is to be made from.

        The conversation itself where the model still has that in mind: then it reads nothing anew, neither for the
        title nor, which would be worse, for the person's next question. Otherwise the beginnings.
        """
        newest = await self._messages.get(str(state.conversation.head_id))
        for each in (newest, answer):
            if each.model == answer.model and self._answering.has_in_mind(each):
                return await self._answering.so_far(state, each)
        beginnings = ((Role.USER, question.content), (Role.ASSISTANT, answer.content))
        return tuple(PromptMessage(role, text[:BEGINNING]) for role, text in beginnings)

    async def _ask(self, state: ConversationState, prompt: tuple[PromptMessage, ...], answer: Message) -> str:
        """Give what the model says, as far as it is needed."""
        said, may_think_aloud = '', bool(answer.thinking)
        request = (*prompt, PromptMessage(Role.USER, REQUEST))
        model = self._answering.model_aside(state, answer)
        async with aclosing(model.ask(request, parameters=ASIDE)) as deltas:  # type: ignore[type-var]
            async for delta in deltas:
                if delta.kind is DeltaKind.TEXT:
                    said += delta.text
                    if is_whole(said) and not may_think_aloud:
                        break
                elif delta.kind in (DeltaKind.THINKING, DeltaKind.RECAST):
                    said, may_think_aloud = '', False
        return said
