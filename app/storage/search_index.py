"""Asks the index of migrations 0004 and 0006 on either database: which messages have the words, and fit the filters."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Any, Protocol

from sqlalchemy import Subquery, TextClause, bindparam, column, text
from sqlmodel import Session

from app.domain.search import SearchQuery
from app.storage.search_terms import Term, is_wide, spaced
from app.storage.tables import UtcDateTime

DEAR = 8_000
"""What gathering messages may cost on PostgreSQL, in its planner's unit (a page read in order), before it is tried with
fewer. That is reached with some 6,000 hits among 100,000 messages, or where all have to be looked at.
"""


@dataclass(frozen=True, slots=True)
class Condition:
    """A part of a query in SQL: where the messages come from, what they must satisfy, and the values in it.

    `dear` is what is looked at last, in as few messages as possible.
    """

    source: str
    tests: Sequence[str]
    values: Mapping[str, Any]
    dear: Sequence[str] = ()

    def where(self, *more: str) -> str:
        """Give the condition with more tests, true if there is none."""
        return ' AND '.join([*self.tests, *more, *self.dear]) or 'true'


class Index(Protocol):
    """The index of one database system."""

    def messages(self, session: Session, terms: Sequence[Term], query: SearchQuery) -> Condition:
        """Say which messages have all the terms and pass the filters."""
        ...

    def within(
        self, session: Session, condition: Condition, conversation_ids: Callable[[], Sequence[str]]
    ) -> Condition | None:
        """Narrow the condition to some conversations; None if counting in all of them is as cheap."""
        ...

    def by_conversation(self, condition: Condition) -> Subquery:
        """Build the table of conversations (`conversation_id`) and how many messages fit (`hits`)."""
        ...

    def newest(
        self, session: Session, condition: Condition, conversation_ids: Sequence[str], limit: int
    ) -> Sequence[str]:
        """Give the ids of the newest messages that fit, at most `limit` for each conversation."""
        ...


def index_of(session: Session) -> Index:
    """Give the index of the database a session is connected to."""
    return Fts5() if session.get_bind().dialect.name == 'sqlite' else TextSearch()


class Fts5:
    """SQLite. A text with anything in a script without spaces is in `search_wide`, any other in `search_words`."""

    def messages(self, _session: Session, terms: Sequence[Term], query: SearchQuery) -> Condition:
        """Ask for all terms at once, the tables one after the other."""
        tests, values = _filters(query)
        source = 'SELECT number AS rowid FROM search_entry'
        if terms:
            tables = ['search_wide'] if any(term.is_wide for term in terms) else ['search_words', 'search_wide']
            source = ' UNION ALL '.join(f'SELECT rowid FROM {table} WHERE {table} MATCH :words' for table in tables)
            values['words'] = ' '.join(map(_quoted, terms))
        source = f'({source}) AS found'
        if tests:
            source += ' JOIN search_entry AS entry ON entry.number = found.rowid'
        return Condition(source, tests, values)

    def within(
        self, _session: Session, _condition: Condition, _conversation_ids: Callable[[], Sequence[str]]
    ) -> Condition | None:
        """Count in all: the numbers of the messages are enough for that."""
        return None

    def by_conversation(self, condition: Condition) -> Subquery:
        """Count by the upper part of the numbers; names are looked up once for each conversation."""
        return _table(
            'SELECT place.conversation_id, counted.hits FROM ('
            f'  SELECT found.rowid >> 24 AS number, count(*) AS hits FROM {condition.source} WHERE {condition.where()}'
            '  GROUP BY 1'
            ') AS counted JOIN search_conversation AS place ON place.number = counted.number',
            condition,
        )

    def newest(
        self, session: Session, condition: Condition, conversation_ids: Sequence[str], limit: int
    ) -> Sequence[str]:
        """Look among the numbers of these conversations, with one query: each would gather the words anew."""
        places = text('SELECT number FROM search_conversation WHERE conversation_id IN :ids')
        wanted = places.bindparams(bindparam('ids', list(conversation_ids), expanding=True))
        numbers = session.execute(wanted).scalars().all()
        of_these = 'found.rowid BETWEEN :first AND :last', 'found.rowid >> 24 IN :numbers'
        query = (
            'SELECT entry.message_id FROM ('
            '  SELECT found.rowid,'
            '    row_number() OVER (PARTITION BY found.rowid >> 24 ORDER BY found.rowid DESC) AS place'
            f' FROM {condition.source} WHERE {condition.where(*of_these)}'
            ') AS hit JOIN search_entry AS entry ON entry.number = hit.rowid'
            ' WHERE hit.place <= :limit ORDER BY entry.number DESC'
        )
        prepared = _prepared(query, condition).bindparams(bindparam('numbers', list(numbers), expanding=True))
        bounds = {'first': min(numbers) << 24, 'last': (max(numbers) + 1) << 24, 'limit': limit}
        return session.execute(prepared, bounds).scalars().all()


class TextSearch:
    """PostgreSQL. The words of a term are taken apart by the function that made the index."""

    def messages(self, session: Session, terms: Sequence[Term], query: SearchQuery) -> Condition:
        """Ask for all terms at once."""
        tests, values = _filters(query)
        dear: list[str] = []
        if terms:
            # Comparing a tsvector costs more than the planner thinks; for a frequent word it would compare all.
            session.execute(text('SET LOCAL enable_seqscan = off'))
            tests.insert(0, 'entry.words @@ CAST(:words AS tsquery)')
            taken_apart = text('SELECT search_words(term) FROM unnest(CAST(:terms AS text[])) AS term')
            said = session.execute(taken_apart, {'terms': [term.text for term in terms]}).scalars()
            lexemes = [_lexemes(words, term) for words, term in zip(said, terms, strict=True) if words]
            values['words'] = ' & '.join(dict.fromkeys(chain(*lexemes)))
            if phrases := [each for each in lexemes if len(each) > 1]:
                # The index has no places: all messages with these words are read, if nothing else speaks against them.
                dear.append('ts_match_vq(entry.words, CAST(:phrases AS tsquery))')
                values['phrases'] = ' & '.join(map(_phrase, phrases))
        return Condition('search_entry AS entry', tests, values, dear)

    def within(
        self, session: Session, condition: Condition, conversation_ids: Callable[[], Sequence[str]]
    ) -> Condition | None:
        """Ask the planner: gathering what most messages have means to read the rows of all those."""
        query = f'EXPLAIN (FORMAT JSON) SELECT FROM {condition.source} WHERE {condition.where()}'
        [explained] = session.execute(_prepared(query, condition)).scalar_one()
        if explained['Plan']['Total Cost'] < DEAR:
            return None
        tests = [*condition.tests, 'entry.conversation_id = ANY(CAST(:within AS text[]))']
        return replace(condition, tests=tests, values={**condition.values, 'within': list(conversation_ids())})

    def by_conversation(self, condition: Condition) -> Subquery:
        """Count the rows."""
        return _table(
            f'SELECT entry.conversation_id, count(*) AS hits FROM {condition.source} '
            f'WHERE {condition.where()} GROUP BY 1',
            condition,
        )

    def newest(
        self, session: Session, condition: Condition, conversation_ids: Sequence[str], limit: int
    ) -> Sequence[str]:
        """Ask once for all conversations: asked for each, the planner may look through the whole index each time."""
        of_these = 'entry.conversation_id = ANY(CAST(:ids AS text[]))'
        query = (
            'SELECT hit.message_id FROM ('
            '  SELECT message_id, created_at, row_number() OVER ('
            '    PARTITION BY conversation_id ORDER BY created_at DESC, message_id DESC'
            f' ) AS place FROM {condition.source} WHERE {condition.where(of_these)}'
            ') AS hit WHERE hit.place <= :limit ORDER BY hit.created_at DESC, hit.message_id DESC'
        )
        values = {'ids': list(conversation_ids), 'limit': limit}
        return session.execute(_prepared(query, condition), values).scalars().all()


def _filters(query: SearchQuery) -> tuple[list[str], dict[str, Any]]:
    tests: list[str] = []
    values: dict[str, Any] = {}
    if query.role is not None:
        tests.append('entry.role = :role')
        values['role'] = query.role.value
    if query.model is not None:
        tests.append('entry.provider = :provider AND entry.model = :model')
        values |= {'provider': query.model.provider, 'model': query.model.name}
    if query.since is not None:
        tests.append('entry.created_at >= :since')
        values['since'] = query.since
    if query.until is not None:
        tests.append('entry.created_at < :until')
        values['until'] = query.until
    return tests, values


def _table(query: str, condition: Condition) -> Subquery:
    return _prepared(query, condition).columns(column('conversation_id'), column('hits')).subquery()


def _prepared(query: str, condition: Condition) -> TextClause:
    """Put the values in; a time is written as its column is."""
    values = [
        bindparam(name, value, type_=UtcDateTime() if isinstance(value, datetime) else None)
        for name, value in condition.values.items()
    ]
    return text(query).bindparams(*values)


def _quoted(term: Term) -> str:
    """Write a term for FTS5: between quotation marks nothing has a meaning, and a term has none itself."""
    goes_on = term.is_prefix and not is_wide(term.text[-1])
    return f'"{spaced(term.text)}"' + (' *' if goes_on else '')


def _lexemes(words: Sequence[str], term: Term) -> list[str]:
    """Write the words of a term for `tsquery`; the last one may go on."""
    lexemes = [f"'{word}'" for word in words]  # letters and digits only
    if term.is_prefix:
        lexemes[-1] += ':*'
    return lexemes


def _phrase(lexemes: Sequence[str]) -> str:
    """Let words follow each other. In texts too long for the index to know what stands where, they are enough."""
    return f"({' <-> '.join(lexemes)} | ('§' & {' & '.join(lexemes)}))"
