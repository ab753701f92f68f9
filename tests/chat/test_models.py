import pytest

from app.chat import ModelCatalog
from app.domain.model import ModelRef
from app.errors import ModelNotFound, ServerUnreachable
from app.providers.ollama import Ollama
from app.providers.openai_compatible import OpenAICompatible
from app.providers.scripted import Scripted
from tests.support.ollama_server import OllamaServer

NOBODY = 'http://127.0.0.1:1'


@pytest.mark.parametrize(
    ('wanted', 'installed', 'default'),
    [
        ('gemma2:2b', ['qwen3:4b', 'gemma2:2b'], 'gemma2:2b'),
        ('gemma2:2b', ['qwen3:4b', 'llava:7b'], 'qwen3:4b'),
        ('gemma2:2b', [], 'gemma2:2b'),
        ('mistral', ['qwen3:4b', 'mistral'], 'mistral:latest'),
        ('ollama/qwen3:4b', ['gemma2:2b', 'qwen3:4b'], 'qwen3:4b'),
        ('library/phi:3b', ['gemma2:2b', 'library/phi:3b'], 'library/phi:3b'),
    ],
)
async def test_the_default_is_the_wanted_model_or_the_first_there_is(
    server: OllamaServer, wanted: str, installed: list[str], default: str
) -> None:
    server.install(installed)
    provider = Ollama(server.url)
    catalog = ModelCatalog([provider], wanted)
    await catalog.refresh()
    assert catalog.default() == ModelRef('ollama', default)
    await provider.close()


async def test_a_model_of_the_cloud_is_begun_with_only_if_somebody_named_it(server: OllamaServer) -> None:
    cloud = ModelRef('ollama', 'big:cloud')
    server.install(['big:cloud;cloud=1', 'small:1b'])
    provider = Ollama(server.url)
    catalog, named = ModelCatalog([provider], 'gemma2:2b'), ModelCatalog([provider], 'big:cloud')
    for each in (catalog, named):
        await each.refresh()
    assert catalog.default() == ModelRef('ollama', 'small:1b')
    assert catalog.default(preferred=cloud) == named.default() == cloud
    server.install(['big:cloud;cloud=1'])
    assert not (await catalog.refresh()).has_own
    assert catalog.default() == catalog.wanted
    await provider.close()


async def test_a_model_is_gone_only_if_its_server_says_so(server: OllamaServer) -> None:
    provider = Ollama(server.url)
    catalog = ModelCatalog([provider], 'gemma2:2b')
    qwen = ModelRef('ollama', 'qwen3:4b')
    assert not catalog.is_gone(qwen)
    await catalog.refresh()
    assert not catalog.is_gone(qwen)
    server.install(['gemma2:2b'])
    await catalog.refresh()
    assert catalog.is_gone(qwen)
    await server.stop()
    await catalog.refresh()
    assert not catalog.is_gone(qwen)
    await provider.close()


async def test_before_anybody_was_asked_the_default_is_the_wanted_model() -> None:
    catalog = ModelCatalog([Ollama(NOBODY)], 'gemma2:2b')
    assert catalog.default() == catalog.wanted == ModelRef('ollama', 'gemma2:2b')
    assert not catalog.overview.known


async def test_one_server_that_fails_does_not_hide_the_others(server: OllamaServer) -> None:
    providers = [Ollama(server.url), OpenAICompatible(f'{NOBODY}/v1')]
    catalog = ModelCatalog(providers, 'gemma2:2b')
    overview = await catalog.refresh()
    assert [info.ref.name for info in overview.models] == list(server.models)
    [(name, fault)] = overview.faults
    assert (name, type(fault)) == (providers[1].name, ServerUnreachable)
    assert overview.known
    for provider in providers:
        await provider.close()


async def test_the_overview_follows_the_server(server: OllamaServer) -> None:
    provider = Ollama(server.url)
    catalog = ModelCatalog([provider], 'gemma2:2b')
    await server.stop()
    assert (await catalog.refresh()).models == ()
    assert [name for name, _ in catalog.overview.faults] == ['ollama']
    await server.listen()
    server.install(['qwen3:4b'])
    assert [info.ref for info in (await catalog.refresh()).models] == [catalog.default()]
    assert catalog.overview.faults == ()
    await provider.close()


async def test_what_a_model_can_do_is_asked_of_its_own_server(server: OllamaServer) -> None:
    provider = Ollama(server.url)
    catalog = ModelCatalog([Scripted(), provider], 'demo')
    assert (await catalog.describe(ModelRef('ollama', 'qwen3:4b'))).thinks
    assert catalog.provider(ModelRef('demo', 'demo')).is_demo
    assert catalog.is_demo
    with pytest.raises(ModelNotFound) as caught:
        await catalog.describe(ModelRef('gone', 'qwen3:4b'))
    assert caught.value.details == {'model': 'qwen3:4b', 'provider': 'gone'}
    await provider.close()
