"""Brings a database to the newest schema. Alembic is imported only when there is something to do: it takes 0.1 s."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from app.errors import StorageUnavailable
from app.storage.postgres_terms import refuse_unfit

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = '0007'
"""Newest revision in `migrations/versions`; a test compares."""

MIGRATIONS = Path(__file__).parent / 'migrations'
LOCK_NUMBER = 0x6775696C  # 'guil', any number nobody else uses for an advisory lock in this database


def upgrade(connection: Connection) -> bool:
    """Apply the missing migrations inside the connection's transaction; say whether there were any.

    Raises:
        StorageUnavailable: the schema is one that this version of the app does not know, or the database is unfit.
    """
    if current(connection) == HEAD:
        return False
    if connection.dialect.name == 'postgresql':  # replicas that start together take turns
        connection.execute(text('SELECT pg_advisory_xact_lock(:number)'), {'number': LOCK_NUMBER})
        if current(connection) == HEAD:
            return False
        refuse_unfit(connection)
    from alembic import command

    revision = current(connection)
    if revision is not None and not knows(revision):
        raise StorageUnavailable(
            reason='newer_database',
            revision=revision,
            message=f'{revision} is a revision of a newer version of the app',
        )
    command.upgrade(config(connection), 'head')
    return True


def knows(revision: str) -> bool:
    """Tell whether this version of the app has the migration that leads to a revision."""
    from alembic.script import ScriptDirectory

    return any(script.revision == revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


def current(connection: Connection) -> str | None:
    """Give the revision of the schema, None for an empty database."""
    if not inspect(connection).has_table('alembic_version'):
        return None
    return connection.execute(text('SELECT version_num FROM alembic_version')).scalar()


def config(connection: Connection) -> 'Config':
    """Make Alembic's configuration for one connection, which needs no `alembic.ini`."""
    from alembic.config import Config

    made = Config()
    made.set_main_option('script_location', str(MIGRATIONS).replace('%', '%%'))
    made.set_main_option('path_separator', 'os')
    made.attributes['connection'] = connection
    made.attributes['found'] = current(connection)  # a migration may have to know whether anything was here before
    return made
