"""Taking out again what came by an import, a little in each transaction, so that replies never wait long.

Conversations that came new and that nobody has gone on with are given to nobody, and the trash deletes them. What was
added to others is deleted from them (`cutting_back`). What a later import has built on belongs to that one from then
on. What is done leaves the record in the same transaction, so a start after a crash goes on with the rest.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, update
from sqlmodel import Session, col, select

from app.domain.message import Status
from app.domain.past_import import PastImport
from app.domain.stored import sources_from
from app.storage.cutting_back import Changed, Rest, cut_back
from app.storage.database import Database
from app.storage.erasures import note_erasure
from app.storage.imports import Kind, digest, strike_off
from app.storage.tables import (
    ConversationRow,
    DocumentRow,
    FolderRow,
    ImportedRow,
    MessageRow,
    PastImportRow,
    PreferencesRow,
    QueuedMessageRow,
)
from app.storage.trash import NOBODY

CHARACTERS = 1_000_000
"""How much text is counted in one transaction, to see whether it has become more: a few milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOut:
    """What one step took out: whole conversations (`ids`), or the last of what had been added to one (`changed`).

    In all so far: `gone` conversations, `cut` ones from which all went that had been added, and `kept` ones, with which
    somebody has gone on. `ended` says that nothing is left of the import.
    """

    ids: Sequence[str] = ()
    changed: Changed | None = None
    gone: int = 0
    cut: int = 0
    kept: int = 0
    ended: bool = False


class TakingOut:
    """Imports that are undone. All methods raise `StorageUnavailable` when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rest: Rest | None = None

    async def documents_used(self, past: PastImport) -> frozenset[str]:
        """Give the keys of the documents that answers in its person's conversations were made from.

        None if no document came by the import.
        """
        query = select(MessageRow.sources).join(
            ConversationRow, col(ConversationRow.id) == col(MessageRow.conversation_id)
        )
        query = query.where(col(ConversationRow.owner_id) == past.owner_id, col(MessageRow.sources).is_not(None))

        def work(session: Session) -> frozenset[str]:
            if not _next(session, past, Kind.DOCUMENT, 1):
                return frozenset()
            found = session.exec(query.execution_options(yield_per=500))
            return frozenset(source.key for sources in found for source in sources_from(sources) if source.key)

        return await self._database.read_at_length(work)

    async def step(self, past: PastImport, rows: int) -> TakenOut | None:
        """Take out at most so many conversations, or so many messages of one; None when there are no more."""

        def work(session: Session) -> tuple[TakenOut | None, Rest | None]:
            record = session.get(PastImportRow, past.id)
            return (None, None) if record is None else _step(session, past, record, rest, rows)

        rest, self._rest = self._rest, None  # after a failure it is read anew: who knows what was committed
        taken, self._rest = await self._database.write(work)
        return taken

    async def finish(self, past: PastImport, used: Collection[str], rows: int) -> TakenOut:
        """Take out at most so many folders without conversations, or documents that are not `used`; then the rest."""

        def work(session: Session) -> TakenOut:
            record = session.get(PastImportRow, past.id)
            if record is None:  # everything of the person was deleted meanwhile
                return TakenOut(ended=True)
            return TakenOut(
                ended=_finish(session, past, used, rows), gone=record.gone, cut=record.cut, kept=record.kept
            )

        return await self._database.write(work)


def _next(session: Session, past: PastImport, kind: Kind, rows: int) -> Sequence[ImportedRow]:
    query = select(ImportedRow).where(col(ImportedRow.import_id) == past.id, col(ImportedRow.kind) == kind.value)
    return session.exec(query.order_by(col(ImportedRow.item_id)).limit(rows)).all()


def _step(
    session: Session, past: PastImport, record: PastImportRow, rest: Rest | None, rows: int
) -> tuple[TakenOut | None, Rest | None]:
    ids: Sequence[str] = ()
    changed = None
    if items := _next(session, past, Kind.CONVERSATION, rows):
        ids = _take_conversations(session, record, _short_enough(items))
    elif items := _next(session, past, Kind.NEWS, 1):
        changed, rest = cut_back(session, record, items[0], rest, rows)
    else:
        return None, None
    return TakenOut(ids=ids, changed=changed, gone=record.gone, cut=record.cut, kept=record.kept), rest


def _short_enough(items: Sequence[ImportedRow]) -> list[str]:
    """Give the first conversations, as many as have little text together but at least one."""
    length = 0
    for number, item in enumerate(items, 1):
        length += item.characters
        if length > CHARACTERS:
            return [each.item_id for each in items[:number]]
    return [each.item_id for each in items]


def _take_conversations(session: Session, record: PastImportRow, ids: Sequence[str]) -> list[str]:
    """Give to nobody those that stand as they came; give their ids."""
    query = select(ConversationRow.id).where(col(ConversationRow.id).in_(ids))
    there = set(session.exec(query.where(col(ConversationRow.owner_id) == record.owner_id).with_for_update()))
    kept = there & _gone_on_with(session, ids)
    later = {key: by for key, by in _built_on(session, record.id, ids).items() if key in there - kept}
    for key, by in later.items():
        of_it = col(ImportedRow.conversation_id) == key, col(ImportedRow.kind).in_([Kind.CONVERSATION, Kind.QUEUED])
        session.exec(update(ImportedRow).where(*of_it).values(import_id=by))
    strike_off(session, record.id, [Kind.CONVERSATION, Kind.QUEUED], [key for key in ids if key not in later])
    gone = [key for key in ids if key in there and key not in kept and key not in later]
    _give_up(session, gone)
    record.gone += len(gone)
    record.kept += len(kept)
    return gone


def _gone_on_with(session: Session, ids: Sequence[str]) -> set[str]:
    """Say which conversations have other messages or more text than imports brought, or something that waits."""
    text = func.length(MessageRow.content) + func.length(MessageRow.thinking)
    inside = col(MessageRow.conversation_id).in_(ids)
    have = _sums(session, MessageRow.conversation_id, func.count(), func.sum(text), inside)
    brought = _sums(
        session,
        ImportedRow.conversation_id,
        func.sum(ImportedRow.messages),
        func.sum(ImportedRow.characters),
        col(ImportedRow.conversation_id).in_(ids),
    )
    streams = select(MessageRow.conversation_id).where(inside, col(MessageRow.status) == Status.STREAMING.value)
    ours = select(ImportedRow.item_id).where(
        col(ImportedRow.conversation_id).in_(ids), col(ImportedRow.kind) == Kind.QUEUED.value
    )
    waits = select(QueuedMessageRow.conversation_id).where(
        col(QueuedMessageRow.conversation_id).in_(ids), col(QueuedMessageRow.id).not_in(ours)
    )
    grown = {key for key in ids if have.get(key, (0, 0)) != brought.get(key, (0, 0))}
    return grown | set(session.exec(streams)) | set(session.exec(waits))


def _sums(
    session: Session, key: Any, number: Any, length: Any, condition: ColumnElement[bool]
) -> dict[str, tuple[int, int]]:
    found = session.exec(select(key, number, length).where(condition).group_by(key)).all()
    return {each: (int(messages or 0), int(characters or 0)) for each, messages, characters in found}


def _built_on(session: Session, import_id: str, ids: Sequence[str]) -> Mapping[str, str]:
    """Say to which conversations another import has added messages, and which."""
    query = select(ImportedRow.conversation_id, func.min(ImportedRow.import_id)).where(
        col(ImportedRow.conversation_id).in_(ids),
        col(ImportedRow.kind) == Kind.MESSAGE.value,
        col(ImportedRow.import_id) != import_id,
    )
    return {str(key): by for key, by in session.exec(query.group_by(col(ImportedRow.conversation_id)))}


def _give_up(session: Session, ids: Sequence[str]) -> None:
    if ids:
        session.exec(delete(QueuedMessageRow).where(col(QueuedMessageRow.conversation_id).in_(ids)))
        deleted_at = func.coalesce(ConversationRow.deleted_at, datetime.now(UTC))
        gone = {'owner_id': NOBODY, 'folder_id': None, 'pinned': False, 'deleted_at': deleted_at}
        query = update(ConversationRow).where(col(ConversationRow.id).in_(ids)).values(**gone)
        session.exec(query.execution_options(synchronize_session=False))
        note_erasure(session, NOBODY)


def _finish(session: Session, past: PastImport, used: Collection[str], rows: int) -> bool:
    """Tell whether this was the last."""
    if documents := _next(session, past, Kind.DOCUMENT, rows):
        keys = [item.item_id for item in documents if item.item_id not in used]
        of_person = col(DocumentRow.owner_id) == past.owner_id
        session.exec(delete(DocumentRow).where(of_person, col(DocumentRow.key).in_(keys)))
        _forget(session, documents)
        note_erasure(session, NOBODY)
        return False
    if folders := _next(session, past, Kind.FOLDER, rows):
        inside = select(ConversationRow.folder_id).where(col(ConversationRow.folder_id).is_not(None))
        is_of_it = col(FolderRow.id).in_([item.item_id for item in folders]), col(FolderRow.owner_id) == past.owner_id
        query = delete(FolderRow).where(*is_of_it, col(FolderRow.id).not_in(inside))
        session.exec(query.execution_options(synchronize_session=False))
        _forget(session, folders)
        return False
    record = session.get_one(PastImportRow, past.id)
    preferences = session.get(PreferencesRow, past.owner_id)
    if preferences is not None and digest(preferences.data) == record.preferences:
        session.delete(preferences)
        note_erasure(session, NOBODY)
    session.delete(record)
    return True


def _forget(session: Session, items: Sequence[ImportedRow]) -> None:
    for item in items:
        session.delete(item)
