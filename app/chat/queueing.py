"""Taking turns: what was written while an answer came is sent when that has ended, whether or not a page is open."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable

from app.chat.asking import Asking
from app.chat.reading import Reading
from app.chat.waiting_line import WaitingLine
from app.domain.message import Message, Status
from app.domain.queued import QueuedMessage, WaitingMessages
from app.errors import Conflict, GuilhermeError, NotFound
from app.replies.live import ConversationState
from app.storage.queue import Queue

log = logging.getLogger(__name__)


class Queueing:
    """Sends the next message after an answer that came to its end; after any other end the person says when.

    `is_ending` tells that the process was asked to end: from then on nothing is sent.
    """

    def __init__(
        self, queue: Queue, line: WaitingLine, reading: Reading, asking: Asking, is_ending: Callable[[], bool]
    ) -> None:
        self._queue = queue
        self._line = line
        self._reading = reading
        self._asking = asking
        self._is_ending = is_ending
        self._edited: Counter[str] = Counter()
        self._taking_turns: set[asyncio.Task[None]] = set()
        self._closing = False

    async def turns_taken(self) -> None:
        """Wait until what is about to be sent was sent."""
        while self._taking_turns:
            await asyncio.wait(tuple(self._taking_turns))

    async def look(self, state: ConversationState) -> WaitingMessages:
        """Give what waits in a conversation; from then on `state.waiting` says it. What should go on by now does."""
        waiting = await self._line.look(state)
        if waiting.goes_on and not state.replies:
            self._take_turn(state)
        return waiting

    async def edit(self, owner_id: str, conversation_id: str, message_id: str, text: str) -> None:
        """Change the text of a message that waits.

        Raises:
            NotFound: it does not wait any more, or the conversation is not this owner's.
            InvalidInput, UnknownCommand: as for `Asking.send`.
        """
        state = await self._reading.open(owner_id, conversation_id)
        async with state.sending:
            queued = await self._find(state, message_id)
            self._asking.check_text(text, queued.language)
            await self._line.edit(state, message_id, text)

    async def cancel(self, owner_id: str, conversation_id: str, message_id: str) -> QueuedMessage | None:
        """Take a message out and give it, for `put_back`; None if it does not wait any more."""
        state = await self._reading.open(owner_id, conversation_id)
        async with state.sending:
            return await self._line.remove(state, message_id)

    async def put_back(self, owner_id: str, queued: QueuedMessage) -> None:
        """Let a message that was taken out wait again, in its old place.

        Raises:
            NotFound: the conversation is not this owner's, or was deleted.
            InvalidInput: too many wait there by now.
        """
        state = await self._reading.open(owner_id, queued.conversation_id)
        async with state.sending:
            await self._line.put(state, queued)
        self._take_turn(state)

    async def send_now(self, owner_id: str, conversation_id: str, message_id: str) -> None:
        """Send a message that waits for the person; the others follow after its answer.

        Raises:
            NotFound: it does not wait any more, or the conversation is not this owner's.
            Conflict: the conversation answers just now.
            UnknownCommand: what it calls is not there any more.
        """
        state = await self._reading.open(owner_id, conversation_id)
        async with state.sending:
            queued = await self._find(state, message_id)
            if state.replies:
                raise Conflict(reason='busy')
            await self._send(state, queued)

    def begin_editing(self, message_id: str) -> None:
        """Do not send a message while somebody writes on it; each call needs an `end_editing`."""
        self._edited[message_id] += 1

    def end_editing(self, state: ConversationState, message_id: str) -> None:
        """Let a message go when it is its turn."""
        self._edited[message_id] -= 1
        if self._edited[message_id] <= 0:
            del self._edited[message_id]
            self._take_turn(state)

    def reply_ended(self, state: ConversationState, message: Message) -> None:
        """Go on after an answer that is complete (see `Engine.on_finished`)."""
        if message.status is not Status.COMPLETE:
            self._line.hold(state)
        elif state.waiting is None or state.waiting.messages:
            self._take_turn(state)

    async def go_on(self) -> None:
        """Send what an earlier run left waiting behind answers that are complete."""
        for owner_id, conversation_id in await self._queue.waiting():
            try:
                self._take_turn(await self._reading.open(owner_id, conversation_id))
            except NotFound:
                log.info('Conversation %s, in which something waited, was deleted meanwhile', conversation_id)

    async def close(self) -> None:
        """Send nothing more; what waits is there at the next start."""
        self._closing = True
        await self.turns_taken()

    def _take_turn(self, state: ConversationState) -> None:
        if self._closing or self._is_ending():
            return
        task = asyncio.create_task(self._send_next(state), name=f'next message of {state.id}')
        self._taking_turns.add(task)
        task.add_done_callback(self._taking_turns.discard)

    async def _send_next(self, state: ConversationState) -> None:
        try:
            async with state.sending:
                waiting = await self._line.look(state)
                if self._closing or state.replies or not waiting.goes_on or waiting.messages[0].id in self._edited:
                    return
                await self._send(state, waiting.messages[0])
        except Exception as error:  # the outermost edge: it waits for the person, who is told when they try
            if not isinstance(error, GuilhermeError):
                log.exception('The next message of conversation %s could not be sent', state.id)
            else:
                log.warning('The next message of conversation %s could not be sent: %s', state.id, error.code)
            self._line.hold(state)

    async def _send(self, state: ConversationState, queued: QueuedMessage) -> None:
        await self._asking.ask_queued(state, queued)
        self._line.sent(state, queued.id)

    async def _find(self, state: ConversationState, message_id: str) -> QueuedMessage:
        queued = (await self._line.look(state)).find(message_id)
        if queued is None:
            raise NotFound(id=message_id)
        return queued
