"""The app in front of a stand-in for Ollama that counts, and browsers in front of the app."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.bootstrap import Parts
from tests.support.ollama_server import OllamaServer
from tests.ui.simulated import Browser, running_app


@pytest.fixture
async def server() -> AsyncIterator[OllamaServer]:
    async with OllamaServer(script='kind=num tokens=10 rate=500', pull_seconds=0.3) as running:
        yield running


@pytest.fixture
async def parts(tmp_path: Path, server: OllamaServer) -> AsyncIterator[Parts]:
    async with running_app(tmp_path / 'data', ollama_host=server.url) as running:
        yield running


@pytest.fixture
def page(parts: Parts) -> Browser:
    return Browser()
