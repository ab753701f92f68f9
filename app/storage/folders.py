"""Folders: named places for conversations."""

from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from app.domain.conversation import Folder
from app.errors import NotFound
from app.storage.database import Database
from app.storage.rows import storable
from app.storage.tables import ConversationRow, FolderRow


class Folders:
    """Folders in the database. All methods raise `StorageUnavailable` when it fails.

    Those that take an `owner_id` raise `NotFound` when the folder is not there or someone else's.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, folder: Folder) -> None:
        """Store a new folder; no effect if it is there already."""
        row = FolderRow(
            id=folder.id, owner_id=folder.owner_id, name=storable(folder.name), created_at=folder.created_at
        )
        with suppress(IntegrityError):
            await self._database.write(lambda session: session.add(row))

    async def get(self, folder_id: str, owner_id: str) -> Folder:
        """Give one folder."""
        return await self._database.read(lambda session: _folder_from(_row(session, folder_id, owner_id)))

    async def rename(self, folder_id: str, owner_id: str, name: str) -> None:
        """Give a folder another name."""

        def work(session: Session) -> None:
            _row(session, folder_id, owner_id).name = storable(name)

        await self._database.write(work)

    async def delete(self, folder_id: str, owner_id: str) -> tuple[Folder, list[str]]:
        """Take a folder away; give it, and the ids of the conversations that were in it and are in none now.

        Those in the archive and in the trash are among them.
        """

        def work(session: Session) -> tuple[Folder, list[str]]:
            folder = _folder_from(_row(session, folder_id, owner_id))
            inside = col(ConversationRow.folder_id) == folder_id
            ids = list(session.exec(select(ConversationRow.id).where(inside)))
            session.exec(update(ConversationRow).where(inside).values(folder_id=None))
            session.exec(delete(FolderRow).where(col(FolderRow.id) == folder_id))
            return folder, ids

        return await self._database.write(work)


def folders_of(session: Session, owner_id: str) -> list[Folder]:
    """Give a person's folders in alphabetical order."""
    rows = session.exec(select(FolderRow).where(col(FolderRow.owner_id) == owner_id))
    return sorted(map(_folder_from, rows), key=lambda folder: (folder.name.casefold(), folder.id))


def known_folders(session: Session, owner_id: str, folder_ids: Sequence[str]) -> set[str]:
    """Give those of the ids that are folders of the person's."""
    if not folder_ids:
        return set()
    query = select(FolderRow.id).where(col(FolderRow.owner_id) == owner_id, col(FolderRow.id).in_(folder_ids))
    return set(session.exec(query))


def _row(session: Session, folder_id: str, owner_id: str) -> FolderRow:
    row = session.get(FolderRow, folder_id)
    if row is None or row.owner_id != owner_id:
        raise NotFound(id=folder_id)
    return row


def _folder_from(row: FolderRow) -> Folder:
    return Folder(id=row.id, owner_id=row.owner_id, name=row.name, created_at=row.created_at)
