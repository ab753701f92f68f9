"""Repository of messages: a tree per conversation, of which one branch at a time is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete, func, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from app.domain.conversation import Conversation
from app.domain.message import Message, Role, Source, Status
from app.errors import Conflict, NotFound
from app.storage import tree
from app.storage.database import Database
from app.storage.rows import message_from, row_of_conversation, row_of_message
from app.storage.tables import ConversationRow, MessageRow, ReplyDeltaRow


@dataclass(frozen=True, slots=True)
class Begun:
    """What `begin_reply` found or made: the stored reply, and whether it is new."""

    reply: Message
    is_new: bool


class Messages:
    """Messages in the database. All methods raise `StorageUnavailable` when it fails.

    Who may see a message is decided by its conversation: look that up with its owner first.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin_reply(self, conversation: Conversation, user: Message | None, reply: Message) -> Begun:
        """Store, in one transaction, the conversation if it is new, the user's message if given, and the empty reply.

        The reply becomes the head. Sending the same user's message again writes nothing and gives the reply it has.

        Raises:
            NotFound: the conversation is someone else's or in the bin.
            Conflict: an id is taken by another conversation's message, or a parent or depth does not fit the tree.
        """
        try:
            return await self._database.write(lambda session: _begin(session, conversation, user, reply))
        except IntegrityError:  # someone else stored the same ids between our look and our insert
            return await self._database.write(lambda session: _begin(session, conversation, user, reply))

    async def get(self, message_id: str) -> Message:
        """Give one message.

        Raises:
            NotFound: there is none with this id.
        """
        return await self._database.read(lambda session: message_from(_row(session, message_id)))

    async def branch(
        self, head_id: str, *, before_depth: int | None = None, after_depth: int | None = None, limit: int
    ) -> list[Message]:
        """Give at most `limit` messages of the branch that ends with `head_id`, the oldest first.

        Without bounds the newest; with `before_depth` the nearest below that depth; with `after_depth` the nearest
        above it (-1 for the start of the branch). An unknown head has no messages.

        Raises:
            ValueError: both bounds are given.
        """
        if before_depth is not None and after_depth is not None:
            raise ValueError('a page lies before a depth or after one')

        def work(session: Session) -> list[Message]:
            return [message_from(row) for row in tree.branch(session, head_id, before_depth, after_depth, limit)]

        return await self._database.read(work)

    async def versions(self, message_id: str) -> list[str]:
        """Give the ids of a message and its siblings of the same role, the oldest first.

        Raises:
            NotFound: there is no such message.
        """
        found = await self.versions_of([message_id])
        if message_id not in found:
            raise NotFound(id=message_id)
        return found[message_id]

    async def versions_of(self, message_ids: Sequence[str]) -> dict[str, list[str]]:
        """Give the versions of many messages with one query; ids that do not exist are left out."""
        return await self._database.read(lambda session: tree.versions(session, message_ids))

    async def set_head(self, conversation_id: str, message_id: str) -> str:
        """Show the branch through a message, down to the newest message below it; give that one's id.

        Raises:
            NotFound: the conversation has no such message.
        """

        def work(session: Session) -> str:
            if _row(session, message_id).conversation_id != conversation_id:
                raise NotFound(id=message_id)
            head_id = tree.newest_leaf(session, message_id)
            _update_conversation(session, conversation_id, head_id=head_id)
            return head_id

        return await self._database.write(work)

    async def reopen(self, message_id: str) -> Message:
        """Let a reply that ended stream again: what it has stays, its error and finish time go.

        Raises:
            NotFound: there is no such message.
        """

        def work(session: Session) -> Message:
            row = _row(session, message_id)
            row.status, row.error, row.finished_at = Status.STREAMING.value, None, None
            session.exec(delete(ReplyDeltaRow).where(col(ReplyDeltaRow.message_id) == message_id))
            return message_from(row)

        return await self._database.write(work)

    async def sources_of_branch(self, conversation_id: str, head_id: str) -> list[Source]:
        """Give what the answers of a branch were made from, the newest first. Quick where there is nothing."""

        def work(session: Session) -> list[Source]:
            rows = tree.with_sources(session, conversation_id, head_id)
            return [source for row in rows for source in message_from(row).sources[::-1]]

        return await self._database.read(work)

    async def count(self, conversation_id: str) -> int:
        """Count the messages of a conversation, all branches together."""
        query = select(func.count()).where(col(MessageRow.conversation_id) == conversation_id)
        return await self._database.read(lambda session: session.exec(query).one())


def _begin(session: Session, conversation: Conversation, user: Message | None, reply: Message) -> Begun:
    """Look everything up with two queries, then write it at once: this stands between a question and its answer."""
    is_new = _is_new(session, conversation)
    known = _known(session, user, reply)
    if user is not None and _is_stored(known, user):
        answer = tree.newest_child(session, user.id, Role.ASSISTANT)
        if answer is not None:
            return Begun(message_from(answer), is_new=False)
    elif user is not None:
        _add(session, known, user)
    if _is_stored(known, reply):
        return Begun(message_from(known[reply.id]), is_new=False)
    _add(session, known, reply)
    if is_new:
        session.add(row_of_conversation(replace(conversation, head_id=reply.id, updated_at=reply.created_at)))
    else:
        _update_conversation(session, conversation.id, head_id=reply.id, updated_at=reply.created_at)
    session.flush()
    return Begun(reply, is_new=True)


def _is_new(session: Session, conversation: Conversation) -> bool:
    stored = session.get(ConversationRow, conversation.id)
    if stored is not None and (stored.owner_id != conversation.owner_id or stored.deleted_at is not None):
        raise NotFound(id=conversation.id)
    return stored is None


def _known(session: Session, *messages: Message | None) -> dict[str, MessageRow]:
    """Give what is stored of messages and their parents, by id."""
    ids = [each for message in messages if message is not None for each in (message.id, message.parent_id)]
    return {row.id: row for row in session.exec(select(MessageRow).where(col(MessageRow.id).in_(ids)))}


def _is_stored(known: Mapping[str, MessageRow], message: Message) -> bool:
    stored = known.get(message.id)
    if stored is not None and stored.conversation_id != message.conversation_id:
        raise Conflict(id=message.id)
    return stored is not None


def _add(session: Session, known: dict[str, MessageRow], message: Message) -> None:
    parent = known.get(message.parent_id) if message.parent_id else None
    place = (parent.conversation_id, parent.id, parent.depth + 1) if parent else (message.conversation_id, None, 0)
    if place != (message.conversation_id, message.parent_id, message.depth):
        raise Conflict(id=message.id, parent_id=message.parent_id)
    known[message.id] = row_of_message(message)
    session.add(known[message.id])


def _row(session: Session, message_id: str) -> MessageRow:
    row = session.get(MessageRow, message_id)
    if row is None:
        raise NotFound(id=message_id)
    return row


def _update_conversation(session: Session, conversation_id: str, **values: Any) -> None:
    session.exec(update(ConversationRow).where(col(ConversationRow.id) == conversation_id).values(**values))
