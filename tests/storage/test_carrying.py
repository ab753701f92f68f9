"""Everything goes from one database into another, and both are the same afterwards."""

import asyncio
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import JSON, Boolean, Connection, Integer, Table, insert, select, text

from app.domain.conversation import LOCAL_OWNER
from app.domain.message import Role
from app.domain.search import SearchQuery
from app.errors import OperationRefused, StorageUnavailable
from app.storage import migrate
from app.storage.carrying import ROWS_AT_A_TIME, TABLES, Fingerprint, carry_over
from app.storage.conversations import Conversations
from app.storage.database import Database, prepare_file, read_url, sqlite_file
from app.storage.engines import engine_of
from app.storage.journal import SqlJournal
from app.storage.messages import Messages
from app.storage.rows import row_of_message, storable
from app.storage.search import Search
from app.storage.tables import ID, UtcDateTime
from tests.storage.samples import conversation, exchange, later, message, numbered_id, pieces
from tests.support.postgres import PostgresServer

BY_NAME = {table.name: table for table in TABLES}
Rows = dict[str, list[dict[str, Any]]]

texts = st.text(st.characters(exclude_categories=['Cs']), max_size=30).map(storable)
scalars = st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(scalars | st.text(max_size=10), lambda inner: st.lists(inner, max_size=3), max_leaves=6)
times = st.datetimes(datetime(1970, 1, 1), datetime(2999, 1, 1), timezones=st.just(UTC))
of_type: dict[type, st.SearchStrategy[Any]] = {
    JSON: st.dictionaries(st.text(max_size=8), values, max_size=3),
    Boolean: st.booleans(),
    Integer: st.integers(0, 2**31 - 1),
    UtcDateTime: times,
}


def anything_for(column: Any) -> st.SearchStrategy[Any]:
    found = next((of_type[kind] for kind in of_type if isinstance(column.type, kind)), texts)
    return st.none() | found if column.nullable else found


@st.composite
def contents(draw: st.DrawFn) -> Rows:
    """Draw rows for every table; keys differ, and what refers to another row refers to one that is there."""
    rows: Rows = {}
    for table in TABLES:
        drawn = draw(
            st.lists(st.fixed_dictionaries({c.name: anything_for(c) for c in table.columns}), min_size=1, max_size=3)
        )
        names = draw(st.permutations(range(len(drawn))))  # ids do not sort as the rows were written
        for number, (row, name) in enumerate(zip(drawn, names, strict=True)):
            *_, key = table.primary_key.columns
            row[key.name] = key_of(key, row[key.name], name)
            if 'conversation_id' in row:
                row['conversation_id'] = draw(st.sampled_from(rows['conversation']))['id']
            if table.name == 'message':
                row |= {'depth': number, 'parent_id': drawn[number - 1]['id'] if number else None}
        rows[table.name] = drawn
    return rows


def key_of(column: Any, drawn: Any, number: int) -> Any:
    """Make a key that no other row has."""
    if isinstance(column.type, Integer):
        return number
    return numbered_id(number) if column.type is ID else f'{drawn}{number}'


def write(url: str, rows: Rows) -> None:
    with connection(url, writes=True) as connected:
        for table in TABLES:
            for row in rows[table.name]:
                connected.execute(insert(table), row)


def read(url: str) -> Rows:
    with connection(url, writes=False) as connected:
        return {table.name: rows_of(connected, table) for table in TABLES}


def rows_of(connected: Connection, table: Table) -> list[dict[str, Any]]:
    """Give all rows, in an order that no database decides."""
    return sorted((dict(row) for row in connected.execute(select(table)).mappings()), key=str)


@contextmanager
def connection(url: str, *, writes: bool) -> Iterator[Connection]:
    if file := sqlite_file(url):
        prepare_file(file)
    engine = engine_of(read_url(url), writes=writes)
    with engine.begin() as connected:
        yield connected
    engine.dispose()


def migrated(url: str) -> str:
    """Make the tables."""
    with connection(url, writes=True) as connected:
        migrate.upgrade(connected)
    return url


@pytest.fixture
def new_sqlite(tmp_path: Path) -> Callable[[], str]:
    """Give addresses of databases that are not there yet."""
    numbers = count()
    return lambda: f'sqlite:///{tmp_path}/{next(numbers)}/guilherme.db'


@pytest.fixture
def target(backend: str, request: pytest.FixtureRequest, new_sqlite: Callable[[], str]) -> str:
    """Give the address of an empty database of the other system than the one a test runs on."""
    if backend == 'postgresql':
        return new_sqlite()
    server: PostgresServer = request.getfixturevalue('postgres')
    return server.url(server.create_database())


def refused(reason: str) -> Any:
    return pytest.raises(OperationRefused, match=f"reason='{reason}'")


@settings(max_examples=25, deadline=None, suppress_health_check=[*HealthCheck])
@given(rows=contents())
def test_whatever_is_there_arrives_and_comes_back(
    postgres: PostgresServer, new_sqlite: Callable[[], str], rows: Rows
) -> None:
    source, back = migrated(new_sqlite()), new_sqlite()
    name = postgres.create_database()
    write(source, rows)
    there = carry_over(source, postgres.url(name))
    returned = carry_over(postgres.url(name), back)
    assert read(source) == read(postgres.url(name)) == read(back)
    assert there == returned
    assert {table: each.rows for table, each in there.items()} == {table: len(each) for table, each in rows.items()}
    postgres.drop_database(name)


async def test_a_long_branch_is_carried_in_batches_with_its_progress(
    database: Database, database_url: str, target: str
) -> None:
    chat, before, said = conversation(), None, []
    for number in range(2 * ROWS_AT_A_TIME + 3):
        before = message(chat, before, Role.USER if number % 2 else Role.ASSISTANT, content=f'Satz {number}')
        said.append(before)
    await Conversations(database).create(chat)
    shuffled = random.Random(1).sample(said, len(said))
    by_depth = sorted(shuffled, key=lambda each: each.depth)
    await database.write(lambda session: session.add_all([row_of_message(each) for each in by_depth]))
    told: list[tuple[str, int, int]] = []
    carried = await asyncio.to_thread(carry_over, database_url, target, lambda *each: told.append(each))
    total = len(said)
    steps = [0, ROWS_AT_A_TIME, 2 * ROWS_AT_A_TIME, total]
    assert [(done, of) for table, done, of in told if table == 'message'] == [(step, total) for step in steps]
    assert carried['message'].rows == total


async def test_the_app_goes_on_with_it_and_the_search_finds_it(
    database: Database, database_url: str, messages: Messages, journal: SqlJournal, target: str
) -> None:
    chat = conversation(title='Frutas')
    question, reply = await exchange(messages, chat)
    await journal.append(pieces(reply, 'Bananas são ', 'amarelas.'))
    await asyncio.to_thread(carry_over, database_url, target)
    carried = Database(target)
    assert not await carried.upgrade()
    [recovered] = await SqlJournal(carried).recover()
    assert (recovered.id, recovered.content) == (reply.id, 'Bananas são amarelas.')
    await SqlJournal(carried).seal(recovered, unread=False)
    found = await Search(carried).find(LOCAL_OWNER, SearchQuery(text='hello'))
    assert [hit.message_id for each in found.conversations for hit in each.hits] == [question.id]
    await carried.close()


async def test_it_can_be_begun_again_but_not_done_twice(
    database: Database, database_url: str, conversations: Conversations, target: str
) -> None:
    await conversations.create(conversation())

    def breaks_off(table: str, done: int, _total: int) -> None:
        if table == 'conversation' and done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await asyncio.to_thread(carry_over, database_url, target, breaks_off)
    await asyncio.to_thread(carry_over, database_url, target)
    with refused('not_empty'):
        await asyncio.to_thread(carry_over, database_url, target)


async def test_what_somebody_else_keeps_is_left_alone(database_url: str, target: str) -> None:
    with connection(target, writes=True) as connected:
        connected.execute(text('CREATE TABLE theirs (id INTEGER)'))
    with refused('not_empty'):
        await asyncio.to_thread(carry_over, database_url, target)


async def test_an_older_source_and_a_newer_one_are_refused(database: Database, database_url: str, target: str) -> None:
    await database.write(lambda session: command.downgrade(migrate.config(session.connection()), '-1'))
    with refused('older_source'):
        await asyncio.to_thread(carry_over, database_url, target)
    await database.write(
        lambda session: session.connection().execute(text("UPDATE alembic_version SET version_num='9'"))
    )
    with refused('newer_database'):
        await asyncio.to_thread(carry_over, database_url, target)


async def test_source_and_target_are_two_databases_that_can_be_had(
    database_url: str, target: str, tmp_path: Path
) -> None:
    with refused('same_database'):
        carry_over(database_url, database_url)
    with refused('no_database'):
        carry_over(f'sqlite:///{tmp_path}/nothing.db', target)
    with pytest.raises(StorageUnavailable):
        await asyncio.to_thread(carry_over, database_url, 'postgresql+psycopg://nobody@/x?host=/nowhere')


def test_a_fingerprint_depends_on_every_value_but_not_on_the_order() -> None:
    table = BY_NAME['folder']
    rows = [{'id': 'a', 'owner_id': 'o', 'name': str(number), 'created_at': later()} for number in range(3)]
    whole = Fingerprint().with_rows(table, rows)
    assert Fingerprint().with_rows(table, rows[::-1]) == whole
    assert Fingerprint().with_rows(table, rows[:2]).with_rows(table, rows[2:]) == whole
    for name, value in {'id': 'b', 'owner_id': '', 'name': '1 ', 'created_at': later()}.items():
        assert Fingerprint().with_rows(table, [rows[0] | {name: value}, *rows[1:]]) != whole
