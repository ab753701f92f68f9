"""How long a search takes among 100,000 messages, as one types."""

import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.domain.conversation import LOCAL_OWNER, Conversation
from app.domain.message import Message, Role, Status
from app.domain.model import ModelRef
from app.domain.search import SearchQuery
from app.errors import QueryTooSlow
from app.storage.database import Database
from app.storage.rows import row_of_conversation, row_of_message
from app.storage.search import Search
from scripts.benchmark.language import Language
from scripts.benchmark.measure_database import databases
from scripts.benchmark.stage import Stage
from scripts.benchmark.table import Row, middle, share, shown

CONVERSATIONS, MESSAGES = 2_000, 50
"""How many there are, and how many messages each has."""

LIMIT = 50
"""Milliseconds in the middle that a search may take."""

ODD_LIMIT = 1_000
"""Milliseconds that the slowest of all that one can think of may take."""


async def measure(stage: Stage) -> list[Row]:
    """Search on both databases."""
    conversations = CONVERSATIONS // (10 if stage.quick else 1)
    rows: list[Row] = []
    for name, url in databases():
        database, language = Database(url), Language()
        await database.upgrade()
        await _fill(database, language, conversations)
        rows += await _searches(name, Search(database), language, conversations * MESSAGES)
        await database.close()
    return rows


async def _searches(name: str, search: Search, language: Language, messages: int) -> list[Row]:
    rows = []
    for kind, queries in _queries(language).items():
        times = [await _milliseconds(search, query) for query in [*queries[:1], *queries * 3]]
        median, slowest = middle(times[1:]), share(times[1:], 0.95)
        measure = f'search among {messages:,} messages on {name}, {kind} (median / 95th percentile)'
        rows.append(Row(measure, f'≤ {LIMIT} ms', f'{shown(median)} / {shown(slowest)} ms', median <= LIMIT))
    slowest, query = max([(await _milliseconds(search, query), query) for query in _odd_queries()], key=itemgetter(0))
    said = ' with filters' if query.filters_messages else ''
    measured = f'{shown(slowest)} ms (“{query.text[:ODD_SHOWN]}”{said})'
    measure = f'search among {messages:,} messages on {name}, the slowest of {len(_odd_queries())} odd ones'
    return [*rows, Row(measure, f'≤ {ODD_LIMIT} ms', measured, slowest <= ODD_LIMIT)]


async def _milliseconds(search: Search, query: SearchQuery) -> float:
    began = time.monotonic()
    with suppress(QueryTooSlow):  # the time it had is what it took
        await search.find(LOCAL_OWNER, query)
    return (time.monotonic() - began) * 1000


ODD_SHOWN = 20
ODD = (
    *('the 中 word', '中', '的 中 是 一', '的中', '的中是', '是的一', 'the的', '的the '),
    *('Python入門', '한', 'กินข้าว', 'العربية', '🎉'),
    *('a', 'd', 'th', 'a b c d e', 'de the of word que ', 'the zzzzzz'),
    *('"the', '"of the"', '"the of word"', '"the the"'),
    *('"', '!!! ??? ...', '++', '%', ' '.join(f'w{number}' for number in range(400)), 'the ' * 2_500, 'a' * 10_000),
    *('的' * 10_000, '的 ' * 5_000, f'"{"the of " * 40}"', f'"{"的中" * 50}"'),
    ' '.join(one + other for one in '的中是一' for other in '的中是一'),
    ' '.join(f'{one}{other}' for one in 'adeq' for other in 'aeou'),
)
"""What nobody looks for: words that all messages have, with such that none has, single signs, and very much at once."""


def _odd_queries() -> list[SearchQuery]:
    nobody, one = ModelRef('ollama', 'nobody'), ModelRef('ollama', 'model-1')
    since = datetime.now(UTC) - timedelta(days=200)
    filters: list[dict[str, Any]] = [{}, {'model': nobody}, {'role': Role.ASSISTANT, 'model': one, 'since': since}]
    return [SearchQuery(text=text, **each) for text in ODD for each in filters]


def _queries(language: Language) -> dict[str, list[SearchQuery]]:
    frequent, known, rare = language.near(0), language.near(400), language.near(15_000)
    since = datetime.now(UTC) - timedelta(days=200)
    return {
        'a frequent word': [SearchQuery(text=f'{word} ') for word in frequent],
        'a rare word': [SearchQuery(text=f'{word} ') for word in rare],
        'two words': [SearchQuery(text=f'{one} {two} ') for one, two in zip(frequent, known, strict=True)],
        'a phrase': [SearchQuery(text=f'"{one} {two}"') for one, two in zip(frequent, known, strict=True)],
        'typing a word': [SearchQuery(text=word[:length]) for word in rare for length in range(2, len(word) + 1)],
        'a word in answers of one model since a day': [
            SearchQuery(text=f'{word} ', role=Role.ASSISTANT, model=ModelRef('ollama', 'model-1'), since=since)
            for word in known
        ],
        'filters alone': [SearchQuery(role=Role.ASSISTANT, model=ModelRef('ollama', 'model-1'), since=since)],
    }


async def _fill(database: Database, language: Language, conversations: int) -> None:
    begun = datetime.now(UTC) - timedelta(days=400)
    for first in range(0, conversations, 50):
        numbers = range(first, min(first + 50, conversations))
        made = [_conversation(language, number, begun + timedelta(hours=number * 4)) for number in numbers]
        await database.write(lambda session, made=made: _store(session, made))  # type: ignore[misc]


def _store(session: Session, made: Sequence[tuple[Conversation, list[Message]]]) -> None:
    session.add_all([row_of_conversation(conversation) for conversation, _ in made])
    session.flush()
    session.add_all([row_of_message(message) for _, messages in made for message in messages])


def _conversation(language: Language, number: int, begun: datetime) -> tuple[Conversation, list[Message]]:
    conversation_id = str(UUID(int=number))
    messages: list[Message] = []
    for depth in range(MESSAGES):
        role = Role.ASSISTANT if depth % 2 else Role.USER
        at = begun + timedelta(minutes=depth)
        message = Message(
            id=str(UUID(int=(number + 1) << 32 | depth)),
            conversation_id=conversation_id,
            parent_id=messages[-1].id if messages else None,
            depth=depth,
            role=role,
            content=language.text(role),
            status=Status.COMPLETE,
            created_at=at,
            finished_at=at,
            model=ModelRef('ollama', f'model-{number % 3}') if role is Role.ASSISTANT else None,
        )
        messages.append(message)
    conversation = Conversation(
        id=conversation_id,
        owner_id=LOCAL_OWNER,
        title=language.text(Role.USER)[:60],
        created_at=begun,
        updated_at=messages[-1].created_at,
        head_id=messages[-1].id,
    )
    return conversation, messages
