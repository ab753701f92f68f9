"""Finds conversations by what was said in them. The index is kept by triggers (migrations 0004 and 0006).

The newest conversations come first, behind those whose title was hit: this order does not jump while one types, pages
can follow one another in it, and both databases know it. How often a word stands in a message says little in a chat.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, exists, false, literal, or_, true, tuple_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from app.domain.conversation import Conversation
from app.domain.message import Role
from app.domain.model import ModelRef
from app.domain.search import Findings, FoundConversation, Place, SearchHit, SearchQuery
from app.storage.database import Database
from app.storage.rows import conversation_from, search_key
from app.storage.search_index import Condition, index_of
from app.storage.search_terms import wanted
from app.storage.snippets import Marker
from app.storage.tables import ConversationRow, ConversationTagRow, MessageRow, UtcDateTime

HITS = 3
"""Messages shown of a conversation."""

FOREMOST = 100
"""Conversations looked at before all others if many messages have what is looked for: five times as many as a page."""


class Search:
    """The search over all conversations of a person, archived ones included, those in the bin not.

    All methods raise `StorageUnavailable` when the database fails.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, owner_id: str, query: SearchQuery, *, after: Place | None = None, limit: int = 20) -> Findings:
        """Give a page of the conversations that have what is looked for; `after` is what the page before said.

        A query that asks for nothing finds all conversations.
        """
        return await self._database.search(lambda session: _Finding(session, query).page(owner_id, after, limit))

    async def models(self, owner_id: str) -> list[ModelRef]:
        """Give the models that have answered in this person's conversations, in alphabetical order."""
        query = (
            select(MessageRow.provider, MessageRow.model)
            .join(ConversationRow, col(ConversationRow.id) == MessageRow.conversation_id)
            .where(*_is_of(owner_id), col(MessageRow.role) == Role.ASSISTANT.value)
            .distinct()
        )
        found = await self._database.search(lambda session: session.exec(query).all())
        return sorted(ModelRef(provider, name) for provider, name in found if provider and name)


class _Finding:
    """One search, in one transaction."""

    def __init__(self, session: Session, query: SearchQuery) -> None:
        self._session = session
        self._query = query
        self._index = index_of(session)
        self._wanted = wanted(query.text)
        self._terms = self._wanted.terms
        self._marker = Marker(self._terms)

    def page(self, owner_id: str, after: Place | None, limit: int) -> Findings:
        """Give the next `limit` conversations."""
        rows = self._first(owner_id, after, limit + 1)
        page = rows[:limit]
        tags = self._tags([row.id for row, _, _ in page])
        hits = self._hits([row.id for row, _, count in page if count])
        found = [
            self._found(conversation_from(row, tags[row.id]), count if self._terms else 0, hits[row.id])
            for row, _, count in page
        ]
        last, is_titled, _ = page[-1] if len(rows) > limit else (None, 0, 0)
        place = (is_titled, last.updated_at, last.id) if last else None
        return Findings(tuple(found), place, is_cut=self._wanted.is_cut)

    def _first(self, owner_id: str, after: Place | None, limit: int) -> Sequence[Any]:
        """Read the first rows. What is said everywhere need not be counted everywhere to show a page."""

        def read(condition: Condition | None) -> Sequence[Any]:
            query = self._in_order(self._conversations(condition), owner_id, after)
            rows: Sequence[Any] = self._session.exec(query.limit(limit)).all()
            return rows

        def foremost() -> Sequence[str]:
            query = self._in_order(select_columns(col(ConversationRow.id)), owner_id, after)
            ids: Sequence[str] = self._session.execute(query.limit(max(FOREMOST, limit))).scalars().all()
            return ids

        near = self._index.within(self._session, self._condition, foremost) if self._condition else None
        if near is not None and len(rows := read(near)) == limit:
            return rows  # every other one comes after these
        return read(self._condition)

    def _found(self, conversation: Conversation, count: int | None, hits: Sequence[SearchHit]) -> FoundConversation:
        title = self._marker.title(conversation.title)
        return FoundConversation(conversation=conversation, title=title, hits=tuple(hits), count=count or 0)

    @cached_property
    def _condition(self) -> Condition | None:
        """What messages must satisfy. None: it is not about messages, or the index has nothing of what is asked for."""
        in_index = [term for term in self._terms if term.has_words]
        if not in_index and (self._terms or not self._query.filters_messages):
            return None
        return self._index.messages(self._session, in_index, self._query)

    def _conversations(self, condition: Condition | None) -> Any:
        """Build the query for conversations, whether the title was hit, and how many messages were."""
        row = ConversationRow
        hits = self._index.by_conversation(condition) if condition else None
        count = hits.c.hits if hits is not None else literal(0, Integer)
        is_hit = hits.c.hits.is_not(None) if hits is not None else false()
        query: Any = select(row, self._titled.label('titled'), count.label('hits'))
        if hits is not None:
            query = query.outerjoin(hits, hits.c.conversation_id == col(row.id))
        if self._terms or self._query.filters_messages:
            query = query.where(or_(is_hit, self._in_title))
        return query

    def _in_order(self, query: Any, owner_id: str, after: Place | None) -> Any:
        """Leave the person's own that pass the filters and come after a place, in the order of all results."""
        query = query.where(*_is_of(owner_id), *self._filters())
        place = self._titled, col(ConversationRow.updated_at), col(ConversationRow.id)
        if after is not None:
            is_titled, updated_at, conversation_id = after
            query = query.where(
                tuple_(*place) < tuple_(literal(is_titled), literal(updated_at, UtcDateTime), literal(conversation_id))
            )
        return query.order_by(*(column.desc() for column in place))

    @cached_property
    def _titled(self) -> ColumnElement[int]:
        return case((self._in_title, 1), else_=0) if self._terms else literal(0, Integer)

    @cached_property
    def _in_title(self) -> ColumnElement[bool]:
        """Say whether a title has all terms, if only as parts of words, and the conversation what else is asked for."""
        if not self._terms or self._query.role is not None:  # a title is written by neither
            return false()
        key = col(ConversationRow.title_key)
        has_terms = (key.contains(search_key(term.text), autoescape=True) for term in self._terms)
        return and_(*has_terms, self._has_fitting_message())

    def _has_fitting_message(self) -> ColumnElement[bool]:
        query = self._query
        if not query.filters_messages:
            return true()
        tests = [col(MessageRow.conversation_id) == col(ConversationRow.id)]
        if query.model is not None:
            tests += [col(MessageRow.provider) == query.model.provider, col(MessageRow.model) == query.model.name]
        if query.since is not None:
            tests.append(col(MessageRow.created_at) >= query.since)
        if query.until is not None:
            tests.append(col(MessageRow.created_at) < query.until)
        return exists().where(*tests)

    def _filters(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self._query.folder_id is not None:
            found.append(col(ConversationRow.folder_id) == self._query.folder_id)
        if self._query.tag is not None:
            tagged = select(ConversationTagRow.conversation_id).where(col(ConversationTagRow.name) == self._query.tag)
            found.append(col(ConversationRow.id).in_(tagged))
        return found

    def _hits(self, conversation_ids: Sequence[str]) -> dict[str, list[SearchHit]]:
        """Give the newest hits of conversations, with what stands around them."""
        found: dict[str, list[SearchHit]] = defaultdict(list)
        if not (conversation_ids and self._terms and self._condition):
            return found
        ids = self._index.newest(self._session, self._condition, conversation_ids, HITS)
        columns = (
            col(getattr(MessageRow, name)) for name in ('id', 'conversation_id', 'role', 'created_at', 'content')
        )
        query: Any = select_columns(*columns)
        rows = {row.id: row for row in self._session.exec(query.where(col(MessageRow.id).in_(ids)))}
        for row in filter(None, map(rows.get, ids)):
            snippet = self._marker.snippet(row.content)
            hit = SearchHit(message_id=row.id, role=Role(row.role), created_at=row.created_at, snippet=snippet)
            found[row.conversation_id].append(hit)
        return found

    def _tags(self, conversation_ids: Sequence[str]) -> dict[str, list[str]]:
        tags: dict[str, list[str]] = defaultdict(list)
        query = select(ConversationTagRow).where(col(ConversationTagRow.conversation_id).in_(conversation_ids))
        for row in self._session.exec(query):
            tags[row.conversation_id].append(row.name)
        return tags


def _is_of(owner_id: str) -> list[ColumnElement[bool]]:
    return [col(ConversationRow.owner_id) == owner_id, col(ConversationRow.deleted_at).is_(None)]
