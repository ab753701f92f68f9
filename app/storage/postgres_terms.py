"""What a PostgreSQL server has to give so that the app can live in one of its databases."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from app.errors import StorageUnavailable

ENCODING = 'UTF8'
"""The only encoding that has every character: what people write in others would be refused or changed."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The server's version (17, 18 …), the database's encoding, and whether its user may make tables there."""

    version: int
    encoding: str
    may_create: bool


def terms_of(connection: Connection) -> Terms:
    """Ask the server of a connection."""
    query = (
        "SELECT current_setting('server_version_num')::int / 10000, current_setting('server_encoding'), "
        "coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)"
    )
    version, encoding, may_create = connection.execute(text(query)).one()
    return Terms(version, encoding, may_create)


def refuse_unfit(connection: Connection) -> None:
    """Look before tables are made or changed.

    Raises:
        StorageUnavailable: the database is in another encoding, or its user may not make tables there.
    """
    terms = terms_of(connection)
    if terms.encoding != ENCODING:
        raise StorageUnavailable(reason='encoding', encoding=terms.encoding, message='the encoding is not UTF8')
    if not terms.may_create:
        raise StorageUnavailable(reason='no_tables', message='tables cannot be made')
