"""What was exported and imported into an empty database is what was there, row by row."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from sqlalchemy import delete, insert, select

from app.chat.exporting import Exporting
from app.chat.taking_in import TakingIn
from app.chat.trash import Trash
from app.domain.conversation import LOCAL_OWNER
from app.exchange.reading.checking import checked
from app.exchange.reading.context import Reading
from app.exchange.reading.intake import Meter
from app.exchange.recognising import read_file
from app.replies.live import LiveConversations
from app.storage import trash
from app.storage.database import Database
from app.storage.documents import Documents
from app.storage.folders import Folders
from app.storage.outgoing import Outgoing
from app.storage.staging import Batch, Staging
from app.storage.tables import Base, PreferencesRow
from tests.exchange.carried_values import Everything, everything
from tests.exchange.samples import rich
from tests.storage.conftest import backend, database_url, empty_url, postgres, postgres_template

__all__ = ['backend', 'database_url', 'empty_url', 'postgres', 'postgres_template']

Rows = dict[str, list[dict[str, Any]]]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(everything())
def test_every_row_comes_back(database_url: str, tmp_path: Path, things: Everything) -> None:
    asyncio.run(go_round(database_url, tmp_path / 'archive.zip', things))


async def go_round(url: str, file: Path, things: Everything) -> None:
    database = Database(url)
    try:
        await empty(database)
        await store(database, things)
        before = await rows(database)
        pieces = [piece async for piece in Exporting(Outgoing(database)).archive(LOCAL_OWNER, datetime.now(UTC))]
        await asyncio.to_thread(file.write_bytes, b''.join(pieces))
        await empty(database)
        await take_in(database, file)
        assert await rows(database) == before
    finally:
        await database.close()


async def take_in(database: Database, file: Path) -> None:
    staging = Staging(database)
    taking = TakingIn(staging, Trash(trash.Trash(database), LiveConversations()), LOCAL_OWNER)
    await taking.take([*read_file(file, LOCAL_OWNER, str, Meter(0))])
    await taking.give()
    await taking.give_up()


async def store(database: Database, things: Everything) -> None:
    conversations, documents, folders, preferences = things
    for folder in folders:
        await Folders(database).create(folder)
    for document in documents:
        await Documents(database).keep(LOCAL_OWNER, document)
    for each in conversations:
        kept = checked(each, Reading(LOCAL_OWNER, str))  # nothing differs, but what waits waits for the person
        await Staging(database).write('', Batch([kept.conversation], kept.messages, kept.queued))
    if preferences:
        statement = insert(PreferencesRow).values(owner_id=LOCAL_OWNER, data=preferences)
        await database.write(lambda session: session.connection().execute(statement))


async def empty(database: Database) -> None:
    def work(session: Any) -> None:
        for table in reversed(Base.metadata.sorted_tables):
            session.connection().execute(delete(table))

    await database.write(work)


async def rows(database: Database) -> Rows:
    """Give all rows of all tables but for the record of imports, which no archive has."""

    def work(session: Any) -> Rows:
        found: Rows = {}
        for table in Base.metadata.sorted_tables:
            each = [dict(row) for row in session.connection().execute(select(table)).mappings()]
            found[table.name] = sorted(each, key=lambda row: [str(row[column.name]) for column in table.primary_key])
        return {name: each for name, each in found.items() if name not in ('past_import', 'imported')}

    return await database.read(work)


async def test_importing_twice_changes_nothing(tmp_path: Path) -> None:
    database = Database(f'sqlite:///{tmp_path}/g.db')
    await database.upgrade()
    carried = rich()
    await store(database, ([carried], [], [], {'a': 1}))
    file = tmp_path / f'{uuid4()}.zip'
    pieces = [piece async for piece in Exporting(Outgoing(database)).archive(LOCAL_OWNER, datetime.now(UTC))]
    await asyncio.to_thread(file.write_bytes, b''.join(pieces))
    before = await rows(database)
    await take_in(database, file)
    assert await rows(database) == before
    await database.close()
