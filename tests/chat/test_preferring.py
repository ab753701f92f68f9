"""What a person has set reaches the model, and nothing else does."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from app.chat import Preferring
from app.domain.conversation import LOCAL_OWNER
from app.domain.model import ModelRef
from app.domain.preferences import PARAMETERS, PersonalPreferences
from app.errors import InvalidInput
from tests.chat.desk import Desk, open_desk
from tests.support.ollama_server import OllamaServer
from tests.support.openai_server import OpenAIServer

QWEN = ModelRef('ollama', 'qwen3:4b')


@pytest.fixture
async def set_desk(tmp_path: Path, server: OllamaServer) -> AsyncIterator[Desk]:
    """Give a desk whose own settings say how models are asked."""
    async with open_desk(
        tmp_path / 'set', ollama_host=server.url, num_ctx=4096, system_prompt='From the settings.'
    ) as opened:
        yield opened


def asked(server: OllamaServer) -> dict[str, Any]:
    """Give the last question the model got."""
    return dict(server.asked('/api/chat')[-1].body)


async def test_without_preferences_the_settings_decide(set_desk: Desk, server: OllamaServer) -> None:
    await set_desk.exchange('Hello')
    body = asked(server)
    assert body['options'] == {'num_ctx': 4096}
    assert body['messages'][0] == {'role': 'system', 'content': 'From the settings.'}


async def test_parameters_prompt_and_window_reach_every_reply(set_desk: Desk, server: OllamaServer) -> None:
    preferring = set_desk.chat.preferring
    state, first = await set_desk.exchange('Hello')
    for name, value in {'temperature': 0.2, 'seed': 42, 'num_predict': 100}.items():
        await preferring.set_parameter(LOCAL_OWNER, name, value)
    await preferring.set_num_ctx(LOCAL_OWNER, 2048)
    await preferring.set_system_prompt(LOCAL_OWNER, '  Answer in rhymes. ')
    await set_desk.exchange('And now?', state.id)
    options = {'temperature': 0.2, 'seed': 42, 'num_predict': 100, 'num_ctx': 2048}
    assert asked(server)['options'] == options
    assert asked(server)['messages'][0]['content'] == 'Answer in rhymes.'
    await set_desk.chat.asking.regenerate(LOCAL_OWNER, first.id)
    [again] = state.replies.values()
    await set_desk.ended(again.message)
    assert asked(server)['options'] == options


async def test_set_back_to_what_model_and_settings_want(set_desk: Desk, server: OllamaServer) -> None:
    preferring = set_desk.chat.preferring
    for name in PARAMETERS:
        await preferring.set_parameter(LOCAL_OWNER, name, 1)
    await preferring.set_parameter(LOCAL_OWNER, 'seed', None)
    assert (await preferring.read(LOCAL_OWNER)).parameters == dict.fromkeys(set(PARAMETERS) - {'seed'}, 1)
    await preferring.set_num_ctx(LOCAL_OWNER, 1024)
    await preferring.set_system_prompt(LOCAL_OWNER, 'x')
    await preferring.reset_parameters(LOCAL_OWNER)
    await preferring.set_num_ctx(LOCAL_OWNER, None)
    await preferring.set_system_prompt(LOCAL_OWNER, ' ')
    assert await preferring.read(LOCAL_OWNER) == PersonalPreferences()
    await set_desk.exchange('Hello')
    assert asked(server)['options'] == {'num_ctx': 4096}
    assert asked(server)['messages'][0]['content'] == 'From the settings.'


@pytest.mark.parametrize(
    ('name', 'value'),
    [('temperature', 2.1), ('temperature', -0.1), ('top_k', 1.5), ('top_p', float('nan')), ('seed', float('inf'))],
)
async def test_what_is_out_of_range_is_refused_and_changes_nothing(desk: Desk, name: str, value: float) -> None:
    preferring = desk.chat.preferring
    await preferring.set_parameter(LOCAL_OWNER, name, 1)
    with pytest.raises(InvalidInput) as caught:
        await preferring.set_parameter(LOCAL_OWNER, name, value)
    allowed = PARAMETERS[name]
    assert caught.value.details == {'reason': 'out_of_range', 'least': allowed.least, 'most': allowed.most}
    assert (await preferring.read(LOCAL_OWNER)).parameters == {name: 1}


async def test_the_window_is_never_wider_than_the_setting(set_desk: Desk) -> None:
    preferring = set_desk.chat.preferring
    for tokens in (4097, 511):
        with pytest.raises(InvalidInput):
            await preferring.set_num_ctx(LOCAL_OWNER, tokens)
    await preferring.set_num_ctx(LOCAL_OWNER, 4096)
    await set_desk.parts.close()
    async with open_desk(set_desk.parts.settings.data_dir, num_ctx=1024) as narrower:
        assert (await narrower.chat.preferring.guidance(LOCAL_OWNER)).num_ctx == 1024


async def test_other_options_and_longer_prompts_are_refused(desk: Desk) -> None:
    with pytest.raises(InvalidInput):
        await desk.chat.preferring.set_parameter(LOCAL_OWNER, 'num_ctx', 9)
    with pytest.raises(InvalidInput):
        await desk.chat.preferring.set_system_prompt(LOCAL_OWNER, 'x' * 20_001)


async def test_a_new_conversation_begins_with_the_preferred_model(desk: Desk) -> None:
    chat = desk.chat
    await chat.models.refresh()
    await chat.preferring.choose_model(LOCAL_OWNER, QWEN)
    state, _ = await desk.exchange('Hello')
    assert state.conversation.model == QWEN
    assert await chat.preferring.default_model('somebody else') == chat.models.default()
    await chat.preferring.choose_model(LOCAL_OWNER, ModelRef('ollama', 'not-there'))
    assert await chat.preferring.default_model(LOCAL_OWNER) == chat.models.default()
    await chat.preferring.choose_model(LOCAL_OWNER, None)
    assert await chat.preferring.default_model(LOCAL_OWNER) == chat.models.default()


async def test_a_server_that_knows_fewer_options_gets_those_it_knows(tmp_path: Path, server: OllamaServer) -> None:
    async with (
        OpenAIServer() as other,
        open_desk(tmp_path / 'two', ollama_host=server.url, openai_base_url=f'{other.url}/v1') as desk,
    ):
        for name, value in {'temperature': 0.2, 'repeat_penalty': 1.3, 'num_predict': 50}.items():
            await desk.chat.preferring.set_parameter(LOCAL_OWNER, name, value)
        [model, *_] = [each.ref for each in (await desk.chat.models.refresh()).models if each.ref.provider == 'openai']
        _, reply = await desk.ask('Hello', model=str(model))
        await desk.ended(reply)
        body = other.asked('/v1/chat/completions')[-1].body
        assert (body['temperature'], body['max_tokens']) == (0.2, 50)
        assert 'repeat_penalty' not in body


async def test_titles_are_wanted_unless_a_person_says_no(tmp_path: Path, desk: Desk) -> None:
    assert not await desk.chat.preferring.titles_wanted(LOCAL_OWNER)  # the settings of this one say no
    async with open_desk(tmp_path / 'naming', titles=True) as naming:
        await wanted_unless_a_person_says_no(naming.chat.preferring)


async def wanted_unless_a_person_says_no(preferring: Preferring) -> None:
    assert await preferring.titles_wanted(LOCAL_OWNER)
    await preferring.set_titles(LOCAL_OWNER, False)
    assert not await preferring.titles_wanted(LOCAL_OWNER)
    assert await preferring.titles_wanted('somebody else')
    await preferring.set_titles(LOCAL_OWNER, True)
    assert await preferring.titles_wanted(LOCAL_OWNER)
