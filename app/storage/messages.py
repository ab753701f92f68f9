"""Repository of messages: a tree per conversation, of which one branch at a time is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete, func, insert, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from app.domain.conversation import Conversation
from app.domain.identifiers import new_id
from app.domain.message import Message, Role, Source, Status
from app.errors import Conflict, NotFound
from app.storage import tree
from app.storage.database import Database
from app.storage.rows import conversation_columns, message_columns, message_from
from app.storage.tables import ConversationRow, MessageRow, QueuedMessageRow, ReplyDeltaRow

_Place = tuple[str, int]
"""A message's conversation and depth."""


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

    async def begin_reply(
        self,
        conversation: Conversation,
        user: Message | None,
        reply: Message,
        *,
        from_queue: bool = False,
        shown: bool = True,
    ) -> Begun:
        """Store, in one transaction, the conversation if it is new, the user's message if given, and the empty reply.

        The reply becomes the head if it is to be `shown`. Sending the same user's message again writes nothing and
        gives the reply it has. With `from_queue`, the user's message leaves the queue in the same transaction.

        Raises:
            NotFound: the conversation is someone else's or in the bin, or the message does not wait any more.
            Conflict: an id is taken by another conversation's message, or a parent or depth does not fit the tree.
        """

        def work(session: Session) -> Begun:
            waited = not from_queue or (user is not None and _leave_queue(session, user))
            begun = _begin(session, conversation, user, reply, shown=shown)
            if begun.is_new and not waited:
                raise NotFound(id=reply.parent_id)
            return begun

        database = self._database.of(conversation.id)
        try:
            return await database.write(work)
        except IntegrityError:  # someone else stored the same ids between our look and our insert
            return await database.write(work)

    async def get(self, message_id: str) -> Message:
        """Give one message.

        Raises:
            NotFound: there is none with this id.
        """
        return await self._database.of(message_id).read(lambda session: message_from(_row(session, message_id)))

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

        return await self._database.of(head_id).read(work)

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
        """Give the versions of many messages of a conversation with one query; ids that do not exist are left out."""
        if not message_ids:
            return {}
        database = self._database.of(message_ids[0])
        return await database.read(lambda session: tree.versions(session, message_ids))

    async def fork(self, conversation: Conversation, branch: Sequence[Message]) -> Conversation:
        """Store a new conversation with copies of a branch, oldest message first; give it with its head.

        The copies have ids of their own.
        """
        copies: list[Message] = []
        for message in branch:
            parent_id = copies[-1].id if copies else None
            copies.append(
                replace(
                    message, id=new_id(beside=conversation.id), conversation_id=conversation.id, parent_id=parent_id
                )
            )
        whole = replace(conversation, head_id=copies[-1].id if copies else None)

        def work(session: Session) -> None:
            connection = session.connection()
            connection.execute(insert(ConversationRow), conversation_columns(whole))
            if copies:
                connection.execute(insert(MessageRow), [message_columns(message) for message in copies])

        await self._database.of(conversation.id).write(work)
        return whole

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

        return await self._database.of(conversation_id).write(work)

    async def newest_leaf(self, conversation_id: str, message_id: str) -> Message | None:
        """Give the end of the branch through a message, always the newest below it; None if it is not there."""

        def work(session: Session) -> Message | None:
            row = session.get(MessageRow, message_id)
            if row is None or row.conversation_id != conversation_id:
                return None
            return message_from(_row(session, tree.newest_leaf(session, message_id)))

        return await self._database.of(conversation_id).read(work)

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

        return await self._database.of(message_id).write(work)

    async def sources_of_branch(self, conversation_id: str, head_id: str) -> list[Source]:
        """Give what the answers of a branch were made from, the newest first. Quick where there is nothing."""

        def work(session: Session) -> list[Source]:
            rows = tree.with_sources(session, conversation_id, head_id)
            return [source for row in rows for source in message_from(row).sources[::-1]]

        return await self._database.of(conversation_id).read(work)

    async def count(self, conversation_id: str) -> int:
        """Count the messages of a conversation, all branches together."""
        query = select(func.count()).where(col(MessageRow.conversation_id) == conversation_id)
        return await self._database.of(conversation_id).read(lambda session: session.exec(query).one())


def _begin(session: Session, conversation: Conversation, user: Message | None, reply: Message, *, shown: bool) -> Begun:
    """Look everything up with two queries, then write it at once: this stands between a question and its answer.

    In columns, not in rows as objects, which would take three times as long.
    """
    is_new = _is_new(session, conversation)
    places = _places(session, user, reply)
    fresh = [reply]
    if user is not None and _is_stored(places, user):
        answer = tree.newest_child(session, user.id, Role.ASSISTANT)
        if answer is not None:
            return Begun(message_from(answer), is_new=False)
    elif user is not None:
        fresh.insert(0, user)
    if _is_stored(places, reply):
        return Begun(message_from(_row(session, reply.id)), is_new=False)
    for message in fresh:
        _check_place(places, message)
    connection = session.connection()
    if is_new:
        begun = replace(conversation, head_id=reply.id, updated_at=reply.created_at)
        connection.execute(insert(ConversationRow), conversation_columns(begun))
    else:
        head = {'head_id': reply.id} if shown else {}
        _update_conversation(session, conversation.id, updated_at=reply.created_at, **head)
    connection.execute(insert(MessageRow), [message_columns(message) for message in fresh])
    return Begun(reply, is_new=True)


def _leave_queue(session: Session, user: Message) -> bool:
    """Take a message out of the queue; False if it was not in it."""
    waiting = delete(QueuedMessageRow).where(col(QueuedMessageRow.id) == user.id)
    return bool(session.exec(waiting).rowcount)


def _is_new(session: Session, conversation: Conversation) -> bool:
    query = select(ConversationRow.owner_id, ConversationRow.deleted_at)
    stored = session.exec(query.where(col(ConversationRow.id) == conversation.id)).first()
    if stored is not None and stored != (conversation.owner_id, None):
        raise NotFound(id=conversation.id)
    return stored is None


def _places(session: Session, *messages: Message | None) -> dict[str, _Place]:
    """Say where messages and their parents stand, as far as they are stored, by id."""
    ids = [each for message in messages if message is not None for each in (message.id, message.parent_id)]
    query = select(MessageRow.id, MessageRow.conversation_id, MessageRow.depth)
    found = session.exec(query.where(col(MessageRow.id).in_(ids)))
    return {message_id: (conversation_id, depth) for message_id, conversation_id, depth in found}


def _is_stored(places: Mapping[str, _Place], message: Message) -> bool:
    stored = places.get(message.id)
    if stored is not None and stored[0] != message.conversation_id:
        raise Conflict(id=message.id)
    return stored is not None


def _check_place(places: dict[str, _Place], message: Message) -> None:
    """Make sure that a message stands right below its parent, and let others stand below it."""
    above = places.get(message.parent_id) if message.parent_id else (message.conversation_id, -1)
    if above != (message.conversation_id, message.depth - 1):
        raise Conflict(id=message.id, parent_id=message.parent_id)
    places[message.id] = (message.conversation_id, message.depth)


def _row(session: Session, message_id: str) -> MessageRow:
    row = session.get(MessageRow, message_id)
    if row is None:
        raise NotFound(id=message_id)
    return row


def _update_conversation(session: Session, conversation_id: str, **values: Any) -> None:
    session.exec(update(ConversationRow).where(col(ConversationRow.id) == conversation_id).values(**values))
