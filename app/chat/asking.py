"""Asking: send, edit, regenerate, continue, stop. Everything is stored before anybody is asked."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID
from weakref import WeakValueDictionary

from app.chat.answering import Answering
from app.chat.commanding import Commanding
from app.chat.reading import Reading
from app.chat.waiting_line import WaitingLine
from app.domain.conversation import Conversation
from app.domain.identifiers import is_temporary, new_id
from app.domain.message import CommandCall, Message, Role, Status
from app.domain.model import ModelRef
from app.domain.queued import QueuedMessage
from app.errors import Conflict, InvalidInput, NotFound
from app.replies.changes import BranchChanged
from app.replies.engine import Engine
from app.replies.live import ConversationState, LiveConversations
from app.storage.messages import Messages

TITLE_LENGTH = 30
"""Characters of the first message that serve as title until there is a better one."""

LONGEST_MESSAGE = 400_000
"""Characters of one message. Frames of the websocket end at 1 MB, and no local model reads more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a person sends. Both ids are made where it was typed, so that sending twice does no harm.

    `language` is that of the screen; slash commands answer in it.
    """

    conversation_id: str
    message_id: str
    text: str
    model: ModelRef | None = None
    language: str = 'en'


class Asking:
    """Starts and ends replies."""

    def __init__(
        self,
        *,
        messages: Messages,
        reading: Reading,
        live: LiveConversations,
        engine: Engine,
        answering: Answering,
        commanding: Commanding,
        line: WaitingLine,
    ) -> None:
        self._messages = messages
        self._reading = reading
        self._live = live
        self._engine = engine
        self._answering = answering
        self._commanding = commanding
        self._line = line
        self._beginning: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def send(self, owner_id: str, question: Question) -> ConversationState:
        """Store a question and start its answer; a question that is stored already changes nothing.

        The conversation begins with its first message, so one that does not exist is made. In one that still answers
        the question waits its turn.

        Raises:
            InvalidInput: an id is no UUID, the text is empty or too long, or too many wait already.
            Conflict: the message's id is taken elsewhere.
            NotFound: the conversation belongs to somebody else or was deleted.
            UnknownCommand: the text looks like a slash command, but there is none of that name.
        """
        text, command = self._read(question)
        typed, question = question.text, replace(question, text=text)
        async with self._beginning.setdefault(question.conversation_id, asyncio.Lock()):
            try:
                state = await self._reading.open(owner_id, question.conversation_id)
            except NotFound:
                return await self._begin_conversation(owner_id, question, command)
        async with state.sending:
            waiting = await self._line.look(state)
            if state.replies or waiting.goes_on or waiting.find(question.message_id):
                await self._line.add(state, question.message_id, typed, question.model, question.language)
            else:
                head_id = state.conversation.head_id
                above = await self._messages.get(head_id) if head_id else None
                await self._ask(state, question, command, above)
        return state

    async def ask_queued(self, state: ConversationState, queued: QueuedMessage) -> None:
        """Send a message whose turn it is; whoever calls holds `state.sending`.

        Raises:
            NotFound: it does not wait any more, or the conversation was deleted.
            UnknownCommand: the command it calls is not there any more.
        """
        text, command = self._commanding.read(queued.text, queued.language)
        question = Question(conversation_id=state.id, message_id=queued.id, text=text, model=queued.model)
        above = await self._line.end_of_branch(state, queued.behind_id)
        await self._ask(state, question, command, above, from_queue=True)

    def check_text(self, text: str, language: str) -> None:
        """Make sure that a text could be sent.

        Raises:
            InvalidInput: it is empty or too long.
            UnknownCommand: it looks like a slash command, but there is none of that name.
        """
        _check_text(text)
        self._commanding.read(text, language)

    async def edit(self, owner_id: str, replaced_id: str, question: Question) -> None:
        """Ask otherwise: store another version beside a message of the person's, and answer that.

        Sending the same edit again changes nothing. An answer to the old version goes on.

        Raises:
            NotFound: there is no such message for this owner.
            InvalidInput, Conflict, UnknownCommand: as for `send`.
        """
        text, command = self._read(question)
        old, state = await self._find(owner_id, replaced_id)
        if old.role is not Role.USER or state.id != question.conversation_id:
            raise NotFound(id=replaced_id)
        async with state.sending:
            parent = await self._messages.get(old.parent_id) if old.parent_id else None
            user = _user_message(replace(question, text=text), parent)
            chosen = question.model or state.conversation.model or await self._answering.default_model(owner_id)
            await self._answer_beside(state, user, self._reply_to(user, chosen, command))

    async def regenerate(
        self, owner_id: str, message_id: str, model: ModelRef | None = None, *, language: str = 'en'
    ) -> None:
        """Answer the same question once more, as another version beside the one there is.

        Raises:
            NotFound: there is no such answer for this owner.
            Conflict: an answer to this question is just coming.
        """
        old, state = await self._find(owner_id, message_id)
        if old.parent_id is None or old.role is not Role.ASSISTANT:
            raise NotFound(id=message_id)
        async with state.sending:
            if any(reply.message.parent_id == old.parent_id for reply in state.replies.values()):
                raise Conflict(reason='busy')
            parent = await self._messages.get(old.parent_id)
            before = state.conversation.model or self._answering.askable(old.model)
            chosen = model or before or await self._answering.default_model(owner_id)
            command = replace(old.command, language=language) if old.command else None
            await self._answer_beside(state, None, self._reply_to(parent, chosen, command))

    async def _answer_beside(self, state: ConversationState, user: Message | None, reply: Message) -> None:
        """Begin an answer on a branch of its own, and show that branch."""
        begun = await self._messages.begin_reply(state.conversation, user, reply)
        if not begun.is_new:
            self._start_unless_running(state, begun.reply)
            return
        state.opening = ()
        state.conversation = replace(state.conversation, head_id=reply.id, updated_at=reply.created_at)
        self._start(state, reply)
        state.tell(BranchChanged(user.id if user else reply.id))

    async def resume(self, owner_id: str, message_id: str) -> None:
        """Go on with an answer from exactly where it ended.

        Raises:
            NotFound: there is no such answer for this owner.
            Conflict: it is just being written.
        """
        message, state = await self._find(owner_id, message_id)
        if message.role is not Role.ASSISTANT:
            raise NotFound(id=message_id)
        async with state.sending:
            if message_id in state.replies:
                raise Conflict(reason='busy')
            reply = await self._messages.reopen(message_id)
            self._start(state, reply)
            state.show_state(reply)

    async def stop(self, owner_id: str, conversation_id: str) -> None:
        """End whatever streams into a conversation, now, and wait until the partial text is stored."""
        state = await self._reading.open(owner_id, conversation_id)
        self._line.hold(state)
        running = tuple(state.replies)
        for message_id in running:  # all at once: storing the end of one may take long
            self._engine.stop(message_id)
        for message_id in running:
            await self._engine.finished(message_id)

    def _start_unless_running(self, state: ConversationState, reply: Message) -> None:
        """Start a stored reply; it may be an earlier one whose commit succeeded although its sender heard otherwise."""
        if reply.status is Status.STREAMING and reply.id not in state.replies:
            self._start(state, reply)

    def _start(self, state: ConversationState, reply: Message) -> None:
        self._line.hold(state, held=False)
        explain_wait = self._answering.explain_wait(state, reply) if reply.model else None
        if reply.command is None:
            responder = self._answering.responder(state, reply)
        else:
            responder = self._commanding.responder(state, reply, self._answering.model(state, reply))
        self._engine.start(state, reply, responder, explain_wait)

    def _reply_to(self, user: Message, model: ModelRef, command: CommandCall | None) -> Message:
        """Make the empty answer. A command that asks no model has none, and waits in no model's queue."""
        asks_model = command is None or self._commanding.asks_model(command)
        return Message(
            id=new_id(beside=user.conversation_id),
            conversation_id=user.conversation_id,
            parent_id=user.id,
            depth=user.depth + 1,
            role=Role.ASSISTANT,
            content='',
            status=Status.STREAMING,
            created_at=datetime.now(UTC),
            model=model if asks_model else None,
            command=command,
        )

    async def _begin_conversation(
        self, owner_id: str, question: Question, command: CommandCall | None
    ) -> ConversationState:
        """Store a conversation with its first question. It is live only afterwards: the id may be somebody else's."""
        user = _user_message(question, None)
        model = question.model or await self._answering.default_model(owner_id)
        reply = self._reply_to(user, model, command)
        conversation = Conversation(
            id=question.conversation_id,
            owner_id=owner_id,
            title=provisional_title(question.text),
            created_at=user.created_at,
            updated_at=user.created_at,
            model=model,
        )
        begun = await self._messages.begin_reply(conversation, user, reply)
        state = self._live.adopt(replace(conversation, head_id=begun.reply.id))
        if begun.is_new:
            state.opening = (user, reply)
        self._start_unless_running(state, begun.reply)
        return state

    async def _ask(
        self,
        state: ConversationState,
        question: Question,
        command: CommandCall | None,
        above: Message | None,
        *,
        from_queue: bool = False,
    ) -> None:
        """Store a question below a message and start its answer; who looks at another branch goes on looking at it."""
        user = _user_message(question, above)
        owner_id = state.conversation.owner_id
        model = state.conversation.model or question.model or await self._answering.default_model(owner_id)
        reply = self._reply_to(user, model, command)
        shown = state.conversation.head_id == user.parent_id
        begun = await self._messages.begin_reply(state.conversation, user, reply, from_queue=from_queue, shown=shown)
        if begun.is_new:
            state.conversation = replace(state.conversation, updated_at=user.created_at)
            if shown:
                state.conversation = replace(state.conversation, head_id=reply.id)
                state.show_added(user, reply)
        self._start_unless_running(state, begun.reply)

    def _read(self, question: Question) -> tuple[str, CommandCall | None]:
        """Check a question; give its text as it is stored, and the command it calls."""
        _check(question)
        return self._commanding.read(question.text, question.language)

    async def _find(self, owner_id: str, message_id: str) -> tuple[Message, ConversationState]:
        message = await self._reading.message(owner_id, message_id)
        return message, await self._reading.open(owner_id, message.conversation_id)


def _check(question: Question) -> None:
    for value in (question.conversation_id, question.message_id):
        try:
            canonical = str(UUID(value))
        except ValueError:
            canonical = None
        if canonical != value:
            raise InvalidInput(reason='bad_id')
    if is_temporary(question.conversation_id) != is_temporary(question.message_id):
        raise InvalidInput(reason='bad_id')
    _check_text(question.text)


def _check_text(text: str) -> None:
    if not text.strip():
        raise InvalidInput(reason='empty_message')
    if len(text) > LONGEST_MESSAGE:
        raise InvalidInput(reason='long_message', longest=LONGEST_MESSAGE)


def provisional_title(text: str) -> str:
    """Give the title a conversation has until there is a better one: the beginning of its first message."""
    line = ' '.join(text.split())
    return line if len(line) <= TITLE_LENGTH else line[:TITLE_LENGTH].rstrip() + '…'


def _user_message(question: Question, head: Message | None) -> Message:
    now = datetime.now(UTC)
    return Message(
        id=question.message_id,
        conversation_id=question.conversation_id,
        parent_id=head.id if head else None,
        depth=head.depth + 1 if head else 0,
        role=Role.USER,
        content=question.text,
        status=Status.COMPLETE,
        created_at=now,
        finished_at=now,
    )
