"""Deleting for good.

What is to go is first given to nobody: from then on no person can reach it, whatever happens. Its rows are deleted
afterwards, a few in each transaction, so that replies never wait long for their commits, and a crash in between
leaves nothing half deleted that anybody could see.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, not_, update
from sqlmodel import Session, col, select

from app.domain.identifiers import TEMPORARY, VERSION_AT
from app.storage.database import Database
from app.storage.tables import ConversationRow, ConversationTagRow, MessageRow, QueuedMessageRow, ReplyDeltaRow

NOBODY = ''
"""Owner of what is being deleted for good."""


class Trash:
    """What lies in the trash. All methods raise `StorageUnavailable` when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def give_up(self, owner_id: str, conversation_ids: Sequence[str] | None = None) -> list[str]:
        """Give some conversations of a person's trash, or all, to nobody; give the ids of those that went."""
        of_person = col(ConversationRow.owner_id) == owner_id
        if conversation_ids is None:
            return await self._give_up(of_person)
        return await self._give_up(of_person, col(ConversationRow.id).in_(conversation_ids))

    async def give_up_older(self, than: datetime, *, but: str) -> list[str]:
        """Give to nobody whatever was deleted before a time, whoever owned it, and give the ids.

        Owners whose names begin with `but` are passed over.
        """
        owner = col(ConversationRow.owner_id)
        return await self._give_up(
            col(ConversationRow.deleted_at) < than, owner != NOBODY, not_(owner.startswith(but, autoescape=True))
        )

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

    async def erase_some(self, messages: int) -> bool:
        """Delete at most so many messages of one conversation that is nobody's, and itself if none is left.

        Gives False when there is nothing to delete.
        """
        return await self._database.write(lambda session: _erase_some(session, messages))

    async def _give_up(self, *conditions: ColumnElement[bool]) -> list[str]:
        query = (
            update(ConversationRow)
            .where(col(ConversationRow.deleted_at).is_not(None), *conditions)
            .values(owner_id=NOBODY, folder_id=None)
            .returning(col(ConversationRow.id))
        )
        return await self._database.write(lambda session: list(session.execute(query).scalars()))


def _erase_some(session: Session, messages: int) -> bool:
    nobodys = col(ConversationRow.owner_id) == NOBODY, col(ConversationRow.deleted_at).is_not(None)
    conversation_id = session.exec(select(ConversationRow.id).where(*nobodys).limit(1)).first()
    if conversation_id is None:
        return False
    of_it = col(MessageRow.conversation_id) == conversation_id
    deepest = select(MessageRow.id).where(of_it).order_by(col(MessageRow.depth).desc()).limit(messages)
    ids = list(session.exec(deepest))  # children go before their parents
    session.exec(delete(ReplyDeltaRow).where(col(ReplyDeltaRow.message_id).in_(ids)))
    session.exec(delete(MessageRow).where(col(MessageRow.id).in_(ids)))
    if len(ids) < messages:
        for row in (ConversationTagRow, QueuedMessageRow):
            session.exec(delete(row).where(col(row.conversation_id) == conversation_id))
        session.exec(delete(ConversationRow).where(col(ConversationRow.id) == conversation_id))
    return True
