"""What is being imported, before it is the person's.

Rows are written under an owner of their own, a few in each transaction, so that replies never wait long for their
commits. One short transaction gives them to the person. What an import adds to a conversation that is there already
waits in a conversation beside it, and follows after that transaction, one conversation at a time; after a crash the
next start goes on with it. What was not given is given up instead, and the trash deletes it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import uuid4

from sqlalchemy import delete, insert, or_, update
from sqlmodel import Session, col, select

from app.domain.conversation import Conversation, Folder
from app.domain.document import Document
from app.domain.message import Message
from app.domain.past_import import PastImport
from app.domain.queued import QueuedMessage
from app.storage.database import Database
from app.storage.erasures import note_erasure
from app.storage.following import BESIDE, News, columns_beside, follow_one
from app.storage.giving import STAGED, give
from app.storage.imports import count_messages, note_new
from app.storage.rows import conversation_columns, message_columns, queued_columns, row_of_document, storable
from app.storage.tables import (
    ConversationRow,
    ConversationTagRow,
    DocumentRow,
    FolderRow,
    MessageRow,
    QueuedMessageRow,
)
from app.storage.tags import tag_rows
from app.storage.trash import NOBODY

T = TypeVar('T')

AT_ONCE = 500
"""Ids in one query."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What is there of a conversation or a message that comes in."""

    owner_id: str = ''
    conversation_id: str = ''
    head_id: str | None = None
    depth: int = 0
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows for one transaction: their order is that of writing."""

    conversations: Sequence[Conversation] = ()
    messages: Sequence[Message] = ()
    queued: Sequence[QueuedMessage] = ()


class Staging:
    """Imports in the database. All methods raise `StorageUnavailable` when it fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def conversations(self, ids: Sequence[str]) -> dict[str, Stored]:
        """Say which of these conversations are there, whoever owns them."""
        query = select(
            ConversationRow.id, ConversationRow.owner_id, ConversationRow.head_id, ConversationRow.deleted_at
        )
        query = query.where(col(ConversationRow.id).in_(ids))
        found = await self._database.read_at_length(lambda session: session.exec(query).all())
        return {key: Stored(owner, key, head, is_deleted=deleted is not None) for key, owner, head, deleted in found}

    async def messages(self, ids: Sequence[str]) -> dict[str, Stored]:
        """Say which of these messages are there, in which conversation, and who owns that."""
        row = MessageRow

        def work(session: Session, ids: Sequence[str]) -> Sequence[tuple[str, str, str, int]]:
            query = select(row.id, ConversationRow.owner_id, row.conversation_id, row.depth)
            query = query.join(ConversationRow, col(ConversationRow.id) == row.conversation_id)
            return session.exec(query.where(col(row.id).in_(ids))).all()

        found = await self._look(work, ids)
        return {key: Stored(owner, conversation, depth=depth) for key, owner, conversation, depth in found}

    async def _look(self, work: Callable[[Session, Sequence[str]], Sequence[T]], ids: Sequence[str]) -> list[T]:
        def all_of_them(session: Session) -> list[T]:
            starts = range(0, len(ids), AT_ONCE)
            return [found for start in starts for found in work(session, ids[start : start + AT_ONCE])]

        return await self._database.read_at_length(all_of_them)

    async def write(self, import_id: str, batch: Batch) -> None:
        """Store a part of an import; conversations belong to whom they say."""
        rows = [conversation_columns(each) for each in batch.conversations]
        messages = [message_columns(message) for message in batch.messages]
        queued = [queued_columns(each) for each in batch.queued]
        written = (
            (ConversationRow, rows),
            (ConversationTagRow, tag_rows(batch.conversations)),
            (MessageRow, messages),
            (QueuedMessageRow, queued),
        )

        def work(session: Session) -> None:
            _leave_out_known(session, queued)
            for table, values in written:
                if values:
                    session.connection().execute(insert(table), values)
            note_new(session, import_id, rows, queued)
            count_messages(session, messages)

        await self._database.write(work)

    async def put_beside(self, import_id: str, conversation: Conversation, news: News) -> str:
        """Make the conversation in which news wait; give its id. `conversation` says what it is called."""
        columns = columns_beside(import_id, conversation, news)
        await self._database.write(lambda session: session.connection().execute(insert(ConversationRow), [columns]))
        return str(columns['id'])

    async def keep_folder(self, import_id: str, folder: Folder) -> str:
        """Store a folder and give its id, another one if its own is taken.

        The person's own folder of that name takes its place in the end, if there is one.
        """

        def work(session: Session) -> str:
            folder_id = str(uuid4()) if session.get(FolderRow, folder.id) else folder.id
            owner_id, name = STAGED + import_id, storable(folder.name)
            session.add(FolderRow(id=folder_id, owner_id=owner_id, name=name, created_at=folder.created_at))
            return folder_id

        return await self._database.write(work)

    async def keep_document(self, import_id: str, document: Document) -> None:
        """Store a document; one that the person has is left as it is in the end."""
        await self._database.write(lambda session: session.merge(row_of_document(STAGED + import_id, document)))

    async def give(self, past: PastImport, preferences: Mapping[str, Any] | None) -> tuple[bool, bool]:
        """Give everything to a person, in one transaction; what was put beside conversations is ready to follow.

        `preferences` are kept if the person has none. Tells whether they were, and whether anything came by this
        import: only then it is recorded, as `past` says.

        Raises:
            ImportRefused: some of the conversations counted are not there any more; then nothing is given.
        """
        return await self._database.write(lambda session: give(session, past, preferences))

    async def follow(self) -> News | None:
        """Move what waits beside one conversation into it; give what that was, None if nothing waits.

        If the conversation was deleted for good meanwhile, it goes the same way.
        """
        return await self._database.write(follow_one)

    async def give_up(self, import_id: str | None = None) -> int:
        """Give an import that was not given to nobody, or all of them; give how many conversations that were."""
        owner = col(ConversationRow.owner_id)
        if import_id is None:
            whose = or_(owner.startswith(STAGED), owner.startswith(BESIDE))
        else:
            whose = owner.in_([STAGED + import_id, BESIDE + import_id])
        gone = {'owner_id': NOBODY, 'deleted_at': datetime.now(UTC), 'folder_id': None}

        def work(session: Session) -> int:
            given_up = session.exec(update(ConversationRow).where(whose).values(**gone)).rowcount
            if given_up:
                note_erasure(session, NOBODY)
            return given_up

        conversations = await self._database.write(work)
        while await self._database.write(lambda session: _delete_some(session, import_id)):
            pass
        return conversations


def _leave_out_known(session: Session, queued: list[dict[str, Any]]) -> None:
    """Leave out what waits already, wherever it does: each is sent once."""
    by_id = {each['id']: each for each in queued}
    known = set(session.exec(select(QueuedMessageRow.id).where(col(QueuedMessageRow.id).in_([*by_id]))))
    queued[:] = [each for key, each in by_id.items() if key not in known]


def _delete_some(session: Session, import_id: str | None) -> bool:
    """Delete some of the documents and folders that were staged; say whether there may be more."""
    more = False
    for row, key in ((FolderRow, col(FolderRow.id)), (DocumentRow, col(DocumentRow.key))):
        owner = col(row.owner_id)
        whose = owner.startswith(STAGED) if import_id is None else owner == STAGED + import_id
        keys: Iterable[str] = session.exec(select(key).where(whose).limit(20)).all()
        session.exec(delete(row).where(whose, key.in_(list(keys))))
        more = more or bool(keys)
    if more:
        note_erasure(session, NOBODY)
    return more
