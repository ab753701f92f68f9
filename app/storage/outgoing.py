"""What belongs to a person, read to be taken elsewhere. Each conversation comes from one state of the database."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, select

from app.domain.carried import Carried
from app.domain.conversation import Folder
from app.domain.delta import DeltaKind, JournalEntry, grown
from app.domain.document import Document
from app.domain.message import Message
from app.errors import NotFound
from app.storage.database import Database
from app.storage.rows import conversation_from, document_from, message_from, queued_from
from app.storage.tables import (
    ConversationRow,
    ConversationTagRow,
    DocumentRow,
    FolderRow,
    MessageRow,
    PreferencesRow,
    QueuedMessageRow,
    ReplyDeltaRow,
)


class Outgoing:
    """Reads whole things. All methods raise `StorageUnavailable` when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def conversation(self, owner_id: str, conversation_id: str, *, deleted: bool = False) -> Carried:
        """Give a conversation with its whole tree; a reply that streams as far as it is stored.

        Raises:
            NotFound: there is none for this owner, or it lies in the bin (unless `deleted`).
        """

        def work(session: Session) -> Carried:
            row = session.get(ConversationRow, conversation_id)
            if row is None or row.owner_id != owner_id or (row.deleted_at is not None and not deleted):
                raise NotFound(id=conversation_id)
            return _carried(session, row)

        return await self._database.of(conversation_id).read_at_length(work)

    async def conversation_ids(self, owner_id: str, *, after: str = '', limit: int) -> list[str]:
        """Give ids of a person's conversations in their order, archive and bin included, from the one after `after`."""
        query = (
            select(ConversationRow.id)
            .where(col(ConversationRow.owner_id) == owner_id, col(ConversationRow.id) > after)
            .order_by(col(ConversationRow.id))
            .limit(limit)
        )
        return await self._database.read_at_length(lambda session: list(session.exec(query)))

    async def documents(self, owner_id: str, *, after: str = '', limit: int) -> list[Document]:
        """Give a person's documents by their keys, from the one after `after`."""
        query = (
            select(DocumentRow)
            .where(col(DocumentRow.owner_id) == owner_id, col(DocumentRow.key) > after)
            .order_by(col(DocumentRow.key))
            .limit(limit)
        )
        return await self._database.read_at_length(lambda session: [document_from(row) for row in session.exec(query)])

    async def folders(self, owner_id: str) -> list[Folder]:
        """Give all of a person's folders."""
        query = select(FolderRow).where(col(FolderRow.owner_id) == owner_id).order_by(col(FolderRow.id))
        return await self._database.read_at_length(
            lambda session: [
                Folder(id=row.id, owner_id=row.owner_id, name=row.name, created_at=row.created_at)
                for row in session.exec(query)
            ]
        )

    async def preferences(self, owner_id: str) -> Mapping[str, Any]:
        """Give what a person has set, as it is stored."""

        def work(session: Session) -> Mapping[str, Any]:
            row = session.get(PreferencesRow, owner_id)
            return row.data if row else {}

        return await self._database.read_at_length(work)


def _carried(session: Session, row: ConversationRow) -> Carried:
    tags = session.exec(select(ConversationTagRow.name).where(col(ConversationTagRow.conversation_id) == row.id))
    folder = session.get(FolderRow, row.folder_id) if row.folder_id else None
    queued = session.exec(
        select(QueuedMessageRow)
        .where(col(QueuedMessageRow.conversation_id) == row.id)
        .order_by(col(QueuedMessageRow.created_at), col(QueuedMessageRow.id))
    )
    return Carried(
        conversation=conversation_from(row, tags),
        messages=tuple(_messages(session, row.id)),
        folder=folder.name if folder else '',
        queued=tuple(map(queued_from, queued)),
    )


def _messages(session: Session, conversation_id: str) -> list[Message]:
    """Give all messages, parents before their children."""
    rows = session.exec(
        select(MessageRow)
        .where(col(MessageRow.conversation_id) == conversation_id)
        .order_by(col(MessageRow.depth), col(MessageRow.created_at), col(MessageRow.id))
    )
    entries: defaultdict[str, list[JournalEntry]] = defaultdict(list)
    for each in session.exec(
        select(ReplyDeltaRow)
        .join(MessageRow, col(MessageRow.id) == ReplyDeltaRow.message_id)
        .where(col(MessageRow.conversation_id) == conversation_id)
        .order_by(col(ReplyDeltaRow.message_id), col(ReplyDeltaRow.seq))
    ):
        if each.kind in {*DeltaKind}:  # a later version may know more of them
            entries[each.message_id].append(JournalEntry(each.message_id, each.seq, DeltaKind(each.kind), each.text))
    return [grown(message, entries[message.id]) for message in map(message_from, rows)]
