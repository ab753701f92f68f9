"""Values the storage tests store, and ways to make their databases fail."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Protocol
from uuid import UUID, uuid4

from sqlalchemy import make_url

from app.domain.conversation import LOCAL_OWNER, Conversation, Folder
from app.domain.delta import DeltaKind, JournalEntry
from app.domain.message import Message, Role, Status
from app.storage.messages import Messages
from app.storage.shelves import Shelves
from tests.support.postgres import PostgresServer

START = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
_seconds = count()


def later() -> datetime:
    """Give a time one second after the last one given."""
    return START + timedelta(seconds=next(_seconds))


def new_id() -> str:
    """Give an id as the app makes them."""
    return str(uuid4())


def conversation(owner_id: str = LOCAL_OWNER, title: str = 'A chat', **changes: Any) -> Conversation:
    """Make a new conversation."""
    now = later()
    made = Conversation(id=new_id(), owner_id=owner_id, title=title, created_at=now, updated_at=now)
    return replace(made, **changes)


def folder(owner_id: str = LOCAL_OWNER, name: str = 'A folder') -> Folder:
    """Make a new folder."""
    return Folder(id=new_id(), owner_id=owner_id, name=name, created_at=later())


async def throw_away(shelves: Shelves, *chats: Conversation) -> None:
    """Put conversations of one owner into the trash."""
    now = later()
    await shelves.rearrange(
        chats[0].owner_id, [each.id for each in chats], lambda was: replace(was, deleted_at=was.deleted_at or now)
    )


def message(chat: Conversation, parent: Message | None, role: Role = Role.USER, **changes: Any) -> Message:
    """Make a message below `parent`: a user's is complete, an assistant's streams and is empty."""
    made = Message(
        id=new_id(),
        conversation_id=chat.id,
        parent_id=parent.id if parent else None,
        depth=parent.depth + 1 if parent else 0,
        role=role,
        content='Hello?' if role is Role.USER else '',
        status=Status.COMPLETE if role is Role.USER else Status.STREAMING,
        created_at=later(),
    )
    return replace(made, **changes)


async def exchange(messages: Messages, chat: Conversation, parent: Message | None = None) -> tuple[Message, Message]:
    """Store a question and the empty reply to it; give both."""
    question = message(chat, parent)
    reply = message(chat, question, Role.ASSISTANT)
    await messages.begin_reply(chat, question, reply)
    return question, reply


def pieces(of: Message, *texts: str, first: int = 0, kind: DeltaKind = DeltaKind.TEXT) -> list[JournalEntry]:
    """Make journal entries of a reply, numbered from `first`."""
    return [JournalEntry(of.id, seq, kind, text) for seq, text in enumerate(texts, first)]


def numbered_id(number: int) -> str:
    """Give the id with this number: ids that sort as the numbers do."""
    return str(UUID(int=number))


class Outage(Protocol):
    """A switch between a database that works and one that refuses every commit."""

    def begin(self) -> None:
        """Make it fail."""
        ...

    def end(self) -> None:
        """Let it work again."""
        ...


class SqliteOutage:
    """Another process holds SQLite's write lock longer than anybody waits."""

    def __init__(self, url: str) -> None:
        self._connection = sqlite3.connect(str(make_url(url).database), isolation_level=None)

    def begin(self) -> None:
        """Take the lock."""
        self._connection.execute('BEGIN IMMEDIATE')

    def end(self) -> None:
        """Give it back."""
        self._connection.execute('ROLLBACK')
        self._connection.close()


class PostgresOutage:
    """The server ends all connections and accepts none."""

    def __init__(self, server: PostgresServer, url: str) -> None:
        self._server, self._name = server, str(make_url(url).database)

    def begin(self) -> None:
        """Go away."""
        self._server.lock_out(self._name)

    def end(self) -> None:
        """Come back."""
        self._server.let_in(self._name)
