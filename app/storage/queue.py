"""Repository of messages that wait their turn. What is sent leaves it in `messages`, together with its becoming one."""

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from app.domain.queued import QueuedMessage
from app.errors import Conflict, InvalidInput, NotFound
from app.storage.database import Database
from app.storage.rows import queued_columns, queued_from, storable
from app.storage.tables import ConversationRow, MessageRow, QueuedMessageRow

MOST_WAITING = 20
"""Messages that may wait in one conversation: nobody plans further ahead, and a stuck key must not fill the disk."""


class Queue:
    """Waiting messages in the database. All methods raise `StorageUnavailable` when it fails.

    Whose they are is decided by their conversation: look that up with its owner first.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, queued: QueuedMessage) -> bool:
        """Store a message that waits; False if it waits or was sent already, which changes nothing.

        Raises:
            Conflict: its id belongs to another conversation.
            NotFound: the conversation does not exist or is in the bin.
            InvalidInput: too many wait there already.
        """
        return await self._database.of(queued.conversation_id).write(lambda session: _add(session, queued))

    async def of(self, conversation_id: str) -> list[QueuedMessage]:
        """Give what waits in a conversation, the next one first."""
        query = (
            select(QueuedMessageRow)
            .where(col(QueuedMessageRow.conversation_id) == conversation_id)
            .order_by(col(QueuedMessageRow.created_at), col(QueuedMessageRow.id))
        )
        database = self._database.of(conversation_id)
        return await database.read(lambda session: [queued_from(row) for row in session.exec(query)])

    async def edit(self, message_id: str, text: str) -> None:
        """Change the text of a message that waits.

        Raises:
            NotFound: it does not wait any more.
        """

        def work(session: Session) -> None:
            row = session.get(QueuedMessageRow, message_id)
            if row is None:
                raise NotFound(id=message_id)
            row.text = storable(text)

        await self._database.of(message_id).write(work)

    async def remove(self, message_id: str) -> None:
        """Take a message out; no effect if it does not wait any more."""
        statement = delete(QueuedMessageRow).where(col(QueuedMessageRow.id) == message_id)
        await self._database.of(message_id).write(lambda session: session.exec(statement))

    async def waiting(self) -> list[tuple[str, str]]:
        """Give (owner's id, conversation's id) of every conversation outside the bin in which something waits.

        The one whose next message was written first comes first.
        """
        first = func.min(col(QueuedMessageRow.created_at))
        query = (
            select(ConversationRow.owner_id, ConversationRow.id)
            .join(QueuedMessageRow, col(QueuedMessageRow.conversation_id) == ConversationRow.id)
            .where(col(ConversationRow.deleted_at).is_(None))
            .group_by(ConversationRow.owner_id, ConversationRow.id)
            .order_by(first)
        )
        return await self._database.read(lambda session: [(owner, each) for owner, each in session.exec(query)])


def _add(session: Session, queued: QueuedMessage) -> bool:
    for table in (QueuedMessageRow, MessageRow):
        known = session.exec(select(table.conversation_id).where(col(table.id) == queued.id)).first()
        if known is not None and known != queued.conversation_id:
            raise Conflict(id=queued.id)
        if known is not None:
            return False
    conversation = session.get(ConversationRow, queued.conversation_id)
    if conversation is None or conversation.deleted_at is not None:
        raise NotFound(id=queued.conversation_id)
    waiting = select(func.count()).where(col(QueuedMessageRow.conversation_id) == queued.conversation_id)
    if session.exec(waiting).one() >= MOST_WAITING:
        raise InvalidInput(reason='queue_full', most=MOST_WAITING)
    session.add(QueuedMessageRow(**queued_columns(queued)))
    return True
