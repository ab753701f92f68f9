"""The record of imports: which there were, and what came by each, noted in the transactions that bring it."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, delete, insert, update
from sqlmodel import Session, col, select

from app.domain.past_import import PastImport
from app.errors import NotFound
from app.storage.database import Database
from app.storage.rows import storable
from app.storage.tables import Base, ImportedRow, PastImportRow

IMPORTED = Base.metadata.tables['imported']

Columns = Mapping[str, Any]


class Kind(StrEnum):
    """What may come by an import. NEWS is a conversation that was there already, MESSAGE what was added to one."""

    CONVERSATION = 'conversation'
    QUEUED = 'queued'
    NEWS = 'news'
    MESSAGE = 'message'
    FOLDER = 'folder'
    DOCUMENT = 'document'


class PastImports:
    """Imports that were given. All methods raise `StorageUnavailable` when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def latest(self, owner_id: str, limit: int) -> list[PastImport]:
        """List a person's imports, the latest first; those that were undone are not there any more."""
        query = select(PastImportRow).where(col(PastImportRow.owner_id) == owner_id)
        query = query.order_by(col(PastImportRow.created_at).desc(), col(PastImportRow.id)).limit(limit)
        return await self._database.read(lambda session: [*map(_past_import, session.exec(query))])

    async def to_be_undone(self) -> list[PastImport]:
        """List what people asked to undo and is not undone yet, whoever they are."""
        query = select(PastImportRow).where(col(PastImportRow.undoing)).order_by(col(PastImportRow.created_at).desc())
        return await self._database.read(lambda session: [*map(_past_import, session.exec(query))])

    async def ask_to_undo(self, import_id: str, owner_id: str) -> None:
        """Note that an import is to be undone: from then on it will be, whatever happens.

        Raises:
            NotFound: the person has no such import.
        """
        query = update(PastImportRow).where(col(PastImportRow.id) == import_id, col(PastImportRow.owner_id) == owner_id)
        if not await self._database.write(lambda session: session.exec(query.values(undoing=True)).rowcount):
            raise NotFound(id=import_id)


def note_import(session: Session, past: PastImport, preferences: Columns | None) -> None:
    """Record an import that is being given; `preferences` are those that came with it and were taken."""
    session.add(
        PastImportRow(
            id=past.id,
            owner_id=past.owner_id,
            file=storable(past.file),
            sources=[*past.sources],
            created_at=past.created_at,
            conversations=past.conversations,
            with_news=past.with_news,
            preferences=None if preferences is None else digest(preferences),
            undoing=False,
            gone=0,
            cut=0,
            kept=0,
        )
    )


def note_new(session: Session, import_id: str, conversations: Sequence[Columns], queued: Sequence[Columns]) -> None:
    """Note conversations that come new, still without messages, and what waits in them."""
    found = [
        *(_item(import_id, Kind.CONVERSATION, row['id'], row['id']) for row in conversations),
        *(_item(import_id, Kind.QUEUED, row['id'], row['conversation_id']) for row in queued),
    ]
    if found:
        session.connection().execute(insert(IMPORTED), found)


def count_messages(session: Session, messages: Sequence[Columns]) -> None:
    """Count messages for the conversations that came new with them."""
    number: Counter[str] = Counter()
    length: Counter[str] = Counter()
    for row in messages:
        number[row['conversation_id']] += 1
        length[row['conversation_id']] += characters(row)
    query = (
        update(IMPORTED)
        .where(IMPORTED.c.conversation_id == bindparam('conversation'), IMPORTED.c.kind == Kind.CONVERSATION.value)
        .values(
            messages=IMPORTED.c.messages + bindparam('number'), characters=IMPORTED.c.characters + bindparam('length')
        )
    )
    counted = [{'conversation': key, 'number': number[key], 'length': length[key]} for key in number]
    if counted:
        session.connection().execute(query, counted)


def note_added(
    session: Session, import_id: str, conversation_id: str, messages: Iterable[Columns], before: Columns
) -> None:
    """Note messages that are added to a conversation that was there already, and how it stood `before`."""
    added = [
        _item(import_id, Kind.MESSAGE, row['id'], conversation_id) | {'messages': 1, 'characters': characters(row)}
        for row in messages
    ]
    news = _item(import_id, Kind.NEWS, conversation_id, conversation_id) | {'before': dict(before)}
    session.connection().execute(insert(IMPORTED), [news, *added])


def note_given(session: Session, import_id: str, kind: Kind, ids: Iterable[str]) -> None:
    """Note folders or documents that are given."""
    if found := [_item(import_id, kind, key, None) for key in ids]:
        session.connection().execute(insert(IMPORTED), found)


def strike_off(session: Session, import_id: str, kinds: Collection[Kind], conversation_ids: Collection[str]) -> None:
    """Forget what came by an import to some conversations.

    By the whole key: asked for the import and conversations of it, SQLite looks through all of that import.
    """
    of_kind = col(ImportedRow.kind).in_([kind.value for kind in kinds])
    query = select(ImportedRow.item_id, ImportedRow.import_id).where(
        col(ImportedRow.conversation_id).in_(conversation_ids), of_kind
    )
    ids = [key for key, by in session.exec(query) if by == import_id]
    whole_key = col(ImportedRow.import_id) == import_id, of_kind, col(ImportedRow.item_id).in_(ids)
    session.exec(delete(ImportedRow).where(*whole_key).execution_options(synchronize_session=False))


def characters(row: Columns) -> int:
    """Give how much text a message has, as the database counts it."""
    return len(row['content']) + len(row['thinking'])


def digest(preferences: Columns) -> str:
    """Give what tells whether preferences are the same, without keeping their words twice."""
    return hashlib.sha256(json.dumps(preferences, sort_keys=True).encode()).hexdigest()


def _item(import_id: str, kind: Kind, item_id: str, conversation_id: str | None) -> dict[str, Any]:
    return {
        'import_id': import_id,
        'kind': kind.value,
        'item_id': item_id,
        'conversation_id': conversation_id,
        'messages': 0,
        'characters': 0,
        'before': None,
    }


def _past_import(row: PastImportRow) -> PastImport:
    return PastImport(
        id=row.id,
        owner_id=row.owner_id,
        file=row.file,
        sources=tuple(each for each in row.sources if isinstance(each, str)) if isinstance(row.sources, list) else (),
        created_at=row.created_at,
        conversations=row.conversations,
        with_news=row.with_news,
        is_undoing=row.undoing,
    )
