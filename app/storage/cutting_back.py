"""Taking out of a conversation what an import added to it.

A message stays if something stands below it that is not of the import, or if it has become another since. Where that
is of a later import, the message belongs to that one from then on: it would have brought it.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, update
from sqlmodel import Session, col, select

from app.domain.message import Status
from app.domain.plain import plain_mapping
from app.storage import tree
from app.storage.erasures import note_erasure
from app.storage.imports import Kind, strike_off
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """What is left to be taken of an import out of a conversation: the ids of messages, the deepest first.

    It is read once for each conversation. `imports` are all that brought something to it, this one too.
    """

    import_id: str
    conversation_id: str
    ids: Sequence[str]
    imports: Collection[str]


@dataclass(frozen=True, slots=True)
class _Added:
    """A message an import added; `has_changed` if it was gone on with."""

    id: str
    parent_id: str | None
    has_changed: bool


def cut_back(
    session: Session, record: PastImportRow, news: ImportedRow, rest: Rest | None, rows: int
) -> tuple[Changed | None, Rest | None]:
    """Take out at most so many messages, the deepest first; give what is left, or in the end how it stands now.

    `rest` is what was left after the step before.
    """
    row = session.get(ConversationRow, news.item_id, with_for_update=True)
    if row is None or row.owner_id != record.owner_id:  # it went for good, and its messages with it
        strike_off(session, record.id, [Kind.NEWS, Kind.MESSAGE], [news.item_id])
        return None, None
    if rest is None or (rest.import_id, rest.conversation_id) != (record.id, row.id):
        rest = _rest(session, record.id, row.id)
    if rest.ids:
        added = _portion(session, rest, rows)
        _take_messages(session, rest, row, news, added)
        return None, replace(rest, ids=rest.ids[len(added) :])
    return _settle(session, record, row, news), None


def _rest(session: Session, import_id: str, conversation_id: str) -> Rest:
    is_added = exists().where(
        col(ImportedRow.import_id) == import_id,
        col(ImportedRow.kind) == Kind.MESSAGE.value,
        col(ImportedRow.item_id) == col(MessageRow.id),
    )
    query = select(MessageRow.id).where(col(MessageRow.conversation_id) == conversation_id, is_added)
    deepest = query.order_by(col(MessageRow.depth).desc(), col(MessageRow.id))
    imports = select(ImportedRow.import_id).where(col(ImportedRow.conversation_id) == conversation_id).distinct()
    return Rest(
        import_id=import_id,
        conversation_id=conversation_id,
        ids=session.exec(deepest).all(),
        imports=session.exec(imports).all(),
    )


def _portion(session: Session, rest: Rest, rows: int) -> list[_Added]:
    """Give the first messages that are left, as many as have little text together but at least one."""
    text = func.length(MessageRow.content) + func.length(MessageRow.thinking)
    is_other = (text != ImportedRow.characters) | (col(MessageRow.status) == Status.STREAMING.value)
    query = select(MessageRow.id, MessageRow.parent_id, is_other, text).join(
        ImportedRow, col(ImportedRow.item_id) == col(MessageRow.id)
    )
    query = query.where(*_are(rest, rest.ids[:rows]))
    by_id = {
        key: (_Added(key, parent_id, bool(other)), length) for key, parent_id, other, length in session.exec(query)
    }
    found: list[_Added] = []
    length = 0
    for key in rest.ids[:rows]:
        added, characters = by_id[key]
        found.append(added)
        length += characters
        if length >= CHARACTERS:
            break
    return found


def _take_messages(
    session: Session, rest: Rest, row: ConversationRow, news: ImportedRow, added: Sequence[_Added]
) -> None:
    ids = [each.id for each in added]
    children, owners = _children(session, rest, ids)
    waits = select(QueuedMessageRow.behind_id).where(col(QueuedMessageRow.conversation_id) == row.id)
    waited_for = set(session.exec(waits.where(col(QueuedMessageRow.behind_id).in_(ids))))
    taken: dict[str, str | None] = {}
    for each in added:
        below = [child for child in children[each.id] if child not in taken]
        others = {owners.get(child) for child in below}
        if each.has_changed or each.id in waited_for or None in others:
            news.before = plain_mapping(news.before) | {'kept': True}
            owners.pop(each.id, None)
        elif others:
            owners[each.id] = min(filter(None, others))
            session.exec(update(ImportedRow).where(*_are(rest, [each.id])).values(import_id=owners[each.id]))
        else:
            taken[each.id] = each.parent_id
    if row.head_id in taken:
        while row.head_id in taken:
            row.head_id = taken[row.head_id]
        news.before = plain_mapping(news.before) | {'moved': True}
    _delete(session, rest, ids, [*taken])


def _children(session: Session, rest: Rest, ids: Sequence[str]) -> tuple[Mapping[str, list[str]], dict[str, str]]:
    """Give what stands right below some messages, and by which imports those came, as far as they did."""
    children: defaultdict[str, list[str]] = defaultdict(list)
    for key, parent_id in session.exec(
        select(MessageRow.id, MessageRow.parent_id).where(col(MessageRow.parent_id).in_(ids))
    ):
        children[str(parent_id)].append(key)
    query = select(ImportedRow.item_id, ImportedRow.import_id).where(
        col(ImportedRow.import_id).in_(rest.imports),
        col(ImportedRow.kind) == Kind.MESSAGE.value,
        col(ImportedRow.item_id).in_([key for keys in children.values() for key in keys]),
    )
    return children, dict(session.exec(query).all())


def _are(rest: Rest, ids: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
    """Say of what an import brought that it is one of these messages, by the whole key."""
    return (
        col(ImportedRow.import_id) == rest.import_id,
        col(ImportedRow.kind) == Kind.MESSAGE.value,
        col(ImportedRow.item_id).in_(ids),
    )


def _delete(session: Session, rest: Rest, ids: Sequence[str], taken: Sequence[str]) -> None:
    session.exec(delete(ReplyDeltaRow).where(col(ReplyDeltaRow.message_id).in_(taken)))
    session.exec(delete(MessageRow).where(col(MessageRow.id).in_(taken)))
    session.exec(delete(ImportedRow).where(*_are(rest, ids)))
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
