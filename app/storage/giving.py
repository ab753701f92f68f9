"""Giving an import to its person: whatever was staged becomes theirs in one transaction, and is recorded."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from app.domain.past_import import PastImport
from app.errors import ImportRefused
from app.storage.following import BESIDE, FOLLOWS
from app.storage.imports import Kind, note_given, note_import
from app.storage.tables import ConversationRow, DocumentRow, FolderRow, PreferencesRow

STAGED = 'importing:'
"""Owners that begin so are imports under way."""


def give(session: Session, past: PastImport, preferences: Mapping[str, Any] | None) -> tuple[bool, bool]:
    """Give everything of an import; tell whether its preferences were kept, and whether anything came by it at all.

    Raises:
        ImportRefused: some of the conversations counted are not there any more.
    """
    staged, owner_id = STAGED + past.id, past.owner_id
    _leave_lost_folders(session, staged)
    given = _change_owner(session, staged, owner_id)
    waiting = _change_owner(session, BESIDE + past.id, FOLLOWS + owner_id)
    if (given, waiting) != (past.conversations, past.with_news):
        raise ImportRefused(reason='interrupted')
    folders = _give_folders(session, staged, owner_id)
    documents = _give_documents(session, staged, owner_id)
    taken = preferences if preferences and session.get(PreferencesRow, owner_id) is None else None
    if taken:
        session.add(PreferencesRow(owner_id=owner_id, data=dict(taken)))
    is_any = bool(given or waiting or folders or documents or taken)
    if is_any:
        note_given(session, past.id, Kind.FOLDER, folders)
        note_given(session, past.id, Kind.DOCUMENT, documents)
        note_import(session, past, taken)
    return bool(taken), is_any


def _change_owner(session: Session, old: str, new: str) -> int:
    query = update(ConversationRow).where(col(ConversationRow.owner_id) == old).values(owner_id=new)
    return session.exec(query).rowcount


def _leave_lost_folders(session: Session, staged: str) -> None:
    """Take conversations out of a folder of the person's that was taken away meanwhile."""
    lost = col(ConversationRow.folder_id).not_in(select(FolderRow.id))
    query = update(ConversationRow).where(col(ConversationRow.owner_id) == staged, lost).values(folder_id=None)
    session.exec(query.execution_options(synchronize_session=False))


def _give_folders(session: Session, staged: str, owner_id: str) -> list[str]:
    """Give the ids of those that are the person's now; where they have one of that name, it takes its place."""
    own = select(FolderRow.name, func.min(FolderRow.id)).where(col(FolderRow.owner_id) == owner_id)
    known: dict[str, str] = dict(session.exec(own.group_by(col(FolderRow.name))).all())
    given = []
    for folder in session.exec(select(FolderRow).where(col(FolderRow.owner_id) == staged)).all():
        if folder.name not in known:
            folder.owner_id = owner_id
            given.append(folder.id)
            continue
        inside = update(ConversationRow).where(col(ConversationRow.folder_id) == folder.id)
        session.exec(inside.values(folder_id=known[folder.name]))
        session.delete(folder)
    return given


def _give_documents(session: Session, staged: str, owner_id: str) -> list[str]:
    """Give the keys of those the person did not have."""
    known = select(DocumentRow.key).where(col(DocumentRow.owner_id) == owner_id)
    query = update(DocumentRow).where(col(DocumentRow.owner_id) == staged, col(DocumentRow.key).not_in(known))
    query = query.values(owner_id=owner_id).execution_options(synchronize_session=False)
    return list(session.execute(query.returning(col(DocumentRow.key))).scalars())
