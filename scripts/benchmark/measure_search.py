"""How long a search takes among 100,000 messages, as one types."""

import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from uuid import UUID

from sqlmodel import Session

from app.domain.conversation import LOCAL_OWNER, Conversation
from app.domain.message import Message, Role, Status
from app.domain.model import ModelRef
from app.domain.search import SearchQuery
from app.storage.database import Database
from app.storage.rows import row_of_conversation, row_of_message
from app.storage.search import Search
from scripts.benchmark.measure_database import databases
from scripts.benchmark.stage import Stage
from scripts.benchmark.table import Row, middle, share, shown

CONVERSATIONS, MESSAGES = 2_000, 50
"""How many there are, and how many messages each has."""

VOCABULARY = 30_000
LIMIT = 50
"""Milliseconds in the middle that a search may take."""


class Language:
    """Words of which the first ones are frequent and most are rare, as in any language (Zipf's law)."""

    def __init__(self) -> None:
        self._random = random.Random(4)
        letters = 'aaaeeeooiiurrsssttnnlmdcpbvgfhjzãçéóê'
        words: dict[str, None] = {}
        while len(words) < VOCABULARY:
            length = self._random.randint(1, 3) if len(words) < 60 else 2 + int(self._random.expovariate(0.2))
            words[''.join(self._random.choices(letters, k=min(length, 14)))] = None
        self.words = list(words)
        self._weights = list(accumulate(1 / (rank + 2.7) for rank in range(VOCABULARY)))

    def text(self, role: Role) -> str:
        """Say something: 20 words in a question, 110 in an answer, some much more."""
        length = self._random.lognormvariate(2.8 if role is Role.USER else 4.5, 0.7)
        return ' '.join(self._random.choices(self.words, cum_weights=self._weights, k=int(length) + 1))

    def near(self, rank: int, count: int = 8) -> list[str]:
        """Give words that are about as frequent as the one of a rank."""
        return self.words[rank : rank + count]


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
        times = []
        for query in [*queries[:1], *queries * 3]:
            began = time.monotonic()
            await search.find(LOCAL_OWNER, query)
            times.append((time.monotonic() - began) * 1000)
        median, slowest = middle(times[1:]), share(times[1:], 0.95)
        measure = f'search among {messages:,} messages on {name}, {kind} (median / 95th percentile)'
        rows.append(Row(measure, f'≤ {LIMIT} ms', f'{shown(median)} / {shown(slowest)} ms', median <= LIMIT))
    return rows


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
