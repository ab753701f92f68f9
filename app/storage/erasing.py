"""Deleting everything a person has.

What was fetched for them goes first, a little at a time: it can be fetched again, should a crash come between. Then
everything else leaves them in one transaction; the rows of their conversations are deleted afterwards, like those of
the trash, and what is left of them in the files is overwritten (`traces`); a start after a crash goes on with that.
"""

from datetime import UTC, datetime

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from app.storage.database import Database
from app.storage.erasures import note_erasure
from app.storage.tables import (
    ConversationRow,
    DocumentRow,
    FolderRow,
    ImportedRow,
    PastImportRow,
    PreferencesRow,
    QueuedMessageRow,
)
from app.storage.trash import NOBODY, Trash

AT_ONCE = 500
"""Messages of temporary conversations deleted at a time: nobody waits for a disk there."""


class Erasing:
    """All of a person. Both methods raise `StorageUnavailable` when the database fails, and can be repeated."""

    def __init__(self, database: Database) -> None:
        self._databases = tuple(dict.fromkeys((database, database.temporary)))

    async def forget_documents(self, owner_id: str, at_a_time: int) -> bool:
        """Delete some of what was fetched for a person; False when nothing is left."""

        def work(session: Session) -> bool:
            of_person = col(DocumentRow.owner_id) == owner_id
            keys = list(session.exec(select(DocumentRow.key).where(of_person).limit(at_a_time)))
            session.exec(delete(DocumentRow).where(of_person, col(DocumentRow.key).in_(keys)))
            if keys:
                note_erasure(session, owner_id)
            return bool(keys)

        return any([await database.write(work) for database in self._databases])

    async def give_up(self, owner_id: str) -> None:
        """Take conversations, folders, preferences and the record of imports from a person.

        What is only in memory is gone at once.
        """

        def work(session: Session) -> None:
            of_person = col(ConversationRow.owner_id) == owner_id
            ids = select(ConversationRow.id).where(of_person)
            session.exec(delete(QueuedMessageRow).where(col(QueuedMessageRow.conversation_id).in_(ids)))
            deleted_at = func.coalesce(ConversationRow.deleted_at, datetime.now(UTC))
            gone = {'owner_id': NOBODY, 'folder_id': None, 'pinned': False, 'deleted_at': deleted_at}
            session.exec(update(ConversationRow).where(of_person).values(**gone))
            session.exec(delete(FolderRow).where(col(FolderRow.owner_id) == owner_id))
            session.exec(delete(PreferencesRow).where(col(PreferencesRow.owner_id) == owner_id))
            _forget_imports(session, owner_id)
            note_erasure(session, owner_id)

        for database in self._databases:
            await database.write(work)
        for memory in self._databases[1:]:
            while await Trash(memory).erase_some(AT_ONCE):
                pass


def _forget_imports(session: Session, owner_id: str) -> None:
    """What is recorded of single conversations goes with them."""
    whose = col(PastImportRow.owner_id) == owner_id
    of_them = col(ImportedRow.import_id).in_(select(PastImportRow.id).where(whose))
    session.exec(delete(ImportedRow).where(of_them, col(ImportedRow.conversation_id).is_(None)))
    session.exec(delete(PastImportRow).where(whose))
