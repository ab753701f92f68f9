"""A database with one conversation, a journal that can be held, and engines on top of them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from app.domain.message import Message
from app.replies.engine import Engine
from app.replies.live import ConversationState, LiveConversations
from app.replies.rendered import RenderedMessages
from app.replies.running import ExplainWait, Responder
from app.storage.database import Database
from app.storage.journal import SqlJournal
from app.storage.messages import Messages
from tests.replies.gate import GatedJournal
from tests.storage.samples import SqliteOutage, conversation, exchange

MakeEngine = Callable[..., Engine]


class Room:
    """One conversation, and a short way to start replies into it."""

    def __init__(self, messages: Messages, engine: Engine, live: LiveConversations) -> None:
        self.messages = messages
        self.engine = engine
        self.live = live
        self.state = self.new_state()

    def new_state(self) -> ConversationState:
        """Begin another conversation."""
        return self.live.adopt(conversation())

    async def start(
        self, responder: Responder, state: ConversationState | None = None, explain_wait: ExplainWait | None = None
    ) -> Message:
        """Store a question with its empty reply and let the responder write that; give it."""
        state = state or self.state
        _, reply = await exchange(self.messages, state.conversation)
        self.engine.start(state, reply, responder, explain_wait)
        return reply

    async def ended(self, reply: Message) -> Message:
        """Wait for the end of a reply and give what is stored."""
        await asyncio.wait_for(self.engine.finished(reply.id), 5)
        return await self.messages.get(reply.id)


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f'sqlite:///{tmp_path}/data/guilherme.db'


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url, busy_timeout=0.05)
    await opened.upgrade()
    yield opened
    await opened.close()


@pytest.fixture
def outage(database_url: str, database: Database) -> SqliteOutage:
    return SqliteOutage(database_url)


@pytest.fixture
def messages(database: Database) -> Messages:
    return Messages(database)


@pytest.fixture
def journal(database: Database) -> GatedJournal:
    return GatedJournal(SqlJournal(database))


@pytest.fixture
async def make_engine(journal: GatedJournal, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MakeEngine]:
    """Give a way to make engines with limits of one's own, in seconds; they are closed before patches are undone."""
    made: list[Engine] = []

    def make(**limits: Any) -> Engine:
        patient = dict.fromkeys(('load_limit', 'silence_notice', 'silence_limit'), 60.0)
        made.append(Engine(journal, RenderedMessages(), **patient | limits))
        return made[-1]

    yield make
    journal.gate.set()
    for engine in made:
        await engine.close()


@pytest.fixture
def open_room(messages: Messages, make_engine: MakeEngine) -> Callable[..., Room]:
    """Give a way to make rooms with engines of their own limits."""
    return lambda **limits: Room(messages, make_engine(**limits), LiveConversations())


@pytest.fixture
def room(open_room: Callable[..., Room]) -> Room:
    return open_room()
