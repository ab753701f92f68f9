"""What waits in a conversation: stored, and the same in its live state, where pages see it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from app.domain.message import Message, Role, Status
from app.domain.model import ModelRef
from app.domain.queued import HELD, QueuedMessage, WaitingMessages
from app.errors import NotFound
from app.replies.live import ConversationState
from app.storage.messages import Messages
from app.storage.queue import Queue

NOT_HELD = frozenset({Status.COMPLETE, Status.STREAMING})
"""How the last answer stands when the next message is sent without the person's word."""


class WaitingLine:
    """Changes what waits. Except for `look`, whoever calls holds `state.sending`."""

    def __init__(self, queue: Queue, messages: Messages) -> None:
        self._queue = queue
        self._messages = messages

    async def look(self, state: ConversationState) -> WaitingMessages:
        """Give what waits in a conversation; read from the database the first time."""
        if state.waiting is None:
            found = await self._read(state)
            if state.waiting is None:  # nobody was quicker
                state.waiting = found
        waiting: WaitingMessages = state.waiting
        return waiting

    async def add(
        self, state: ConversationState, message_id: str, text: str, model: ModelRef | None, language: str
    ) -> None:
        """Put a message at the end; one that waits or was sent already changes nothing.

        Raises:
            Conflict, NotFound, InvalidInput: as for `Queue.add`.
        """
        queued = QueuedMessage(
            id=message_id,
            conversation_id=state.id,
            text=text,
            model=model,
            language=language,
            behind_id=state.conversation.head_id,
            created_at=datetime.now(UTC),
        )
        await self.put(state, queued)

    async def put(self, state: ConversationState, queued: QueuedMessage) -> None:
        """Store a message that waits, where its time says."""
        await self.look(state)
        if await self._queue.add(queued):
            self._change(state, lambda waiting: waiting.having(queued))

    async def edit(self, state: ConversationState, message_id: str, text: str) -> None:
        """Change a waiting text.

        Raises:
            NotFound: it does not wait any more.
        """
        queued = (await self.look(state)).find(message_id)
        if queued is None:
            raise NotFound(id=message_id)
        await self._queue.edit(message_id, text)
        self._change(state, lambda waiting: waiting.having(replace(queued, text=text)))

    async def remove(self, state: ConversationState, message_id: str) -> QueuedMessage | None:
        """Take a message out and give it; None if it does not wait any more."""
        queued = (await self.look(state)).find(message_id)
        if queued is not None:
            await self._queue.remove(message_id)
            self.sent(state, message_id)
        return queued

    async def end_of_branch(self, state: ConversationState, behind_id: str | None) -> Message | None:
        """Give the message below which one goes that was written behind another, whatever branch is shown by now.

        What was sent before it from the same place, with its answer, comes between. Without a known place it is the end
        of what is shown; None if the conversation is empty.
        """
        if behind_id and (leaf := await self._messages.newest_leaf(state.id, behind_id)):
            return leaf
        head_id = state.conversation.head_id
        return await self._messages.get(head_id) if head_id else None

    def sent(self, state: ConversationState, message_id: str) -> None:
        """Note that a message left the queue in the database."""
        self._change(state, lambda waiting: waiting.lacking(message_id))

    def hold(self, state: ConversationState, *, held: bool = True) -> None:
        """Let what waits wait for the person, or not any more."""
        self._change(state, lambda waiting: replace(waiting, held=held))

    def _change(self, state: ConversationState, change: Callable[[WaitingMessages], WaitingMessages]) -> None:
        if state.waiting is not None:  # otherwise nobody has looked, and who does reads it as it is
            state.waiting = change(state.waiting)

    async def _read(self, state: ConversationState) -> WaitingMessages:
        messages = tuple(await self._queue.of(state.id))
        last = await self.end_of_branch(state, messages[0].behind_id) if messages else None
        if last is None:
            return WaitingMessages(messages, held=bool(messages))
        last = state.newest(last)
        broke_off = last.role is Role.ASSISTANT and last.status not in NOT_HELD
        return WaitingMessages(messages, held=broke_off or bool(last.stats.get(HELD)))
