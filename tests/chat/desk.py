"""The whole app without its pages, as bootstrap builds it, and the few things every test asks of it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app import bootstrap
from app.bootstrap import Parts
from app.chat import Chat
from app.chat.asking import Question
from app.domain.conversation import LOCAL_OWNER
from app.domain.message import Message
from app.domain.model import ModelRef
from app.replies.live import ConversationState
from app.settings import load
from app.storage.conversations import Conversations
from app.storage.messages import Messages
from tests.storage.samples import new_id


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts, with ways to ask and to wait."""

    parts: Parts

    @property
    def chat(self) -> Chat:
        return self.parts.chat

    @property
    def messages(self) -> Messages:
        return Messages(self.parts.database)

    @property
    def conversations(self) -> Conversations:
        return Conversations(self.parts.database)

    async def ask(
        self, text: str, conversation_id: str | None = None, model: str | None = None, owner_id: str = LOCAL_OWNER
    ) -> tuple[ConversationState, Message]:
        """Send a message, into a new conversation if none is given; give the state and the reply that began."""
        state = await self.chat.asking.send(owner_id, question(text, conversation_id, model))
        return state, await self.messages.get(str(state.conversation.head_id))

    async def ended(self, reply: Message) -> Message:
        """Wait for the end of a reply and give what is stored."""
        await asyncio.wait_for(self.parts.engine.finished(reply.id), 5)
        return await self.messages.get(reply.id)

    async def exchange(self, text: str, conversation_id: str | None = None) -> tuple[ConversationState, Message]:
        """Send a message and wait for the end of the answer."""
        state, reply = await self.ask(text, conversation_id)
        return state, await self.ended(reply)


def question(text: str, conversation_id: str | None = None, model: str | None = None) -> Question:
    """Make what a browser sends."""
    return Question(
        conversation_id=conversation_id or new_id(),
        message_id=new_id(),
        text=text,
        model=ModelRef.parse(model) if model else None,
    )


@asynccontextmanager
async def open_desk(data_dir: Path, **settings: Any) -> AsyncIterator[Desk]:
    """Build everything on a database in a folder, with settings of one's own; titles are not asked for otherwise."""
    with own_log():
        parts = bootstrap.build(load(data_dir=data_dir, **{'titles': False} | settings))
    await parts.prepare()
    try:
        yield Desk(parts)
    finally:
        await parts.close()


@contextmanager
def own_log() -> Iterator[None]:
    """Keep the test's log as it is: bootstrap sets up the log of a process."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        yield
    finally:
        root.handlers[:], root.level = handlers, level
