"""The journal of replies: where every piece of text is committed before anybody sees it."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, exc, text, update
from sqlmodel import Session, col, select

from app.domain.delta import DeltaKind, JournalEntry, grown
from app.domain.message import Message, Status
from app.storage.database import Database
from app.storage.rows import ending_columns, message_from, storable
from app.storage.tables import ConversationRow, MessageRow, ReplyDeltaRow

log = logging.getLogger(__name__)

_APPEND = text(
    'INSERT INTO reply_delta (message_id, seq, kind, text) VALUES (:message_id, :seq, :kind, :text) '
    'ON CONFLICT DO NOTHING'
)

_ANY_UNFINISHED = f"SELECT EXISTS (SELECT 1 FROM message WHERE status = '{Status.STREAMING.value}')"  # noqa: S608


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
        A message for which this fails is left as it is, entries and all, for the next start to try again.
        """
        return await self._database.write(lambda session: _recover(session, to_be_resumed=to_be_resumed))


def _recover(session: Session, *, to_be_resumed: bool) -> list[Message]:
    if not session.connection().exec_driver_sql(_ANY_UNFINISHED).scalar():
        return []  # nearly always, and without the 30 ms that the first queries take to be compiled
    streaming = col(MessageRow.status) == Status.STREAMING.value
    rows = session.exec(select(MessageRow).where(streaming).order_by(col(MessageRow.created_at))).all()
    entries: dict[str, list[ReplyDeltaRow]] = defaultdict(list)
    for entry in session.exec(
        select(ReplyDeltaRow)
        .join(MessageRow, col(MessageRow.id) == ReplyDeltaRow.message_id)
        .where(streaming)
        .order_by(col(ReplyDeltaRow.message_id), col(ReplyDeltaRow.seq))
    ):
        entries[entry.message_id].append(entry)
    found = (_recovered(session, row, entries[row.id], to_be_resumed=to_be_resumed) for row in rows)
    return [message for message in found if message]


def _recovered(
    session: Session, row: MessageRow, entries: Iterable[ReplyDeltaRow], *, to_be_resumed: bool
) -> Message | None:
    """Recover one message. None: it cannot be stored, which must not keep the others, nor the start."""
    message_id = row.id
    try:
        with session.begin_nested():
            _fold(row, entries)
            if not to_be_resumed:
                row.status, row.finished_at = Status.INTERRUPTED.value, datetime.now(UTC)
            session.exec(delete(ReplyDeltaRow).where(col(ReplyDeltaRow.message_id) == message_id))
    except (exc.SQLAlchemyError, ValueError, TypeError) as error:
        if isinstance(error, exc.DBAPIError) and error.connection_invalidated:
            raise  # the database is away; no message is to blame
        # Without the error's own words, which quote the text.
        reason = type(getattr(error, 'orig', None) or error).__name__
        log.error('The reply %s could not be recovered (%s); its text stays in the journal.', message_id, reason)
        return None
    return message_from(row)


def _fold(row: MessageRow, rows: Iterable[ReplyDeltaRow]) -> None:
    entries = (JournalEntry(each.message_id, each.seq, DeltaKind(each.kind), each.text) for each in rows)
    for name, value in ending_columns(grown(message_from(row), entries)).items():
        setattr(row, name, value)
