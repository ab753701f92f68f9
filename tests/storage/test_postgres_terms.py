"""A database that does not fit is refused in words, before anything is made in it."""

from collections.abc import Iterator

import pytest

from app.errors import StorageUnavailable
from app.storage.database import Database
from app.storage.examining import terms_at
from tests.support.postgres import PostgresServer


@pytest.fixture
def host(postgres: PostgresServer) -> Iterator[str]:
    """Give the name of a database to which a guest has access, who is not its owner."""
    name = postgres.create_database()
    postgres.execute('CREATE ROLE guest LOGIN')
    yield name
    postgres.drop_database(name)
    postgres.execute('DROP ROLE guest')


@pytest.fixture
def guest(host: str, postgres: PostgresServer) -> str:
    """Give the address by which the guest reaches that database."""
    return postgres.url(host).replace('postgres@', 'guest@')


@pytest.mark.parametrize('encoding', ['LATIN1', 'SQL_ASCII'])
async def test_another_encoding_is_refused(encoding: str, postgres: PostgresServer) -> None:
    name = f'in_{encoding.lower()}'
    postgres.execute(f"CREATE DATABASE {name} ENCODING '{encoding}' TEMPLATE template0 LOCALE 'C'")
    database = Database(postgres.url(name))
    with pytest.raises(StorageUnavailable) as refused:
        await database.upgrade()
    assert (refused.value.details['reason'], refused.value.details['encoding']) == ('encoding', encoding)
    assert await database.revision() is None
    await database.close()
    postgres.drop_database(name)


async def test_a_user_who_may_not_make_tables_is_refused(host: str, guest: str, postgres: PostgresServer) -> None:
    database = Database(guest)
    with pytest.raises(StorageUnavailable, match='no_tables'):
        await database.upgrade()
    await database.close()
    postgres.execute('GRANT CREATE ON SCHEMA public TO guest', host)
    again = Database(guest)
    assert await again.upgrade()
    await again.close()


async def test_tables_the_user_may_not_read_are_an_outage_told_in_one_line(
    host: str, guest: str, postgres: PostgresServer
) -> None:
    owner = Database(postgres.url(host))
    await owner.upgrade()
    await owner.close()
    database = Database(guest)
    with pytest.raises(StorageUnavailable) as refused:
        await database.check()
    assert refused.value.details['message'] == 'permission denied for table alembic_version'
    await database.close()


def test_what_fits_is_told(postgres: PostgresServer) -> None:
    name = postgres.create_database()
    terms = terms_at(postgres.url(name))
    assert (terms.encoding, terms.may_create, terms.version >= 13) == ('UTF8', True, True)
    postgres.drop_database(name)
