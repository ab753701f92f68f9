"""Deleting for good.

What is to go is first given to nobody: from then on no person can reach it, whatever happens. Its rows are deleted
afterwards, a few in each transaction, so that replies never wait long for their commits, and a crash in between
leaves nothing half deleted that anybody could see.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, not_, update
from sqlmodel import Session, col, select

from app.domain.identifiers import TEMPORARY, VERSION_AT
from app.storage.database import Database
from app.storage.erasures import note_erasure
from app.storage.tables import (
    ConversationRow,
    ConversationTagRow,
    ImportedRow,
    MessageRow,
    QueuedMessageRow,
    ReplyDeltaRow,
)

NOBODY = ''
"""Owner of what is being deleted for good."""

CHARACTERS = 25_000
"""How much text goes in one transaction: to take it out of the search's index takes some 10 ms."""


@dataclass(frozen=True, slots=True)
class Erased:
    """How much was deleted: rows of messages and conversations, and characters of text."""

    rows: int = 0
    characters: int = 0

    def __bool__(self) -> bool:
        """Tell whether it was anything."""
        return self.rows > 0

    def __add__(self, other: 'Erased') -> 'Erased':
        """Take both together."""
        return Erased(self.rows + other.rows, self.characters + other.characters)


class Trash:
    """What lies in the trash. All methods raise `StorageUnavailable` when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def give_up(self, owner_id: str, conversation_ids: Sequence[str] | None = None) -> list[str]:
        """Give some conversations of a person's trash, or all, to nobody; give the ids of those that went."""
        of_person = col(ConversationRow.owner_id) == owner_id
        if conversation_ids is None:
            return await self._give_up(owner_id, of_person)
        return await self._give_up(owner_id, of_person, col(ConversationRow.id).in_(conversation_ids))

    async def give_up_older(self, than: datetime, *, but: str) -> list[str]:
        """Give to nobody whatever was deleted before a time, whoever owned it, and give the ids.

        Owners whose names begin with `but` are passed over.
        """
        owner, is_old = col(ConversationRow.owner_id), col(ConversationRow.deleted_at) < than
        return await self._give_up(NOBODY, is_old, owner != NOBODY, not_(owner.startswith(but, autoescape=True)))

    async def forget_temporary(self, than: datetime) -> None:
        """Delete temporary conversations that were deleted before a time; in memory, at once."""
        version = func.substr(ConversationRow.id, VERSION_AT + 1, 1)

        def work(session: Session) -> None:
            query = select(ConversationRow.id).where(col(ConversationRow.deleted_at) < than, version == TEMPORARY)
            ids = list(session.exec(query))
            of_them = col(MessageRow.conversation_id).in_(ids)
            pieces = select(MessageRow.id).where(of_them)
            session.exec(delete(ReplyDeltaRow).where(col(ReplyDeltaRow.message_id).in_(pieces)))
            session.exec(delete(MessageRow).where(of_them))
            for row in (ConversationTagRow, QueuedMessageRow):
                session.exec(delete(row).where(col(row.conversation_id).in_(ids)))
            session.exec(delete(ConversationRow).where(col(ConversationRow.id).in_(ids)))

        await self._database.temporary.write(work)

    async def erase_some(self, rows: int) -> Erased:
        """Delete at most so many messages and conversations that are nobody's, and not much text at a time.

        Gives how much that was: nothing when there is nothing to delete.
        """
        return await self._database.write(lambda session: _erase_some(session, rows))

    async def _give_up(self, owner_id: str, *conditions: ColumnElement[bool]) -> list[str]:
        query = (
            update(ConversationRow)
            .where(col(ConversationRow.deleted_at).is_not(None), *conditions)
            .values(owner_id=NOBODY, folder_id=None)
            .returning(col(ConversationRow.id))
        )

        def work(session: Session) -> list[str]:
            gone = list(session.execute(query).scalars())
            if gone:
                note_erasure(session, owner_id)
            return gone

        return await self._database.write(work)


def _erase_some(session: Session, rows: int) -> Erased:
    nobodys = col(ConversationRow.owner_id) == NOBODY, col(ConversationRow.deleted_at).is_not(None)
    erased = Erased()
    while erased.rows < rows and erased.characters < CHARACTERS:
        conversation_id = session.exec(select(ConversationRow.id).where(*nobodys).limit(1)).first()
        if conversation_id is None:
            break
        erased += _erase_of(session, conversation_id, rows - erased.rows)
    return erased


def _erase_of(session: Session, conversation_id: str, rows: int) -> Erased:
    """Delete messages of a conversation, and itself if none is left."""
    of_it = col(MessageRow.conversation_id) == conversation_id
    deepest = select(MessageRow.id).where(of_it).order_by(col(MessageRow.depth).desc()).limit(rows)
    ids, characters = _short_enough(session, list(session.exec(deepest)))  # children go before their parents
    session.exec(delete(ReplyDeltaRow).where(col(ReplyDeltaRow.message_id).in_(ids)))
    session.exec(delete(MessageRow).where(col(MessageRow.id).in_(ids)))
    if len(ids) == rows or session.exec(select(MessageRow.id).where(of_it).limit(1)).first() is not None:
        return Erased(len(ids), characters)
    for row in (ConversationTagRow, QueuedMessageRow, ImportedRow):
        session.exec(delete(row).where(col(row.conversation_id) == conversation_id))
    session.exec(delete(ConversationRow).where(col(ConversationRow.id) == conversation_id))
    return Erased(len(ids) + 1, characters)


def _short_enough(session: Session, ids: Sequence[str]) -> tuple[list[str], int]:
    """Give the first of some messages, as many as have little text together but at least one; and how long that is."""
    length = func.length(MessageRow.content) + func.length(MessageRow.thinking)
    lengths: dict[str, int] = dict(session.exec(select(MessageRow.id, length).where(col(MessageRow.id).in_(ids))).all())
    total = 0
    for number, message_id in enumerate(ids, 1):
        total += lengths[message_id]
        if total >= CHARACTERS:
            return list(ids[:number]), total
    return list(ids), total
