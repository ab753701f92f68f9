"""The stand-ins and the providers that ask them."""

from collections.abc import AsyncIterator

import pytest

from app.providers.ollama import Ollama
from app.providers.openai_compatible import OpenAICompatible
from tests.support.ollama_server import OllamaServer
from tests.support.openai_server import OpenAIServer


@pytest.fixture
async def server() -> AsyncIterator[OllamaServer]:
    async with OllamaServer(script='rate=500') as running:
        yield running


@pytest.fixture
async def ollama(server: OllamaServer) -> AsyncIterator[Ollama]:
    provider = Ollama(server.url)
    yield provider
    await provider.close()


@pytest.fixture
async def openai_server() -> AsyncIterator[OpenAIServer]:
    async with OpenAIServer() as running:
        yield running


@pytest.fixture
async def openai(openai_server: OpenAIServer) -> AsyncIterator[OpenAICompatible]:
    provider = OpenAICompatible(f'{openai_server.url}/v1')
    yield provider
    await provider.close()
