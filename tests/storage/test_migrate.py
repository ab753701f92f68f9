"""Migrations: they lead to what the tables say, up and down, on both databases."""

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlmodel import Session

from app.errors import StorageUnavailable
from app.storage import indexes, migrate  # noqa: F401 - the indexes belong to the tables
from app.storage.database import Database
from app.storage.tables import Base


def test_the_head_we_compare_with_is_alembics() -> None:
    assert ScriptDirectory(str(migrate.MIGRATIONS)).get_current_head() == migrate.HEAD


async def test_migrations_and_tables_agree(database: Database) -> None:
    def differences(session: Session) -> Any:
        options = {'compare_server_default': True, 'include_name': lambda name, *_: not is_of_the_search(name)}
        context = MigrationContext.configure(session.connection(), opts=options)
        return compare_metadata(context, Base.metadata)

    assert await database.read(differences) == []


async def test_names_of_constraints_and_partial_indexes_agree_too(database: Database, empty_url: str) -> None:
    made_at_once = Database(empty_url)
    await made_at_once.write(lambda session: Base.metadata.create_all(session.connection()))
    assert await made_at_once.read(schema) == await database.read(schema)
    await made_at_once.close()


async def test_every_revision_goes_up_and_down(empty_url: str) -> None:
    database = Database(empty_url)
    revisions = [script.revision for script in ScriptDirectory(str(migrate.MIGRATIONS)).walk_revisions()][::-1]
    for revision in revisions:
        await step(database, command.upgrade, revision)
        await step(database, command.downgrade, '-1')
        await step(database, command.upgrade, revision)
    assert await database.read(lambda session: migrate.current(session.connection())) == migrate.HEAD
    await step(database, command.downgrade, 'base')
    assert await database.read(lambda session: inspect(session.connection()).get_table_names()) == ['alembic_version']
    assert await database.upgrade()
    await database.close()


async def test_upgrading_twice_does_something_once(empty_url: str) -> None:
    database = Database(empty_url)
    assert await database.upgrade()
    assert not await database.upgrade()
    await database.close()


async def test_replicas_that_start_together_apply_it_once(empty_url: str) -> None:
    replicas = [Database(empty_url) for _ in range(4)]
    done = await asyncio.gather(*(replica.upgrade() for replica in replicas))
    assert sorted(done) == [False, False, False, True]
    for replica in replicas:
        await replica.check()
        await replica.close()


async def test_a_new_file_that_another_process_writes_to_is_waited_for(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / 'new.db', isolation_level=None)) as other:
        other.execute('BEGIN IMMEDIATE')
        database = Database(f'sqlite:///{tmp_path}/new.db')
        upgrade = asyncio.create_task(database.upgrade())
        assert not (await asyncio.wait([upgrade], timeout=0.1))[0]
        other.execute('ROLLBACK')
    assert await upgrade
    await database.close()


async def test_a_schema_from_the_future_is_refused_in_words(database: Database) -> None:
    await database.write(
        lambda session: session.connection().execute(text("UPDATE alembic_version SET version_num='9'"))
    )
    with pytest.raises(StorageUnavailable, match='newer version of the app'):
        await database.upgrade()
    with pytest.raises(StorageUnavailable, match='schema revision is 9'):
        await database.check()


async def test_a_migration_that_fails_leaves_nothing_behind(empty_url: str) -> None:
    database = Database(empty_url)
    await database.write(lambda session: session.connection().execute(text('CREATE TABLE message (id TEXT)')))
    with pytest.raises(Exception, match='already exists'):
        await database.upgrade()
    assert await database.read(lambda session: inspect(session.connection()).get_table_names()) == ['message']
    await database.close()


def test_alembic_is_not_imported_when_nothing_is_to_be_done(database_url: str) -> None:
    code = (
        'import asyncio, sys\n'
        'from app.storage.database import Database\n'
        'async def main():\n'
        '    database = Database(sys.argv[1])\n'
        '    assert not await database.upgrade()\n'
        '    await database.close()\n'
        'asyncio.run(main())\n'
        "print([name for name in sys.modules if name.startswith('alembic')])\n"
    )
    root = Path(__file__).parents[2]
    ran = subprocess.run(
        [sys.executable, '-c', code, database_url], cwd=root, capture_output=True, text=True, check=True
    )
    assert ran.stdout == '[]\n'


async def step(database: Database, move: Any, revision: str) -> None:
    await database.write(lambda session: move(migrate.config(session.connection()), revision))


def schema(session: Session) -> list[object]:
    """Give everything a database says of our tables, in an order that does not depend on how they were made."""
    inspector = inspect(session.connection())
    return [
        (
            table,
            [(column['name'], str(column['type']), column['nullable']) for column in inspector.get_columns(table)],
            inspector.get_pk_constraint(table),
            sorted(inspector.get_foreign_keys(table), key=str),
            sorted(describe(index) for index in inspector.get_indexes(table)),
        )
        for table in sorted({*inspector.get_table_names()} - {'alembic_version'})
        if not is_of_the_search(table)
    ]


def is_of_the_search(name: str | None) -> bool:
    """Tell the index of the search, which each database keeps in its own way and only the migration knows."""
    return str(name).startswith(('search_', 'ix_search_'))


def describe(index: Any) -> str:
    options = {name: str(value) for name, value in index.get('dialect_options', {}).items()}
    return f'{index["name"]} {index["column_names"]} {index["unique"]} {options}'
