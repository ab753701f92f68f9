"""Indexes of the tables that are more than a column.

Migrations make them in the databases of the app. They are kept apart since conditions for PostgreSQL load its whole
dialect, which takes some 40 ms: read this where tables are made from the models, or compared with them.
"""

from typing import Any

from sqlalchemy import Index, and_

from app.storage.tables import Base, ConversationRow, MessageRow


def _table(row: type[Base]) -> Any:
    return row.__table__  # type: ignore[attr-defined]


_conversation, _message = _table(ConversationRow).c, _table(MessageRow).c

_listed = and_(_conversation.deleted_at.is_(None), _conversation.archived_at.is_(None))

Index(
    'ix_conversation_list',
    _conversation.owner_id,
    _conversation.updated_at,
    _conversation.id,
    sqlite_where=_listed,
    postgresql_where=_listed,
)
Index(
    'ix_conversation_pinned',
    _conversation.owner_id,
    sqlite_where=_conversation.pinned,
    postgresql_where=_conversation.pinned,
)
Index(
    'ix_conversation_deleted_at',
    _conversation.owner_id,
    _conversation.deleted_at,
    sqlite_where=_conversation.deleted_at.is_not(None),
    postgresql_where=_conversation.deleted_at.is_not(None),
)
Index(
    'ix_conversation_archived_at',
    _conversation.owner_id,
    _conversation.updated_at,
    _conversation.id,
    sqlite_where=_conversation.archived_at.is_not(None),
    postgresql_where=_conversation.archived_at.is_not(None),
)
Index(
    'ix_message_streaming',
    _message.conversation_id,
    sqlite_where=_message.status == 'streaming',
    postgresql_where=_message.status == 'streaming',
)
Index(
    'ix_message_sources',
    _message.conversation_id,
    sqlite_where=_message.sources.is_not(None),
    postgresql_where=_message.sources.is_not(None),
)
Index('ix_message_conversation_id_parent_id', _message.conversation_id, _message.parent_id)
