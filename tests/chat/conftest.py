"""A desk in front of a stand-in for Ollama that counts: `w0 w1 w2 …`. What takes `desk` runs on both databases."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.chat.desk import Desk, open_desk
from tests.storage.conftest import backend, database_url, postgres, postgres_template
from tests.support.ollama_server import OllamaServer

__all__ = ['backend', 'database_url', 'postgres', 'postgres_template']


@pytest.fixture
async def server() -> AsyncIterator[OllamaServer]:
    async with OllamaServer(script='kind=num tokens=20 rate=1000', pull_seconds=0.3) as running:
        yield running


@pytest.fixture
async def desk(tmp_path: Path, server: OllamaServer, database_url: str) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path / 'data', ollama_host=server.url, database_url=database_url) as opened:
        yield opened
