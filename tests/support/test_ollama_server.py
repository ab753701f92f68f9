"""The stand-in checked against the official client, and by what our own tests count on."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import ollama
import pytest

from tests.support.ollama_models import now
from tests.support.ollama_server import CLASSIC, NEWEST, OLD, OllamaServer
from tests.support.ollama_window import DIGITS, LONGER


@pytest.fixture
async def server() -> AsyncIterator[OllamaServer]:
    async with OllamaServer(script='rate=500 tokens=5 kind=num', pull_seconds=0.1) as running:
        yield running


@pytest.fixture
async def client(server: OllamaServer) -> AsyncIterator[ollama.AsyncClient]:
    async with ollama.AsyncClient(server.url) as official:
        yield official


def asked(text: str) -> list[dict[str, str]]:
    return [{'role': 'user', 'content': text}]


async def test_lists_shows_and_tells_what_runs(client: ollama.AsyncClient) -> None:
    listed = (await client.list()).models
    assert [model.model for model in listed] == ['gemma2:2b', 'qwen3:4b', 'llava:7b']
    assert listed[0].details is not None
    assert listed[0].details.family == 'gemma2'
    shown = await client.show('qwen3:4b')
    assert shown.capabilities == ['completion', 'thinking']
    assert shown.modelinfo == {
        'general.architecture': 'qwen3', 'general.parameter_count': 2614341888, 'qwen3.context_length': 8192,
        'tokenizer.ggml.tokens': None,
    }  # fmt: skip
    await client.chat('gemma2:2b', asked('oi'), options={'num_ctx': 2048})
    assert [(model.model, model.context_length) for model in (await client.ps()).models] == [('gemma2:2b', 2048)]


async def test_streams_a_chat_with_thinking(client: ollama.AsyncClient) -> None:
    lines = [line async for line in await client.chat('qwen3:4b', asked('kind=thinking thinking=2'), stream=True)]
    assert [line.message.thinking for line in lines if line.message.thinking] == ['t0 ', 't1 ']
    assert ''.join(line.message.content or '' for line in lines) == 'w0 w1 w2 w3 w4 '
    last = lines[-1]
    assert (last.done, last.done_reason, last.eval_count) == (True, 'stop', 7)
    assert last.created_at
    assert last.total_duration
    assert last.prompt_eval_count


async def test_answers_whole_and_generates(client: ollama.AsyncClient) -> None:
    assert (await client.chat('gemma2:2b', asked('oi'))).message.content == 'w0 w1 w2 w3 w4 '
    assert (await client.generate('gemma2:2b', 'oi tokens=2')).response == 'w0 w1 '
    parts = [part.response async for part in await client.generate('gemma2:2b', 'oi tokens=2', stream=True)]
    assert parts == ['w0 ', 'w1 ', '']


async def test_pulls_and_deletes(client: ollama.AsyncClient) -> None:
    steps = [step async for step in await client.pull('phi4:14b', stream=True)]
    assert (steps[0].status, steps[-1].status) == ('pulling manifest', 'success')
    layers = {step.digest: (step.completed, step.total) for step in steps if step.digest}
    assert len(layers) == 4
    assert all(completed == total for completed, total in layers.values())
    await client.delete('phi4:14b')
    assert 'phi4:14b' not in [model.model for model in (await client.list()).models]


@pytest.mark.parametrize(
    ('model', 'text', 'status', 'message'),
    [
        ('nope', 'oi', 404, "model 'nope' not found"),
        ('gemma2:2b', 'oom', 500, 'model requires more system memory (5.6 GiB) than is available (3.2 GiB)'),
        ('gemma2:2b', 'busy', 503, 'server busy, please try again.  maximum pending requests exceeded'),
        ('gemma2:2b', 'error_after=2 message=boom', -1, 'boom'),
    ],
)
async def test_tells_errors(client: ollama.AsyncClient, model: str, text: str, status: int, message: str) -> None:
    with pytest.raises(ollama.ResponseError) as error:
        _ = [line async for line in await client.chat(model, asked(text), stream=True)]
    assert (error.value.status_code, error.value.error) == (status, message)


async def test_refuses_to_think_with_a_model_that_cannot(client: ollama.AsyncClient) -> None:
    with pytest.raises(ollama.ResponseError, match='does not support thinking'):
        await client.chat('gemma2:2b', asked('oi'), think=True)


async def test_runs_no_more_at_once_than_it_may() -> None:
    async with OllamaServer(script='tokens=3 rate=200', parallel=1) as server, ollama.AsyncClient(server.url) as client:
        await asyncio.gather(*(client.chat('gemma2:2b', asked('load=0.02')) for _ in range(3)))
        ends = [record.ended_at or 0 for record in server.requests]
        assert all(later - sooner > 0.019 for sooner, later in pairwise(ends))


async def test_keeps_what_was_asked_and_when_the_client_left(server: OllamaServer) -> None:
    body = json.dumps({'model': 'gemma2:2b', 'messages': asked('stall_after=2')}).encode()
    _, writer = await asyncio.open_connection('127.0.0.1', server.port)
    writer.write(b'POST /api/chat HTTP/1.1\r\nContent-Length: %d\r\n\r\n' % len(body) + body)
    record = await server.until(lambda: next((record for record in server.requests if record.tokens == 2), None))
    assert record is not None
    assert record.disconnected_at is None
    writer.close()
    left_at = await server.until(lambda: record.disconnected_at)
    assert left_at
    assert left_at >= record.began_at
    assert (record.method, record.path, record.body['model']) == ('POST', '/api/chat', 'gemma2:2b')
    await writer.wait_closed()


@pytest.fixture
async def process() -> AsyncIterator[str]:
    """Run the stand-in as a process with nothing installed; give its address."""
    command = [sys.executable, '-m', 'tests.support.ollama_server', '--no-models', '--pull-seconds', '0.05']
    root = Path(__file__).parents[2]
    running = await asyncio.create_subprocess_exec(*command, cwd=root, stdout=asyncio.subprocess.PIPE)
    assert running.stdout
    yield (await running.stdout.readline()).decode().split()[-1]
    running.terminate()
    await running.communicate()


async def test_as_a_process_it_is_changed_and_looked_into(process: str) -> None:
    async with httpx.AsyncClient(base_url=process) as http:
        await http.post('/_test/models', json={'models': ['tiny:1b;tokens=2 kind=num']})
        await http.post('/_test/script', json={'script': 'rate=0'})
        reply = await http.post('/api/chat', json={'model': 'tiny:1b', 'messages': asked('oi')})
        lines: list[dict[str, Any]] = [json.loads(line) for line in reply.text.splitlines()]
        assert [line['message']['content'] for line in lines] == ['w0 ', 'w1 ', '']
        seen = (await http.get('/_test/requests')).json()
        assert [(record['path'], record['tokens']) for record in seen] == [('/api/chat', 2)]
        await http.delete('/_test/requests')
        assert (await http.get('/_test/requests')).json() == []


LONG = 'oi ' * 600
"""606 tokens by the stand-in's rule: a token for up to six letters, six for the message."""

JSON_OF_LLAMA_CPP = {
    'error': {
        'code': 400,
        'message': 'request (606 tokens) exceeds the available context size (512 tokens), try increasing it',
        'type': 'exceed_context_size_error',
        'n_prompt_tokens': 606,
        'n_ctx': 512,
    }
}


async def chat(server: OllamaServer, text: str, options: dict[str, Any], **given: Any) -> httpx.Response:
    body = {'model': 'gemma2:2b', 'messages': asked(text), 'options': options, **given}
    async with httpx.AsyncClient(base_url=server.url) as http:
        return await http.post('/api/chat', json=body)


def last(response: httpx.Response) -> dict[str, Any]:
    line: dict[str, Any] = json.loads(response.text.splitlines()[-1])
    return line


@pytest.mark.parametrize(('version', 'read'), [(CLASSIC, 512), (NEWEST, 256)])
async def test_a_prompt_that_is_too_long_is_cut_without_a_word(server: OllamaServer, version: str, read: int) -> None:
    server.version = version
    answered = await chat(server, LONG, {'num_ctx': 512})
    assert (answered.status_code, last(answered)['prompt_eval_count']) == (200, read)


@pytest.mark.parametrize(
    ('version', 'given', 'words'),
    [
        (CLASSIC, {'truncate': False}, 'the input length exceeds the context length'),
        (NEWEST, {'truncate': False, 'shift': False}, json.dumps(JSON_OF_LLAMA_CPP, separators=(',', ':'))),
        (NEWEST, {'shift': False}, LONGER),
    ],
)
async def test_a_prompt_that_is_too_long_is_refused_if_it_may_not_be_cut(
    server: OllamaServer, version: str, given: dict[str, bool], words: str
) -> None:
    server.version = version
    refused = await chat(server, LONG, {'num_ctx': 512}, **given)
    assert (refused.status_code, refused.json()) == (400, {'error': words})
    assert (await chat(server, LONG, {'num_ctx': 1024}, **given)).status_code == 200


async def test_an_old_version_cuts_and_goes_on_whatever_it_is_asked(server: OllamaServer) -> None:
    server.version = OLD
    given = {'truncate': False, 'shift': False}
    assert last(await chat(server, LONG, {'num_ctx': 512}, **given))['prompt_eval_count'] == 512
    assert last(await chat(server, 'oi tokens=900', {'num_ctx': 512}, **given))['eval_count'] == 900


async def test_digits_count_one_by_one_if_that_is_asked_for(server: OllamaServer) -> None:
    assert last(await chat(server, '123456 12', {}))['prompt_eval_count'] == 8
    server.token = DIGITS
    assert last(await chat(server, '123456 12', {}))['prompt_eval_count'] == 14


async def test_an_answer_ends_where_its_limit_or_the_window_does(server: OllamaServer) -> None:
    ends = [
        ({'num_predict': 3}, {}, 'length', 3),
        ({'num_predict': 5}, {}, 'stop', 5),
        ({'num_ctx': 14}, {'shift': False}, 'length', 5),  # a prompt of 10
        ({'num_ctx': 14}, {}, 'stop', 9),
    ]
    for options, given, reason, count in ends:
        text = 'oi tokens=9' if 'num_ctx' in options else 'oi'
        line = last(await chat(server, text, options, **given))
        assert (line['done_reason'], line['eval_count']) == (reason, count)


async def test_a_window_is_no_longer_than_the_model_was_trained_for(server: OllamaServer) -> None:
    server.install(['gemma2:2b;trained=512'])
    assert (await chat(server, LONG, {'num_ctx': 4096}, truncate=False)).status_code == 400
    async with ollama.AsyncClient(server.url) as client:
        assert [model.context_length for model in (await client.ps()).models] == [512]
        assert ((await client.show('gemma2:2b')).modelinfo or {})['gemma2.context_length'] == 512


async def test_a_reply_names_the_model_as_it_was_asked_for(client: ollama.AsyncClient, server: OllamaServer) -> None:
    server.install(['Chat', 'b:1b'])
    assert [(await client.chat(name, asked('oi'))).model for name in ('chat', 'chat:latest', 'B:1B')] == [
        'chat', 'chat:latest', 'B:1B',
    ]  # fmt: skip


async def test_one_token_has_no_duration(client: ollama.AsyncClient) -> None:
    one, two = [await client.chat('gemma2:2b', asked(f'tokens={count}')) for count in (1, 2)]
    assert (one.eval_count, one.eval_duration) == (1, None)
    assert two.eval_duration


@pytest.mark.parametrize('version', [CLASSIC, NEWEST])
async def test_lists_what_models_can_do_and_where_they_run(
    client: ollama.AsyncClient, server: OllamaServer, version: str
) -> None:
    server.version = version
    server.install(['qwen3:4b', 'e:1b;embeds=1', 'big:cloud;cloud=1'])
    async with httpx.AsyncClient(base_url=server.url) as http:
        local, embeds, cloud = (await http.get('/api/tags')).json()['models']
    newest = version == NEWEST
    assert local.get('capabilities') == (['completion', 'thinking'] if newest else None)
    assert embeds.get('capabilities') == (['embedding'] if newest else None)
    assert local['details'].get('context_length') == (8192 if newest else None)
    assert (cloud['remote_model'], cloud['remote_host']) == ('big', 'https://ollama.com:443')
    assert cloud['details']['families'] is None
    assert len((await client.list()).models) == 3


async def test_tells_once_what_is_in_memory_and_until_when(client: ollama.AsyncClient, server: OllamaServer) -> None:
    server.install(['a:1b;blob=x load=0.05', 'b:1b;blob=x'])
    answering = asyncio.ensure_future(client.chat('a:1b', asked('oi')))
    await server.until(lambda: server.asked('/api/chat'))
    assert (await client.ps()).models == []
    await answering
    await client.chat('b:1b', asked('oi'))
    async with httpx.AsyncClient(base_url=server.url) as http:
        [running] = (await http.get('/api/ps')).json()['models']
    assert (running['name'], running['size_vram']) == ('a:1b', 0)
    assert 'modified_at' not in running
    assert running['expires_at'] > now()


async def test_forgets_a_model(client: ollama.AsyncClient, server: OllamaServer) -> None:
    await client.chat('gemma2:2b', [])
    assert list(server.loaded) == ['gemma2:2b']
    said = await client.chat('gemma2:2b', [], keep_alive=0)
    assert (said.done_reason, said.message.content, server.loaded) == ('unload', '', {})
    await client.chat('gemma2:2b', asked('oi'), keep_alive=0)
    assert server.loaded == {}


async def test_shows_what_the_modelfile_sets(client: ollama.AsyncClient, server: OllamaServer) -> None:
    server.install(['a:1b;parameters=num_ctx:16384|stop:END system=be_brief'])
    shown = await client.show('A:1b')
    assert shown.parameters
    assert [line.split() for line in shown.parameters.splitlines()] == [['num_ctx', '16384'], ['stop', 'END']]
    async with httpx.AsyncClient(base_url=server.url) as http:
        told = (await http.post('/api/show', json={'model': 'a:1b'})).json()
    assert told['system'] == 'be_brief'
    assert told['tensors']
    assert None in told['model_info'].values()


def hello(model: str = 'gemma2:2b', **options: str) -> dict[str, Any]:
    return {'model': model, 'messages': asked('oi'), 'options': options}


@pytest.mark.parametrize(
    ('method', 'path', 'body', 'status', 'words'),
    [
        ('POST', '/api/chat', {'model': 'a b', 'messages': []}, 400, 'invalid model name'),
        ('POST', '/api/chat', {'messages': []}, 400, 'model is required'),
        ('POST', '/api/chat', None, 400, 'missing request body'),
        ('POST', '/api/show', None, 400, 'missing request body'),
        ('POST', '/api/pull', {'model': 'a b'}, 400, 'invalid model name'),
        ('POST', '/api/chat', hello(temperature='warm'), 500, 'option "temperature" must be of type float32'),
        ('POST', '/api/chat', hello(num_ctx='8k'), 500, 'option "num_ctx" must be of type integer'),
        ('POST', '/api/chat', hello('nomic-bert'), 400, '"nomic-bert" does not support chat'),
    ],
)  # fmt: skip
async def test_refuses_in_its_own_words(
    server: OllamaServer, method: str, path: str, body: Any, status: int, words: str
) -> None:
    server.install(['gemma2:2b', 'nomic-bert'])
    async with httpx.AsyncClient(base_url=server.url) as http:
        refused = await http.request(method, path, json=body) if body is not None else await http.request(method, path)
    assert (refused.status_code, refused.json()) == (status, {'error': words})


async def test_knows_the_methods_of_its_routes(server: OllamaServer) -> None:
    async with httpx.AsyncClient(base_url=server.url) as http:
        assert [(await http.get(path)).status_code for path in ('/api/chat', '/api/nothing')] == [405, 404]


async def test_embeds(client: ollama.AsyncClient) -> None:
    embedded = await client.embed('gemma2:2b', ['one', 'three'])
    assert [vector[0] for vector in embedded.embeddings] == [3.0, 5.0]


async def test_ends_a_reply_that_repeats_itself_without_its_last_line(server: OllamaServer) -> None:
    lines = (await chat(server, f'say={"abcd" * 50}', {})).text.splitlines()
    assert len(lines) == 31
    assert not any(json.loads(line)['done'] for line in lines)


async def test_has_an_openai_side_that_tells_no_window_and_cuts(server: OllamaServer) -> None:
    asking = {'model': 'qwen3:4b', 'messages': asked('kind=thinking thinking=1 tokens=2'), 'stream': True}
    async with httpx.AsyncClient(base_url=server.url) as http:
        [first, *_] = (await http.get('/v1/models')).json()['data']
        assert first == {'id': 'gemma2:2b', 'object': 'model', 'created': 1700000000, 'owned_by': 'library'}
        missing = await http.post('/v1/chat/completions', json=asking | {'model': 'nope'})
        told = {'message': "model 'nope' not found", 'type': 'not_found_error', 'param': None, 'code': None}
        assert (missing.status_code, missing.json()) == (404, {'error': told})
        answer = await http.post('/v1/chat/completions', json=asking | {'stream_options': {'include_usage': True}})
        *events, done = [line.removeprefix('data: ') for line in answer.text.splitlines() if line]
        assert done == '[DONE]'
        deltas = [choice['delta'] for each in events for choice in json.loads(each)['choices']]
        assert [delta.get('reasoning') or delta['content'] for delta in deltas] == ['t0 ', 'w0 ', 'w1 ', '']
        assert json.loads(events[-1])['usage']['completion_tokens'] == 3
        long = asking | {'messages': asked('oi ' * 5000), 'stream_options': {'include_usage': True}}
        answer = await http.post('/v1/chat/completions', json=long)
        assert json.loads(answer.text.splitlines()[-4][6:])['usage']['prompt_tokens'] == 4096


async def test_a_layer_that_is_there_comes_as_one_line(client: ollama.AsyncClient) -> None:
    _ = [step async for step in await client.pull('phi4:14b', stream=True)]
    again = [step async for step in await client.pull('phi4:14b', stream=True)]
    assert [step.completed == step.total for step in again if step.digest] == [True] * 4


async def test_without_a_network_the_error_is_inside_the_stream(client: ollama.AsyncClient) -> None:
    with pytest.raises(ollama.ResponseError, match='dial tcp: lookup') as error:
        _ = [step async for step in await client.pull('offline:1b', stream=True)]
    assert error.value.status_code == -1


async def test_a_download_that_stands_still(client: ollama.AsyncClient) -> None:
    steps = []
    async for step in await client.pull('standing:1b', stream=True):
        steps.append(step.completed or 0)
        if steps[-5:-1] == steps[-4:] and steps[-1]:
            break
    assert steps[-1] > 0
