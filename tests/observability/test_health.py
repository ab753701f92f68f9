from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.observability.health import health_routes
from app.storage.database import Database


@pytest.fixture
async def database(tmp_path: Path) -> Database:
    return Database(f'sqlite:///{tmp_path}/guilherme.db')


async def ask(database: Database, path: str) -> httpx.Response:
    app = FastAPI()
    app.include_router(health_routes(database.check))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url='http://test') as client:
        return await client.get(path)


async def test_a_database_that_is_up_to_date_is_ready(database: Database) -> None:
    await database.upgrade()
    response = await ask(database, '/readyz')
    assert (response.status_code, response.json()) == (200, {'status': 'ok'})
    await database.close()


async def test_a_database_without_its_tables_is_not_ready_but_the_process_lives(database: Database) -> None:
    response = await ask(database, '/readyz')
    assert (response.status_code, response.json()) == (503, {'status': 'unavailable', 'reason': 'storage_unavailable'})
    assert (await ask(database, '/healthz')).status_code == 200
    await database.close()


async def test_a_schema_of_another_version_is_not_ready(database: Database) -> None:
    await database.upgrade()
    await database.write(
        lambda session: session.connection().execute(text("UPDATE alembic_version SET version_num = 'x'"))
    )
    assert (await ask(database, '/readyz')).status_code == 503
    await database.close()


async def test_a_database_that_is_gone_is_not_ready(database: Database) -> None:
    await database.upgrade()
    await database.close()
    assert (await ask(database, '/readyz')).status_code == 503
    assert (await ask(database, '/healthz')).json() == {'status': 'ok'}
