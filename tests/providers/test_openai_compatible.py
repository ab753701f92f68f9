import asyncio
from urllib.parse import quote

import pytest

from app.domain.delta import DeltaKind
from app.errors import (
    AccessDenied,
    BrokenStream,
    ConnectionDropped,
    ModelNotFound,
    ModelStopped,
    OutOfMemory,
    PromptTooLong,
    ProviderError,
    ReplyUnfinished,
    ServerBusy,
    ServerUnreachable,
)
from app.providers.openai_compatible import OpenAICompatible
from tests.providers.asking import numbered, question, text_of, until_error, whole
from tests.support.openai_server import OpenAIServer

MODEL = 'local-model'


async def test_streams_text_and_ends_with_figures(openai: OpenAICompatible) -> None:
    deltas = await whole(openai.reply(question('kind=num tokens=30', model=MODEL)))
    assert text_of(deltas) == numbered(30)
    figures = deltas[-1].data
    assert (figures['tokens'], figures['prompt_tokens'], figures['done_reason']) == (30, 9, 'stop')
    assert figures['total_seconds'] > 0


@pytest.mark.parametrize('style', ['openai', 'vllm', 'llama.cpp'])
async def test_reads_thinking_in_every_dialect(
    openai: OpenAICompatible, openai_server: OpenAIServer, style: str
) -> None:
    openai_server.style = style
    deltas = await whole(openai.reply(question('kind=thinking thinking=3 tokens=3', model=MODEL)))
    assert text_of(deltas, DeltaKind.THINKING) == 't0 t1 t2 '
    assert text_of(deltas) == numbered(3)


async def test_a_server_that_counts_nothing(openai: OpenAICompatible, openai_server: OpenAIServer) -> None:
    openai_server.usage = False
    deltas = await whole(openai.reply(question('tokens=3', model=MODEL)))
    assert set(deltas[-1].data) == {'done_reason', 'total_seconds'}


@pytest.mark.parametrize(
    ('style', 'before', 'after'),
    [
        ('ollama', None, 600),
        ('lmstudio', None, 600),
        ('llama.cpp', 600, 600),
        ('vllm', 600, 600),
        ('openai', None, None),
    ],
)
async def test_the_window_is_the_servers_own_as_far_as_it_tells_it(
    openai: OpenAICompatible, openai_server: OpenAIServer, style: str, before: int | None, after: int | None
) -> None:
    openai_server.style, openai_server.window = style, 600
    info = await openai.describe(MODEL)
    assert (info.context_length, info.sets_window) == (before, False)
    await whole(openai.reply(question('tokens=1', model=MODEL)))
    another = OpenAICompatible(openai.url)
    assert (await another.describe(MODEL)).context_length == after
    assert await another.ollama_version() == ('0.33.0' if style == 'ollama' else '')
    await another.close()


@pytest.mark.parametrize('style', ['openai', 'vllm', 'llama.cpp', 'lmstudio'])
async def test_a_prompt_that_does_not_fit(openai: OpenAICompatible, openai_server: OpenAIServer, style: str) -> None:
    openai_server.style, openai_server.window = style, 600
    deltas, fault = await until_error(openai.reply(question('oi ' * 700, model=MODEL)))
    assert not deltas
    assert type(fault) is PromptTooLong
    assert fault.details == {'provider': 'openai', 'tokens': 706, 'num_ctx': 600}


@pytest.mark.parametrize(
    'said', ['Context size has been exceeded.', 'Reached context length of 4096 tokens with model']
)
async def test_a_window_that_is_full_in_mid_answer_is_an_end_like_any_other(
    openai: OpenAICompatible, said: str
) -> None:
    deltas = await whole(openai.reply(question(f'kind=num error_after=5 message={quote(said)}', model=MODEL)))
    assert text_of(deltas) == numbered(5)
    assert deltas[-1].data['done_reason'] == 'length'


async def test_a_model_that_repeats_itself(openai: OpenAICompatible) -> None:
    _, fault = await until_error(openai.reply(question(f'say={"abcd" * 50} end_after=40', model=MODEL)))
    assert type(fault) is ReplyUnfinished
    assert fault.details['reason'] == 'repeats'


async def test_sends_only_parameters_of_the_protocol(openai: OpenAICompatible, openai_server: OpenAIServer) -> None:
    asked = question('tokens=1', model=MODEL, temperature=0.5, num_predict=10, mirostat=1)
    await whole(openai.reply(asked))
    body = openai_server.requests[0].body
    assert (body['temperature'], body['max_tokens']) == (0.5, 10)
    assert set(body) == {'model', 'messages', 'stream', 'stream_options', 'temperature', 'max_tokens'}


@pytest.mark.parametrize(
    ('directives', 'error'),
    [
        ('drop_after=5', ConnectionDropped),
        ('close_after=5', ConnectionDropped),
        ('end_after=5', ReplyUnfinished),
        ('error_after=5', ModelStopped),
        ('error_after=5 message=CUDA%20out%20of%20memory', OutOfMemory),
        ('junk_after=5', BrokenStream),
    ],
)
async def test_faults_in_mid_reply_keep_what_came(
    openai: OpenAICompatible, directives: str, error: type[ProviderError]
) -> None:
    deltas, fault = await until_error(openai.reply(question(f'kind=num tokens=20 {directives}', model=MODEL)))
    assert text_of(deltas) == numbered(5)
    assert type(fault) is error
    assert fault.details['provider'] == 'openai'


@pytest.mark.parametrize(
    ('status', 'error'), [(500, ModelStopped), (503, ServerBusy), (429, ServerBusy), (403, AccessDenied)]
)
async def test_refusals(openai: OpenAICompatible, status: int, error: type[ProviderError]) -> None:
    deltas, fault = await until_error(openai.reply(question(f'status={status}', model=MODEL)))
    assert not deltas
    assert type(fault) is error


async def test_lists_and_describes_models(openai: OpenAICompatible, openai_server: OpenAIServer) -> None:
    openai_server.style = 'vllm'
    openai_server.models = ['org/model-7b', 'text-embedding-3']
    assert [str(info.ref) for info in await openai.models()] == ['openai/org/model-7b']
    info = await openai.describe('org/model-7b')
    assert (info.context_length, info.continues_prefix) == (4096, False)
    assert await openai.is_loaded('org/model-7b') is None
    for asked in (openai.describe('nope'), whole(openai.reply(question('oi', model='nope')))):
        with pytest.raises(ModelNotFound):
            await asked


async def test_the_key_is_sent() -> None:
    async with OpenAIServer(key='secret') as server:
        right, wrong = (OpenAICompatible(f'{server.url}/v1/', key) for key in ('secret', 'guess'))
        assert len(await right.models()) == 1
        with pytest.raises(AccessDenied) as fault:
            await wrong.models()
        assert 'guess' not in str(fault.value)
        await right.close()
        await wrong.close()


async def test_cancelling_closes_the_request(openai: OpenAICompatible, openai_server: OpenAIServer) -> None:
    task = asyncio.create_task(whole(openai.reply(question('stall_after=3', model=MODEL))))
    await openai_server.until(lambda: openai_server.requests and openai_server.requests[0].tokens == 3)
    task.cancel()
    assert await openai_server.until(lambda: openai_server.requests[0].disconnected_at, timeout=0.5)


async def test_a_server_that_does_not_run(openai: OpenAICompatible, openai_server: OpenAIServer) -> None:
    await openai_server.stop()
    with pytest.raises(ServerUnreachable):
        await openai.models()


async def test_lines_and_characters_cut_anywhere(openai: OpenAICompatible) -> None:
    deltas = await whole(openai.reply(question('say=ação%20日本語%20🙂 burst=1 chunk=3', model=MODEL)))
    assert text_of(deltas) == 'ação 日本語 🙂'
