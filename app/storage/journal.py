"""The journal of replies: where every piece of text is committed before anybody sees it."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import delete, text, update
from sqlmodel import Session, col, select

from app.domain.delta import DeltaKind, JournalEntry, grown
from app.domain.message import Message, Status
from app.storage.database import Database
from app.storage.rows import ending_columns, message_from, storable
from app.storage.tables import ConversationRow, MessageRow, ReplyDeltaRow

_APPEND = text(
    'INSERT INTO reply_delta (message_id, seq, kind, text) VALUES (:message_id, :seq, :kind, :text) '
    'ON CONFLICT DO NOTHING'
)


class SqlJournal:
    """The journal of replies in the database; what each method promises is said at `replies.journal.Journal`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, entries: Sequence[JournalEntry]) -> None:
        """Add entries of any number of messages in one transaction a database; those that are there are left alone."""
        rows: dict[Database, list[dict[str, Any]]] = {}
        for entry in entries:
            row = {'seq': entry.seq, 'kind': entry.kind.value, 'text': storable(entry.text)}
            rows.setdefault(self._database.of(entry.message_id), []).append({'message_id': entry.message_id, **row})
        for database, rows_of_it in rows.items():
            await database.write_rows(_APPEND, rows_of_it)

    async def seal(self, message: Message, *, unread: bool) -> None:
        """Store how a reply ended, remove its entries and move its conversation up in the list."""
        news: dict[str, Any] = {'updated_at': message.finished_at or datetime.now(UTC)}
        if unread:
            news['unread'] = True

        def work(session: Session) -> None:
            session.exec(update(MessageRow).where(col(MessageRow.id) == message.id).values(**ending_columns(message)))
            session.exec(delete(ReplyDeltaRow).where(col(ReplyDeltaRow.message_id) == message.id))
            conversation = update(ConversationRow).where(col(ConversationRow.id) == message.conversation_id)
            session.exec(conversation.values(**news))

        await self._database.of(message.id).write(work)

    async def recover(self, *, to_be_resumed: bool = False) -> list[Message]:
        """Fold the entries of every message that is still `streaming` into it and mark it `interrupted`.

        With `to_be_resumed` it stays `streaming`: should the process end before it goes on, the next start finds it.
        """
        return await self._database.write(lambda session: _recover(session, to_be_resumed=to_be_resumed))


def _recover(session: Session, *, to_be_resumed: bool) -> list[Message]:
    now = datetime.now(UTC)
    streaming = col(MessageRow.status) == Status.STREAMING.value
    ordered = select(MessageRow).where(streaming).order_by(col(MessageRow.created_at))
    rows = {row.id: row for row in session.exec(ordered)}
    entries = session.exec(
        select(ReplyDeltaRow)
        .join(MessageRow, col(MessageRow.id) == ReplyDeltaRow.message_id)
        .where(streaming)
        .order_by(col(ReplyDeltaRow.message_id), col(ReplyDeltaRow.seq))
    )
    for message_id, pieces in groupby(entries, key=lambda entry: entry.message_id):
        _fold(rows[message_id], pieces)
    for row in rows.values():
        if not to_be_resumed:
            row.status, row.finished_at = Status.INTERRUPTED.value, now
        session.exec(delete(ReplyDeltaRow).where(col(ReplyDeltaRow.message_id) == row.id))
    return [message_from(row) for row in rows.values()]


def _fold(row: MessageRow, rows: Iterable[ReplyDeltaRow]) -> None:
    entries = (JournalEntry(each.message_id, each.seq, DeltaKind(each.kind), each.text) for each in rows)
    for name, value in ending_columns(grown(message_from(row), entries)).items():
        setattr(row, name, value)
