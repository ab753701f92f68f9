"""Repository of conversations. Whatever a person asks for is looked up together with who asks."""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, tuple_, update
from sqlmodel import Session, col, select

from app.domain.conversation import Conversation
from app.domain.identifiers import is_temporary
from app.domain.model import ModelRef
from app.errors import NotFound
from app.storage.database import Database
from app.storage.rows import model_columns, row_of_conversation, title_columns
from app.storage.tables import ConversationRow, MessageRow
from app.storage.tags import with_tags, write_tags

BEGINNING = 500
"""Characters that tell what a message begins with."""


class Conversations:
    """Conversations in the database. All methods raise `StorageUnavailable` when it fails.

    Those that take an `owner_id` raise `NotFound` when the conversation is someone else's or in the bin.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, conversation: Conversation) -> None:
        """Store a new conversation."""

        def work(session: Session) -> None:
            session.add(row_of_conversation(conversation))
            session.flush()
            write_tags(session, [conversation])

        await self._database.of(conversation.id).write(work)

    async def get(self, conversation_id: str, owner_id: str, *, deleted: bool = False) -> Conversation:
        """Give one conversation; with `deleted`, also from the bin."""

        def work(session: Session) -> Conversation:
            row = session.get(ConversationRow, conversation_id)
            if row is None and is_temporary(conversation_id):
                raise NotFound(id=conversation_id, reason='temporary_gone')
            if row is None or row.owner_id != owner_id or (row.deleted_at is not None and not deleted):
                raise NotFound(id=conversation_id)
            return with_tags(session, [row])[0]

        return await self._database.of(conversation_id).read(work)

    async def owner_of(self, conversation_id: str) -> str:
        """Say whose a conversation is.

        Raises:
            NotFound: there is none, or it is in the bin.
        """
        query = select(ConversationRow.owner_id).where(
            col(ConversationRow.id) == conversation_id, col(ConversationRow.deleted_at).is_(None)
        )
        owner_id = await self._database.of(conversation_id).read(lambda session: session.exec(query).first())
        if owner_id is None:
            raise NotFound(id=conversation_id)
        return owner_id

    async def page(
        self, owner_id: str, *, before: tuple[datetime, str] | None = None, limit: int = 50
    ) -> list[Conversation]:
        """List conversations that are neither archived nor in the bin, the latest `updated_at` first.

        `before` is (`updated_at`, `id`) of the last one on the page before.
        """
        columns = col(ConversationRow.updated_at), col(ConversationRow.id)
        query = (
            select(ConversationRow)
            .where(
                col(ConversationRow.owner_id) == owner_id,
                col(ConversationRow.deleted_at).is_(None),
                col(ConversationRow.archived_at).is_(None),
            )
            .order_by(*(column.desc() for column in columns))
            .limit(limit)
        )
        if before is not None:
            query = query.where(tuple_(*columns) < before)
        return await self._database.read(lambda session: with_tags(session, session.exec(query)))

    async def rename(self, conversation_id: str, owner_id: str, title: str) -> None:
        """Give the title a person chose."""
        await self._change(conversation_id, owner_id, {**title_columns(title), 'title_by_person': True})

    async def suggest_title(self, conversation_id: str, title: str) -> bool:
        """Give a title nobody chose, unless a person has chosen one; say whether it was taken."""
        query = (
            update(ConversationRow)
            .where(col(ConversationRow.id) == conversation_id, col(ConversationRow.title_by_person).is_(False))
            .values(**title_columns(title))
        )
        return await self._database.of(conversation_id).write(lambda session: session.exec(query).rowcount > 0)

    async def latest_with_first_message(self, limit: int) -> list[tuple[str, str, str, str]]:
        """Give owner, id, title and the beginning of the first message of the latest conversations of everybody.

        Without those in the bin and those whose title a person chose.
        """
        beginning = func.substr(col(MessageRow.content), 1, BEGINNING)
        query = (
            select(ConversationRow.owner_id, ConversationRow.id, ConversationRow.title, beginning)
            .join(MessageRow, and_(col(MessageRow.conversation_id) == ConversationRow.id, col(MessageRow.depth) == 0))
            .where(col(ConversationRow.deleted_at).is_(None), col(ConversationRow.title_by_person).is_(False))
            .where(col(MessageRow.parent_id).is_(None))
            .order_by(col(ConversationRow.updated_at).desc(), col(MessageRow.created_at))
            .limit(limit)
        )
        return await self._database.read(lambda session: [(a, b, c, d) for a, b, c, d in session.exec(query)])

    async def set_model(self, conversation_id: str, owner_id: str, model: ModelRef | None) -> None:
        """Choose the model that answers from now on."""
        await self._change(conversation_id, owner_id, model_columns(model))

    async def set_unread(self, conversation_id: str, unread: bool) -> None:
        """Mark that there is news nobody has seen, or that it was seen. No effect if there is no such conversation."""
        await self._update(conversation_id, {'unread': unread})

    async def touch(self, conversation_id: str, at: datetime) -> None:
        """Move a conversation to where `at` is in the list. No effect if there is no such conversation."""
        await self._update(conversation_id, {'updated_at': at})

    async def _change(self, conversation_id: str, owner_id: str, values: dict[str, Any]) -> None:
        query = (
            update(ConversationRow)
            .where(
                col(ConversationRow.id) == conversation_id,
                col(ConversationRow.owner_id) == owner_id,
                col(ConversationRow.deleted_at).is_(None),
            )
            .values(**values)
        )
        if not await self._database.of(conversation_id).write(lambda session: session.exec(query).rowcount):
            raise NotFound(id=conversation_id)

    async def _update(self, conversation_id: str, values: dict[str, Any]) -> None:
        query = update(ConversationRow).where(col(ConversationRow.id) == conversation_id).values(**values)
        await self._database.of(conversation_id).write(lambda session: session.exec(query))
