"""Looks at a database without changing it: is it there, whole, and of which revision."""

from dataclasses import dataclass

from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from app.domain.installation import DatabaseInfo
from app.storage import migrate
from app.storage.database import is_there, read_url, sqlite_file
from app.storage.description import describe
from app.storage.engines import engine_of
from app.storage.outages import outages_told
from app.storage.postgres_terms import Terms, terms_of
from app.storage.sqlite_backup import first_damage


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """How a database is: `newer` than this version of the app, `current`, or neither; `damage` is empty if it is whole.

    On PostgreSQL nothing is said of damage: that is the server's affair.
    """

    info: DatabaseInfo
    newer: bool
    current: bool
    damage: str = ''


def examine(url: str) -> Condition | None:
    """Look at the database at an address; None if there is no such file, or nothing in it yet.

    Raises:
        SettingsInvalid: the address is none that can be used.
        StorageUnavailable: it does not answer, or is no database.
    """
    file = sqlite_file(url)
    if file is not None and not is_there(file):
        return None
    address = read_url(url)
    engine = engine_of(address, writes=False)
    try:
        with outages_told(), engine.connect() as connection:
            info = describe(connection, address)
            if not info.revision:
                return None
            known = migrate.knows(info.revision)
            return Condition(
                info=info, newer=not known, current=info.revision == migrate.HEAD, damage=_damage(connection)
            )
    finally:
        engine.dispose()


def terms_at(url: str) -> Terms:
    """Ask the PostgreSQL server at an address on what terms it takes us in.

    Raises:
        StorageUnavailable: it does not answer.
    """
    engine = engine_of(read_url(url), writes=False)
    try:
        with outages_told(), engine.connect() as connection:
            return terms_of(connection)
    finally:
        engine.dispose()


def _damage(connection: Connection) -> str:
    if connection.dialect.name != 'sqlite':
        return ''
    try:
        found = str(connection.execute(text('PRAGMA quick_check(1)')).scalar())
    except DatabaseError as error:
        return str(error.orig)
    return '' if found == 'ok' else first_damage(found)
