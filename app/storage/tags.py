"""The words people put on conversations."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import delete, insert
from sqlmodel import Session, col, select

from app.domain.conversation import LONGEST_TAG, Conversation
from app.storage.database import Database
from app.storage.rows import conversation_from, storable
from app.storage.tables import ConversationRow, ConversationTagRow


class Tags:
    """Tags in the database. All methods raise `StorageUnavailable` when it fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def names(self, owner_id: str) -> list[str]:
        """Give every tag of a person's conversations, in alphabetical order; what lies in the trash does not count."""
        query = (
            select(ConversationTagRow.name)
            .join(ConversationRow, col(ConversationRow.id) == col(ConversationTagRow.conversation_id))
            .where(col(ConversationRow.owner_id) == owner_id, col(ConversationRow.deleted_at).is_(None))
            .distinct()
        )
        return await self._database.read(lambda session: sorted(session.exec(query), key=str.casefold))


def with_tags(session: Session, rows: Iterable[ConversationRow]) -> list[Conversation]:
    """Read the conversations of some rows; one query gives the tags of all."""
    rows = list(rows)
    tags: defaultdict[str, list[str]] = defaultdict(list)
    query = select(ConversationTagRow).where(col(ConversationTagRow.conversation_id).in_([row.id for row in rows]))
    for tag in session.exec(query) if rows else ():
        tags[tag.conversation_id].append(tag.name)
    return [conversation_from(row, tags[row.id]) for row in rows]


def write_tags(session: Session, conversations: Sequence[Conversation]) -> None:
    """Make the stored tags of some conversations what these values say."""
    if not conversations:
        return
    ids = [each.id for each in conversations]
    session.exec(delete(ConversationTagRow).where(col(ConversationTagRow.conversation_id).in_(ids)))
    if rows := tag_rows(conversations):
        session.execute(insert(ConversationTagRow), rows)


def tag_rows(conversations: Iterable[Conversation]) -> list[dict[str, str]]:
    """Give the rows of some conversations' tags in the form both databases can hold: cut, and each word once."""
    return [
        {'conversation_id': each.id, 'name': name}
        for each in conversations
        for name in dict.fromkeys(storable(tag)[:LONGEST_TAG] for tag in each.tags)
    ]
