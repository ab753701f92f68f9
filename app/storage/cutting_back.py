"""Taking out of a conversation what an import added to it.

A message stays if something stands below it that is not of the import, or if it has become another since. Where that
is of a later import, the message belongs to that one from then on: it would have brought it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from app.domain.message import Status
from app.domain.plain import plain_mapping
from app.storage import tree
from app.storage.erasures import note_erasure
from app.storage.imports import Kind
from app.storage.tables import (
    ConversationRow,
    ImportedRow,
    MessageRow,
    PastImportRow,
    QueuedMessageRow,
    ReplyDeltaRow,
)
from app.storage.trash import CHARACTERS, NOBODY


@dataclass(frozen=True, slots=True)
class Changed:
    """How a conversation stands from which messages were taken."""

    conversation_id: str
    head_id: str | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class _Added:
    """A message an import added; `has_changed` if it was gone on with."""

    id: str
    parent_id: str | None
    has_changed: bool


def cut_back(session: Session, record: PastImportRow, news: ImportedRow, rows: int) -> Changed | None:
    """Take out at most so many messages, the deepest first; with the last of them, give how the conversation stands."""
    row = session.get(ConversationRow, news.item_id, with_for_update=True)
    if row is None or row.owner_id != record.owner_id:  # it went for good, and its messages with it
        of_it = col(ImportedRow.conversation_id) == news.item_id, col(ImportedRow.import_id) == record.id
        session.exec(delete(ImportedRow).where(*of_it))
        return None
    if added := _deepest(session, record.id, row.id, rows):
        _take_messages(session, record.id, row, news, added)
        return None
    return _settle(session, record, row, news)


def _deepest(session: Session, import_id: str, conversation_id: str, rows: int) -> list[_Added]:
    text = func.length(MessageRow.content) + func.length(MessageRow.thinking)
    is_other = (text != ImportedRow.characters) | (col(MessageRow.status) == Status.STREAMING.value)
    query = select(MessageRow.id, MessageRow.parent_id, is_other, text).join(
        ImportedRow, col(ImportedRow.item_id) == col(MessageRow.id)
    )
    query = query.where(
        col(ImportedRow.conversation_id) == conversation_id,
        col(ImportedRow.import_id) == import_id,
        col(ImportedRow.kind) == Kind.MESSAGE.value,
    )
    deepest = query.order_by(col(MessageRow.depth).desc(), col(MessageRow.id)).limit(rows)
    found: list[_Added] = []
    length = 0
    for key, parent_id, other, characters in session.exec(deepest):
        found.append(_Added(key, parent_id, bool(other)))
        length += characters
        if length >= CHARACTERS:
            break
    return found


def _take_messages(
    session: Session, import_id: str, row: ConversationRow, news: ImportedRow, added: Sequence[_Added]
) -> None:
    ids = [each.id for each in added]
    children, owners = _children(session, row.id, ids)
    waited_for = set(session.exec(select(QueuedMessageRow.behind_id).where(col(QueuedMessageRow.behind_id).in_(ids))))
    taken: dict[str, str | None] = {}
    for each in added:
        below = [child for child in children[each.id] if child not in taken]
        others = {owners.get(child) for child in below}
        if each.has_changed or each.id in waited_for or None in others:
            news.before = plain_mapping(news.before) | {'kept': True}
            owners.pop(each.id, None)
        elif others:
            owners[each.id] = min(filter(None, others))
            of_it = col(ImportedRow.item_id) == each.id, col(ImportedRow.import_id) == import_id
            session.exec(update(ImportedRow).where(*of_it).values(import_id=owners[each.id]))
        else:
            taken[each.id] = each.parent_id
    if row.head_id in taken:
        while row.head_id in taken:
            row.head_id = taken[row.head_id]
        news.before = plain_mapping(news.before) | {'moved': True}
    _delete(session, import_id, ids, [*taken])


def _children(
    session: Session, conversation_id: str, ids: Sequence[str]
) -> tuple[Mapping[str, list[str]], dict[str, str]]:
    """Give what stands right below some messages, and by which imports those came, as far as they did."""
    children: defaultdict[str, list[str]] = defaultdict(list)
    for key, parent_id in session.exec(
        select(MessageRow.id, MessageRow.parent_id).where(col(MessageRow.parent_id).in_(ids))
    ):
        children[str(parent_id)].append(key)
    query = select(ImportedRow.item_id, ImportedRow.import_id).where(
        col(ImportedRow.conversation_id) == conversation_id,
        col(ImportedRow.kind) == Kind.MESSAGE.value,
        col(ImportedRow.item_id).in_([key for keys in children.values() for key in keys]),
    )
    return children, dict(session.exec(query).all())


def _delete(session: Session, import_id: str, ids: Sequence[str], taken: Sequence[str]) -> None:
    session.exec(delete(ReplyDeltaRow).where(col(ReplyDeltaRow.message_id).in_(taken)))
    session.exec(delete(MessageRow).where(col(MessageRow.id).in_(taken)))
    done = col(ImportedRow.kind) == Kind.MESSAGE.value, col(ImportedRow.item_id).in_(ids)
    session.exec(delete(ImportedRow).where(col(ImportedRow.import_id) == import_id, *done))
    if taken:
        note_erasure(session, NOBODY)


def _settle(session: Session, record: PastImportRow, row: ConversationRow, news: ImportedRow) -> Changed:
    """Show what was shown before, and stand in the list where it stood."""
    before = plain_mapping(news.before)
    if before.get('moved'):
        row.head_id = _shown(session, row, before.get('head'))
    if before.get('kept'):
        record.kept += 1
    else:
        record.cut += 1
        _close_gap(session, news, before)
        if row.updated_at.isoformat() == before.get('became'):
            row.updated_at = datetime.fromisoformat(str(before.get('was')))
    session.delete(news)
    return Changed(row.id, row.head_id, row.updated_at)


def _shown(session: Session, row: ConversationRow, before: Any) -> str | None:
    """Give the head there was before if the way up ended there, otherwise the end of the branch where it did."""
    if row.head_id is not None:
        return row.head_id if row.head_id == before else tree.newest_leaf(session, row.head_id)
    of_it = col(MessageRow.conversation_id) == row.id
    if before and session.exec(select(MessageRow.id).where(of_it, col(MessageRow.id) == before)).first():
        return str(before)
    first = select(MessageRow.id).where(of_it, col(MessageRow.parent_id).is_(None))
    newest = session.exec(first.order_by(col(MessageRow.created_at).desc(), col(MessageRow.id).desc()).limit(1)).first()
    return newest and tree.newest_leaf(session, newest)


def _close_gap(session: Session, news: ImportedRow, before: Mapping[str, Any]) -> None:
    """Let the import that came next to the conversation go back to how it stood before this one."""
    query = select(ImportedRow).where(
        col(ImportedRow.conversation_id) == news.conversation_id,
        col(ImportedRow.kind) == Kind.NEWS.value,
        col(ImportedRow.import_id) != news.import_id,
    )
    for other in session.exec(query).all():
        told = plain_mapping(other.before)
        if told.get('was') == before.get('became'):
            other.before = told | {'was': before.get('was'), 'head': before.get('head')}
