"""The tables. Ids are dashed UUID text, times are UTC; what is optional may be NULL, and nothing else is."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, MetaData, String, Text, false
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

CONSTRAINT_NAMES: Mapping[str, str] = {
    'pk': 'pk_%(table_name)s',
    'fk': 'fk_%(table_name)s_%(column_0_name)s',
    'ix': 'ix_%(table_name)s_%(column_0_N_name)s',
    'uq': 'uq_%(table_name)s_%(column_0_N_name)s',
}
"""Every constraint has a name, so that a later migration can drop it on SQLite too."""

ID = String(36)
OPTIONAL_JSON = JSON(none_as_null=True)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time: `timestamptz` on PostgreSQL, and text without an offset, always UTC, on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware time into what the database keeps; a naive one is a mistake and raises ValueError."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f'a time without a zone cannot be stored: {value!r}')
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == 'sqlite' else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the stored time back, aware and in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == 'sqlite' else value.astimezone(UTC)


class Base(SQLModel):
    """Base of all tables, with metadata of its own."""

    metadata = MetaData(naming_convention=dict(CONSTRAINT_NAMES))


class ConversationRow(Base, table=True):
    """A conversation. `title_key` is the title as the search compares it: no case, no accents."""

    __tablename__ = 'conversation'

    id: str = Field(sa_type=ID, primary_key=True)
    owner_id: str
    title: str = Field(sa_type=Text)
    title_key: str = Field(sa_type=Text)
    title_by_person: bool
    provider: str | None = None
    model: str | None = None
    parameters: dict[str, Any] = Field(sa_type=JSON)
    head_id: str | None = Field(default=None, sa_type=ID)
    unread: bool
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    pinned: bool = Field(default=False, sa_column_kwargs={'server_default': false()})
    folder_id: str | None = Field(default=None, sa_type=ID, index=True)
    archived_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class FolderRow(Base, table=True):
    """A folder of conversations."""

    __tablename__ = 'folder'

    id: str = Field(sa_type=ID, primary_key=True)
    owner_id: str = Field(index=True)
    name: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=UtcDateTime)


class ConversationTagRow(Base, table=True):
    """A word a person put on a conversation."""

    __tablename__ = 'conversation_tag'

    conversation_id: str = Field(sa_type=ID, primary_key=True, foreign_key='conversation.id')
    name: str = Field(primary_key=True, index=True)


class MessageRow(Base, table=True):
    """A message. What the walk along a branch reads comes before the texts, which may lie on other disk pages."""

    __tablename__ = 'message'

    id: str = Field(sa_type=ID, primary_key=True)
    conversation_id: str = Field(sa_type=ID, foreign_key='conversation.id')
    parent_id: str | None = Field(default=None, sa_type=ID, foreign_key='message.id', index=True)
    depth: int
    role: str
    status: str
    content: str = Field(sa_type=Text)
    thinking: str = Field(sa_type=Text)
    provider: str | None = None
    model: str | None = None
    error: dict[str, Any] | None = Field(default=None, sa_type=OPTIONAL_JSON)
    stats: dict[str, Any] = Field(sa_type=JSON)
    created_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    command: dict[str, Any] | None = Field(default=None, sa_type=OPTIONAL_JSON)
    sources: list[dict[str, Any]] | None = Field(default=None, sa_type=OPTIONAL_JSON)
    steps: list[dict[str, Any]] | None = Field(default=None, sa_type=OPTIONAL_JSON)


class ReplyDeltaRow(Base, table=True):
    """A piece of a reply that is still being written.

    No foreign key on purpose: one statement carries the pieces of every running reply, and a message that is gone must
    not make the others fail. Without a rowid, SQLite keeps one tree instead of two.
    """

    __tablename__ = 'reply_delta'
    __table_args__ = {'sqlite_with_rowid': False}

    message_id: str = Field(sa_type=ID, primary_key=True)
    seq: int = Field(primary_key=True, sa_column_kwargs={'autoincrement': False})
    kind: str
    text: str = Field(sa_type=Text)


class QueuedMessageRow(Base, table=True):
    """A message that waits until its conversation has answered the one before. Its id is that of the message to be."""

    __tablename__ = 'queued_message'

    id: str = Field(sa_type=ID, primary_key=True)
    conversation_id: str = Field(sa_type=ID, foreign_key='conversation.id', index=True)
    text: str = Field(sa_type=Text)
    provider: str | None = None
    model: str | None = None
    language: str
    behind_id: str | None = Field(default=None, sa_type=ID)
    created_at: datetime = Field(sa_type=UtcDateTime)


class PreferencesRow(Base, table=True):
    """What a person has set for all conversations and browsers."""

    __tablename__ = 'preferences'

    owner_id: str = Field(primary_key=True)
    data: dict[str, Any] = Field(sa_type=JSON)


class DocumentRow(Base, table=True):
    """Something that was fetched for an owner. `passages` are pairs of text and start in seconds (or null)."""

    __tablename__ = 'document'

    owner_id: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    kind: str
    title: str = Field(sa_type=Text)
    url: str = Field(sa_type=Text)
    passages: list[Any] = Field(sa_type=JSON)
    data: dict[str, Any] = Field(sa_type=JSON)
    fetched_at: datetime = Field(sa_type=UtcDateTime)


class ErasureRow(Base, table=True):
    """That something of an owner was deleted for good and may still stand in the files. `asked` counts how often."""

    __tablename__ = 'erasure'

    owner_id: str = Field(primary_key=True)
    asked: int


class PastImportRow(Base, table=True):
    """An import that was given to its owner. `sources` are the programs its file came from.

    `preferences` tells those that came with it (`imports.digest`). While it is being undone, `gone`, `cut` and `kept`
    count the conversations that went, lost what it had added to them, and stayed.
    """

    __tablename__ = 'past_import'

    id: str = Field(sa_type=ID, primary_key=True)
    owner_id: str = Field(index=True)
    file: str = Field(sa_type=Text)
    sources: list[str] = Field(sa_type=JSON)
    created_at: datetime = Field(sa_type=UtcDateTime)
    conversations: int
    with_news: int
    preferences: str | None = None
    undoing: bool
    gone: int
    cut: int
    kept: int


class ImportedRow(Base, table=True):
    """One thing that came by an import, as long as it is there; `kind` is one of `imports.Kind`.

    Of a conversation that came new, `messages` and `characters` count what it had: whoever went on with it has more.
    `before` says how a conversation stood that was there already. No foreign keys: it is written before the import is
    given, and a conversation may go for good before it.
    """

    __tablename__ = 'imported'

    import_id: str = Field(sa_type=ID, primary_key=True)
    kind: str = Field(primary_key=True)
    item_id: str = Field(primary_key=True)
    conversation_id: str | None = Field(default=None, sa_type=ID, index=True)
    messages: int
    characters: int
    before: dict[str, Any] | None = Field(default=None, sa_type=OPTIONAL_JSON)
