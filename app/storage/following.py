"""What an import adds to a conversation that is there: it waits beside that one, and follows once it is given."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, insert
from sqlmodel import Session, col, select

from app.domain.conversation import Conversation
from app.storage.erasures import note_erasure
from app.storage.imports import note_added
from app.storage.rows import conversation_columns
from app.storage.tables import ConversationRow, MessageRow
from app.storage.trash import NOBODY

BESIDE = 'importing-beside:'
"""Owners that begin so hold what an import under way adds to conversations that are there."""

FOLLOWS = 'imported-beside:'
"""Owners that begin so hold what was given and has not followed yet; the person's id comes next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What an import adds to a conversation. `parents` says below which stored messages its first ones belong.

    `head_id` is what is shown from then on, if the branch that is shown now still ends with `seen_head_id`.
    """

    conversation_id: str
    parents: Mapping[str, str | None]
    seen_head_id: str | None
    head_id: str | None
    updated_at: datetime


def columns_beside(import_id: str, conversation: Conversation, news: News) -> dict[str, Any]:
    """Give the columns of the conversation in which news wait; `conversation` says what it is called."""
    note = {
        'import': import_id,
        'of': news.conversation_id,
        'parents': dict(news.parents),
        'seen': news.seen_head_id,
        'head': news.head_id,
        'updated_at': news.updated_at.isoformat(),
    }
    return conversation_columns(conversation) | {
        'id': str(uuid4()),
        'owner_id': BESIDE + import_id,
        'parameters': note,
        'folder_id': None,
    }


def follow_one(session: Session) -> News | None:
    """Move what waits beside one conversation into it; give what that was, None if nothing waits."""
    waits = col(ConversationRow.owner_id).startswith(FOLLOWS)
    beside = session.exec(select(ConversationRow).where(waits).limit(1).with_for_update()).first()
    if beside is None:
        return None
    note, owner_id = beside.parameters, beside.owner_id.removeprefix(FOLLOWS)
    beside.owner_id, beside.deleted_at = NOBODY, datetime.now(UTC)
    note_erasure(session, NOBODY)
    news = News(
        conversation_id=note['of'],
        parents=note['parents'],
        seen_head_id=note['seen'],
        head_id=note['head'],
        updated_at=datetime.fromisoformat(note['updated_at']),
    )
    row = session.get(ConversationRow, news.conversation_id)
    if row is not None and row.owner_id == owner_id:
        _join(session, beside.id, row, news, note.get('import'))
    return news


def _join(session: Session, beside_id: str, row: ConversationRow, news: News, import_id: str | None) -> None:
    moved = _move(session, beside_id, news)
    updated_at = max(row.updated_at, news.updated_at.astimezone(UTC))
    if import_id is not None:  # what waited when an older version ended has none
        before = {'head': row.head_id, 'was': row.updated_at.isoformat(), 'became': updated_at.isoformat()}
        note_added(session, import_id, row.id, moved, before)
    row.updated_at = updated_at
    if news.head_id is not None and row.head_id == news.seen_head_id:
        row.head_id = news.head_id


def _move(session: Session, beside_id: str, news: News) -> list[dict[str, Any]]:
    """Write the messages anew instead of changing them: triggers that index them see them come. Give their columns."""
    inside = col(MessageRow.conversation_id) == beside_id
    columns = MessageRow.__table__.columns  # type: ignore[attr-defined]
    found = session.connection().execute(select(*columns).where(inside).order_by(col(MessageRow.depth)))
    rows = [dict(row) for row in found.mappings()]
    session.exec(delete(MessageRow).where(inside))
    for row in rows:
        row['conversation_id'] = news.conversation_id
        row['parent_id'] = news.parents.get(row['id'], row['parent_id'])
    if rows:
        session.connection().execute(insert(MessageRow), rows)
    return rows
