"""What runs is told as it is, and never a secret."""

from pathlib import Path

import pytest

from app.domain.installation import ServerStatus
from app.errors import ServerUnreachable
from tests.chat.desk import Desk, open_desk
from tests.support.ollama_server import OllamaServer
from tests.support.openai_server import OpenAIServer

NOBODY = 'http://127.0.0.1:1'


async def test_what_ollama_has_in_memory_is_told(desk: Desk, server: OllamaServer) -> None:
    [before] = await desk.chat.about.servers()
    assert (before.url, before.fault) == (server.url, None)
    assert before.status == ServerStatus(version='0.25.0', loaded=())
    await desk.exchange('Hello')
    [after] = await desk.chat.about.servers()
    assert after.status is not None
    [loaded] = after.status.loaded or ()
    assert (loaded.name, loaded.num_ctx) == ('gemma2:2b', 8192)
    assert loaded.size
    assert loaded.until is not None


async def test_one_that_does_not_answer_and_one_that_tells_little(tmp_path: Path) -> None:
    async with (
        OpenAIServer() as other,
        open_desk(tmp_path / 'two', ollama_host=NOBODY, openai_base_url=f'{other.url}/v1') as desk,
    ):
        ollama, openai = await desk.chat.about.servers()
        assert ollama.status is None
        assert isinstance(ollama.fault, ServerUnreachable)
        assert openai.status == ServerStatus(version='', loaded=None)
        assert {model.ref.provider for model in await desk.chat.about.models()} == {'openai'}


async def test_models_come_with_what_they_can(desk: Desk) -> None:
    models = {model.ref.name: model for model in await desk.chat.about.models()}
    assert all(model.size and model.context_length == 8192 for model in models.values())
    assert [name for name, model in models.items() if model.thinks] == ['qwen3:4b']
    assert [name for name, model in models.items() if model.sees] == ['llava:7b']


@pytest.mark.parametrize('backend', ['sqlite'])
async def test_the_data_folder_is_told(desk: Desk) -> None:
    assert desk.chat.about.data_dir == desk.parts.settings.data_dir
    assert (await desk.chat.about.database()).place == str(desk.parts.settings.data_dir / 'guilherme.db')
