"""Says what the database is."""

import os
from pathlib import Path

from sqlalchemy import URL, Connection, text

from app.domain.installation import DatabaseInfo
from app.storage import migrate


def describe(connection: Connection, address: URL) -> DatabaseInfo:
    """Describe the database of a connection made by this address."""
    revision = migrate.current(connection) or ''
    if connection.dialect.name == 'sqlite':
        file = Path(os.path.realpath(str(address.database)))
        return DatabaseInfo(
            system='SQLite',
            version=str(connection.execute(text('SELECT sqlite_version()')).scalar()),
            place=str(file),
            size=sum(part.stat().st_size for part in (file, Path(f'{file}-wal')) if part.exists()),
            revision=revision,
        )
    name = address.database or ''
    return DatabaseInfo(
        system='PostgreSQL',
        version=str(connection.execute(text('SHOW server_version')).scalar()).partition(' ')[0],
        place=f'{address.host or "localhost"}/{name}',
        size=int(connection.execute(text('SELECT pg_database_size(current_database())')).scalar() or 0),
        revision=revision,
    )
