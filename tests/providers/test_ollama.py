import asyncio
import subprocess
import sys
from contextlib import aclosing
from pathlib import Path
from urllib.parse import quote

import pytest

from app.domain.delta import DeltaKind
from app.domain.model import PullProgress
from app.errors import (
    BrokenStream,
    CannotChat,
    ConnectionDropped,
    ModelNotFound,
    ModelStopped,
    OutOfMemory,
    PromptTooLong,
    ProviderError,
    ReplyUnfinished,
    ServerBusy,
    ServerFault,
    ServerUnreachable,
    SignInNeeded,
    UpstreamUnreachable,
)
from app.providers.base import CanPull
from app.providers.ollama import Ollama
from tests.providers.asking import numbered, question, text_of, until_error, whole
from tests.support.ollama_server import CLASSIC, NEWEST, OllamaServer


async def test_streams_text_and_ends_with_figures(ollama: Ollama) -> None:
    deltas = await whole(ollama.reply(question('kind=num tokens=30')))
    assert text_of(deltas) == numbered(30)
    figures = deltas[-1]
    assert figures.kind is DeltaKind.STATISTICS
    assert figures.data['tokens'] == 30
    assert figures.data['done_reason'] == 'stop'
    assert 0.01 <= figures.data['load_seconds'] < 1
    assert set(figures.data) == {
        'tokens', 'prompt_tokens', 'load_seconds', 'prompt_seconds', 'seconds', 'total_seconds', 'done_reason',
    }  # fmt: skip


async def test_streams_thinking_before_text(ollama: Ollama) -> None:
    deltas = await whole(ollama.reply(question('kind=thinking thinking=5 tokens=5', model='qwen3:4b')))
    assert [delta.kind for delta in deltas[:-1]] == [DeltaKind.THINKING] * 5 + [DeltaKind.TEXT] * 5
    assert text_of(deltas, DeltaKind.THINKING) == 't0 t1 t2 t3 t4 '


async def test_sends_num_ctx_parameters_and_history(ollama: Ollama, server: OllamaServer) -> None:
    await whole(ollama.reply(question('tokens=1', temperature=0.5, num_ctx=7, keep_alive='5m')))
    body = server.asked('/api/chat')[0].body
    assert body['options'] == {'temperature': 0.5, 'num_ctx': 4096}
    assert body['keep_alive'] == '5m'
    assert body['messages'] == [{'role': 'user', 'content': 'tokens=1'}]
    assert 'think' not in body


@pytest.mark.parametrize(('version', 'told'), [(CLASSIC, (None, None)), (NEWEST, (5006, 4096))])
async def test_a_prompt_that_does_not_fit_is_refused_and_never_cut(
    ollama: Ollama, server: OllamaServer, version: str, told: tuple[int | None, int | None]
) -> None:
    server.version = version
    deltas, fault = await until_error(ollama.reply(question('9 ' * 5000)))
    assert not deltas
    assert type(fault) is PromptTooLong
    assert fault.details == {'provider': 'ollama', 'tokens': told[0], 'num_ctx': told[1]}


async def test_a_refusal_in_mid_stream(ollama: Ollama) -> None:
    said = quote('the input length exceeds the context length')
    _, fault = await until_error(ollama.reply(question(f'error_after=0 message={said}')))
    assert type(fault) is PromptTooLong


@pytest.mark.parametrize('version', [CLASSIC, NEWEST])
async def test_a_reply_ends_at_the_window(ollama: Ollama, server: OllamaServer, version: str) -> None:
    server.version = version
    figures = (await whole(ollama.reply(question('kind=num tokens=9000 rate=0'))))[-1].data
    assert figures['done_reason'] == 'length'
    assert figures['prompt_tokens'] + figures['tokens'] <= 4097


@pytest.mark.parametrize(('model', 'sent'), [('qwen3:4b', True), ('gemma2:2b', False)])
async def test_think_is_sent_only_to_models_that_can(
    ollama: Ollama, server: OllamaServer, model: str, sent: bool
) -> None:
    await whole(ollama.reply(question('tokens=1', model=model, think=False)))
    assert ('think' in server.asked('/api/chat')[0].body) is sent


@pytest.mark.parametrize('partial', ['w0 w1 w2 ', 'w0 w1 w2', 'w0 w1 w', ''])
async def test_goes_on_exactly_after_a_partial_text(ollama: Ollama, partial: str) -> None:
    deltas = await whole(ollama.reply(question('kind=num tokens=20', partial=partial)))
    assert partial + text_of(deltas) == numbered(20)


@pytest.mark.parametrize('size', [1, 3, 7, 1000])
async def test_lines_and_characters_cut_anywhere(ollama: Ollama, size: int) -> None:
    whole_text = 'ação, não — 日本語 🙂 fim'
    asked = 'say=' + ''.join(f'%{byte:02x}' for byte in whole_text.encode())
    deltas = await whole(ollama.reply(question(f'{asked} burst=1 chunk={size}')))
    assert text_of(deltas) == whole_text


async def test_four_thousand_lines_at_once(ollama: Ollama) -> None:
    deltas = await whole(ollama.reply(question('kind=num tokens=4000 burst=1')))
    assert text_of(deltas) == numbered(4000)


FAULTS: list[tuple[str, type[ProviderError], dict[str, object]]] = [
    ('drop_after=5', ConnectionDropped, {}),
    ('close_after=5', ConnectionDropped, {}),
    ('end_after=5', ReplyUnfinished, {}),
    ('error_after=5', ModelStopped, {'model': 'gemma2:2b'}),
    ('error_after=5 message=CUDA%20error:%20out%20of%20memory', OutOfMemory, {'model': 'gemma2:2b'}),
    ('junk_after=5', BrokenStream, {'line': '502 Bad Gateway'}),
]


@pytest.mark.parametrize(('directives', 'error', 'details'), FAULTS)
async def test_faults_in_mid_reply_keep_what_came(
    ollama: Ollama, directives: str, error: type[ProviderError], details: dict[str, object]
) -> None:
    deltas, fault = await until_error(ollama.reply(question(f'kind=num tokens=20 {directives}')))
    assert text_of(deltas) == numbered(5)
    assert type(fault) is error
    assert {'provider': 'ollama', **details}.items() <= fault.details.items()


REFUSALS: list[tuple[str, type[ProviderError], dict[str, object]]] = [
    ('oom', OutOfMemory, {'message': 'model requires more system memory (5.6 GiB) than is available (3.2 GiB)'}),
    ('busy', ServerBusy, {}),
    ('status=503', ServerBusy, {}),
    ('status=429', ServerBusy, {}),
    ('status=401', SignInNeeded, {'status': 401}),
    ('status=403', SignInNeeded, {'status': 403, 'reason': 'forbidden'}),
    ('status=500 message=boom', ServerFault, {'message': 'boom'}),
    ('status=404 message=route', ServerFault, {'message': 'route'}),
]


@pytest.mark.parametrize(('directives', 'error', 'details'), REFUSALS)
async def test_refusals(
    ollama: Ollama, directives: str, error: type[ProviderError], details: dict[str, object]
) -> None:
    deltas, fault = await until_error(ollama.reply(question(directives)))
    assert not deltas
    assert type(fault) is error
    assert {'provider': 'ollama', **details}.items() <= fault.details.items()


async def test_a_model_that_is_not_there(ollama: Ollama) -> None:
    with pytest.raises(ModelNotFound) as found:
        await whole(ollama.reply(question('oi', model='nope:1b')))
    assert found.value.details == {'provider': 'ollama', 'model': 'nope:1b'}
    with pytest.raises(ModelNotFound):
        await ollama.describe('nope:1b')


async def test_a_server_that_does_not_run(ollama: Ollama, server: OllamaServer) -> None:
    await server.stop()
    for asked in (ollama.models(), ollama.version(), whole(ollama.reply(question('oi')))):
        with pytest.raises(ServerUnreachable) as fault:
            await asked
        assert fault.value.details == {'provider': 'ollama', 'url': server.url}


async def test_a_server_that_comes_back_is_asked_again(ollama: Ollama, server: OllamaServer) -> None:
    await ollama.models()
    await server.stop()
    await server.listen()
    assert len(await ollama.models()) == 3


async def test_a_server_that_dies_in_mid_reply(ollama: Ollama, server: OllamaServer) -> None:
    async with aclosing(ollama.reply(question('kind=num stall_after=3'))) as stream:
        assert text_of([await anext(stream) for _ in range(3)]) == numbered(3)
        await server.stop()
        with pytest.raises(ConnectionDropped):
            await anext(stream)


@pytest.mark.parametrize('directives', ['load=60', 'tokens=9000 rate=50', 'stall_after=3'])
async def test_cancelling_closes_the_request(ollama: Ollama, server: OllamaServer, directives: str) -> None:
    task = asyncio.create_task(whole(ollama.reply(question(directives))))
    await server.until(lambda: server.asked('/api/chat'))
    record = server.asked('/api/chat')[0]
    started = 0 if 'load' in directives else 3
    await server.until(lambda: record.tokens >= started)
    task.cancel()
    await server.until(lambda: record.disconnected_at)
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_closing_the_iterator_closes_the_request(ollama: Ollama, server: OllamaServer) -> None:
    stream = ollama.reply(question('tokens=9000 rate=100'))
    await anext(stream)
    await stream.aclose()
    record = server.asked('/api/chat')[0]
    assert await server.until(lambda: record.disconnected_at)
    assert record.ended_at is None


async def test_a_connection_is_used_again_after_a_whole_reply(ollama: Ollama, server: OllamaServer) -> None:
    await whole(ollama.reply(question('tokens=3')))
    first = set(server.connections)
    await whole(ollama.reply(question('tokens=3')))
    assert set(server.connections) == first
    assert not any(record.disconnected_at for record in server.requests)


async def test_two_hundred_replies_at_once(ollama: Ollama) -> None:
    asked = [ollama.reply(question(f'kind=num tokens={number % 20 + 1}')) for number in range(200)]
    replies = await asyncio.gather(*(whole(stream) for stream in asked))
    assert [text_of(deltas) for deltas in replies] == [numbered(number % 20 + 1) for number in range(200)]


async def test_lists_and_describes_models(ollama: Ollama, server: OllamaServer) -> None:
    server.install(['qwen3:4b', 'llava', 'nomic-bert:latest'])
    assert [str(info.ref) for info in await ollama.models()] == ['ollama/qwen3:4b', 'ollama/llava:latest']
    thinker, seer = await ollama.describe('qwen3:4b'), await ollama.describe('llava')
    assert (thinker.thinks, thinker.sees, thinker.context_length) == (True, False, 8192)
    assert (seer.thinks, seer.sees, seer.continues_prefix) == (False, True, True)
    await ollama.describe('qwen3:4b')
    assert len(server.asked('/api/show')) == 2


@pytest.mark.parametrize('version', [CLASSIC, NEWEST])
async def test_models_that_cannot_chat_are_not_offered(ollama: Ollama, server: OllamaServer, version: str) -> None:
    server.version = version
    server.install(['a:1b', 'b:1b;family=nomic-bert', 'c:1b;embeds=1 family=qwen3'])
    offered = [info.ref.name for info in await ollama.models()]
    assert offered == (['a:1b'] if version == NEWEST else ['a:1b', 'c:1b'])
    _, fault = await until_error(ollama.reply(question('oi', model='c:1b')))
    assert type(fault) is CannotChat


async def test_models_of_the_cloud_say_where_they_run(ollama: Ollama, server: OllamaServer) -> None:
    server.version = NEWEST
    server.install(['a:1b', 'big:480b-cloud;cloud=1'])
    here, there = await ollama.models()
    assert (here.remote_host, here.sets_window) == ('', True)
    assert (there.remote_host, there.sets_window, there.size) == ('https://ollama.com:443', False, None)
    assert (await ollama.describe('big:480b-cloud')).remote_host == 'https://ollama.com:443'
    await whole(ollama.reply(question('tokens=1', model='big:480b-cloud')))
    assert await ollama.is_loaded('big:480b-cloud') is None


async def test_a_model_is_loaded_under_each_of_its_names(ollama: Ollama, server: OllamaServer) -> None:
    server.install(['first:1b;blob=x', 'Second;blob=x', 'other:1b'])
    await whole(ollama.reply(question('tokens=1', model='first:1b')))
    assert list(server.loaded) == ['first:1b']
    assert [await ollama.is_loaded(name) for name in ('first:1b', 'second', 'other:1b', 'nope')] == [
        True,
        True,
        False,
        False,
    ]


async def test_a_model_that_is_another_one_now_is_described_anew(ollama: Ollama, server: OllamaServer) -> None:
    server.install(['a:1b;trained=512'])
    await ollama.models()
    assert (await ollama.describe('a:1b')).context_length == 512
    server.install(['a:1b;trained=1024 blob=new'])
    await ollama.models()
    assert (await ollama.describe('a:1b')).context_length == 1024


@pytest.mark.parametrize(('length', 'reason'), [(200, 'repeats'), (3, None)])
async def test_an_answer_that_ends_in_good_order_without_its_last_line(
    ollama: Ollama, length: int, reason: str | None
) -> None:
    deltas, fault = await until_error(ollama.reply(question(f'say={"abcd" * length} end_after={length - 1}')))
    assert text_of(deltas) == 'abcd' * min(31, length - 1)
    assert type(fault) is ReplyUnfinished
    assert fault.details.get('reason') == reason


async def test_a_window_that_is_full_in_mid_answer_is_an_end_like_any_other(ollama: Ollama) -> None:
    said = quote('Context size has been exceeded.')
    deltas = await whole(ollama.reply(question(f'kind=num error_after=5 message={said}')))
    assert (text_of(deltas), deltas[-1].data['done_reason']) == (numbered(5), 'length')
    _, fault = await until_error(ollama.reply(question(f'error_after=0 message={said}')))
    assert type(fault) is PromptTooLong


async def test_tells_what_is_loaded_and_its_version(ollama: Ollama) -> None:
    assert await ollama.is_loaded('gemma2:2b') is False
    await whole(ollama.reply(question('tokens=1')))
    assert await ollama.is_loaded('gemma2:2b') is True
    assert await ollama.version() == '0.25.0'


async def test_pulls_a_model(ollama: Ollama, server: OllamaServer) -> None:
    server.pull_seconds = 0.2
    assert isinstance(ollama, CanPull)
    steps = [step async for step in ollama.pull('phi4:14b')]
    assert steps[0] == PullProgress(status='pulling manifest')
    assert steps[-1].status == 'success'
    assert steps[-1].completed == steps[-1].total == 1_629_529_428
    assert [step.completed for step in steps] == sorted(step.completed for step in steps)
    assert 'ollama/phi4:14b' in [str(info.ref) for info in await ollama.models()]


async def test_a_stopped_pull_goes_on_where_it_was(ollama: Ollama, server: OllamaServer) -> None:
    server.pull_seconds = 1
    async with aclosing(ollama.pull('phi4:14b')) as steps:
        got = await anext(step.completed async for step in steps if step.completed > 1e8)
    record = server.asked('/api/pull')[0]
    await server.until(lambda: record.disconnected_at)
    server.pull_seconds = 0.1
    again = [step.completed async for step in ollama.pull('phi4:14b')]
    assert next(completed for completed in again if completed) >= got


@pytest.mark.parametrize(
    ('model', 'error'),
    [('missing:1b', ModelNotFound), ('broken:1b', UpstreamUnreachable), ('offline:1b', UpstreamUnreachable)],
)
async def test_pulls_that_fail(ollama: Ollama, server: OllamaServer, model: str, error: type[ProviderError]) -> None:
    server.pull_seconds = 0.05
    with pytest.raises(error):
        _ = [step async for step in ollama.pull(model)]


def test_importing_it_does_not_import_httpx() -> None:
    asked = 'import sys, app.providers.ollama, app.providers.openai_compatible; sys.exit("httpx" in sys.modules)'
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, '-c', asked], cwd=root, check=False).returncode == 0
