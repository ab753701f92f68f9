from pathlib import Path

from sqlalchemy import make_url

from app.storage import migrate
from app.storage.database import Database


async def test_the_database_says_what_it_is_and_keeps_its_password(
    database: Database, database_url: str, backend: str
) -> None:
    info = await database.describe()
    address = make_url(database_url)
    assert info.revision == migrate.HEAD
    assert info.size > 10_000
    assert info.version[0].isdigit()
    if backend == 'sqlite':
        assert (info.system, info.place) == ('SQLite', str(Path(str(address.database))))
    else:
        assert info.system == 'PostgreSQL'
        assert info.place.endswith(f'/{address.database}')
        assert '@' not in info.place
