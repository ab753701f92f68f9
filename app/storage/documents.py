"""Repository of documents: what was fetched for a conversation and is kept for the next time."""

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from app.domain.document import Document
from app.storage.database import Database
from app.storage.rows import document_from, row_of_document
from app.storage.tables import DocumentRow


class Documents:
    """Documents, each known to its owner alone. All methods raise `StorageUnavailable` when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, owner_id: str, key: str, conversation_id: str = '') -> Document | None:
        """Give the document of this key, None if the owner has none.

        A temporary conversation (`conversation_id`) finds its own first, and then what is kept anyway.
        """

        def work(session: Session) -> Document | None:
            row = session.get(DocumentRow, (owner_id, key))
            return document_from(row) if row else None

        database = self._database.of(conversation_id)
        found = await database.read(work)
        return found if found or database is self._database else await self._database.read(work)

    async def keep(self, owner_id: str, document: Document, conversation_id: str = '') -> None:
        """Store a document in place of the one with the same key, if there is one; where its conversation is."""

        def work(session: Session) -> None:
            session.merge(row_of_document(owner_id, document))

        database = self._database.of(conversation_id)
        try:
            await database.write(work)
        except IntegrityError:  # someone else stored the same key between our look and our insert
            await database.write(work)
