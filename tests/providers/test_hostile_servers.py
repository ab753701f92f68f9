"""Whatever a model server, or something in its place, sends: a small cost, and one of our exceptions or good values."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from app.domain.delta import DeltaKind
from app.errors import (
    AccessDenied,
    AnotherServer,
    BrokenStream,
    ProviderError,
    ServerFault,
    ServerSilent,
    SignInNeeded,
)
from app.providers.connection import LONGEST_ANSWER, LONGEST_REFUSAL, Connection
from app.providers.lines import LONGEST_LINE
from app.providers.ollama import MOST_LAYERS, Ollama
from app.providers.openai_compatible import OpenAICompatible
from tests.providers.asking import question, text_of, until_error, whole
from tests.support.raw_server import PATIENT, RawServer, said

OVER = 16 * 1024 * 1024
"""Bytes beyond a limit that may lie in the buffers of two sockets."""

Speaks = Ollama | OpenAICompatible


@asynccontextmanager
async def asked_of(kind: Callable[[str], Speaks], answer: bytes, again: bytes = b'') -> AsyncIterator[Speaks]:
    async with RawServer(answer, again) as server:
        provider = kind(server.url)
        yield provider
        await provider.close()


PAGE = b'<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>'


@pytest.mark.parametrize('kind', [Ollama, OpenAICompatible])
@pytest.mark.parametrize(
    'answer',
    [
        said(PAGE, '502 Bad Gateway', 'Content-Type: text/html'),
        said(PAGE, '500 Internal Server Error'),
        said(b'\n' + PAGE, '404 Not Found'),
        said(b'', '504 Gateway Timeout'),
        said(b'Bad Gateway', '502 Bad Gateway', 'Content-Type: text/plain'),
        said(b'', '302 Found', 'Location: https://sign.in/here'),
        said(PAGE, '200 OK', 'Content-Type: text/html'),
        said(b'Please <a href="/login">sign in</a>', '200 OK', 'Content-Type: text/html; charset=utf-8'),
        said(b'\xef\xbb\xbf  ' + PAGE, '200 OK', 'Content-Type: application/json'),
        said(json.dumps({'error': PAGE.decode()}).encode(), '500 Internal Server Error'),
    ],
)
async def test_a_page_in_the_place_of_the_server(kind: Callable[[str], Speaks], answer: bytes) -> None:
    async with asked_of(kind, answer) as provider:
        for asking in (provider.models(), whole(provider.reply(question('oi')))):
            with pytest.raises(AnotherServer) as fault:
                await asking
            assert fault.value.details['url'] == provider.url
            assert '<' not in str(fault.value)
            assert f' {fault.value.details["status"]} ' in answer.decode(errors='replace')


async def test_an_empty_answer_is_no_model_server() -> None:
    async with asked_of(Ollama, said(b'')) as provider:
        with pytest.raises(AnotherServer):
            await provider.models()


@pytest.mark.parametrize(
    ('head', 'limit', 'fault'),
    [
        (said(b'{"models": "'), LONGEST_ANSWER, BrokenStream),
        (said(b'{"error": "', '500 Internal Server Error'), LONGEST_REFUSAL, ServerFault),
        (said(b'<html>', '502 Bad Gateway'), LONGEST_REFUSAL, AnotherServer),
        (b'HTTP/1.1 200 OK\r\nX-More: ', 100_000, ProviderError),
    ],
)
async def test_an_answer_without_end_is_read_to_a_limit(head: bytes, limit: int, fault: type[ProviderError]) -> None:
    async with RawServer(head, b'x' * 65536) as server:
        provider = Ollama(server.url)
        with pytest.raises(fault) as raised:
            await provider.models()
        assert len(str(raised.value)) < 2000
        assert server.poured < limit + OVER
        await provider.close()


async def test_what_is_compressed_though_nobody_asked_is_not_unpacked() -> None:
    bomb = gzip.compress(b'{"models": [' + b' ' * 5_000_000)
    for status in ('200 OK', '500 Internal Server Error'):
        async with asked_of(Ollama, said(bomb, status, 'Content-Encoding: gzip')) as provider:
            for asking in (provider.models(), whole(provider.reply(question('oi')))):
                with pytest.raises(BrokenStream if status.startswith('200') else ServerFault) as fault:
                    await asking
                assert fault.value.details.get('line', 'Content-Encoding: gzip') == 'Content-Encoding: gzip'


async def test_a_line_without_end_is_read_to_a_limit() -> None:
    async with RawServer(said(b'{"message": {"content": "'), b'x' * 65536) as server:
        provider = Ollama(server.url)
        deltas, fault = await until_error(provider.reply(question('oi')))
        assert (deltas, type(fault)) == ([], BrokenStream)
        assert server.poured < LONGEST_LINE + OVER
        await provider.close()


@pytest.mark.parametrize('status', ['200 OK', '500 Internal Server Error'])
async def test_an_answer_in_drops_has_a_time_in_all(status: str) -> None:
    async with RawServer(said(b'{"error": "', status), b'x', pause=0.01) as server:
        connection = Connection('ollama', server.url, patience=0.5)
        with pytest.raises(ServerSilent if status.startswith('200') else ServerFault):
            await connection.ask('GET', '/api/tags')
        assert server.poured < PATIENT
        await connection.close()


@pytest.mark.parametrize(
    'flood', [b'{"message":{"content":""}}\n', b'\n', b'{"message":{}}\n{"message":{"thinking":""}}\n']
)
async def test_a_flood_that_says_nothing_is_no_sign_of_life(flood: bytes) -> None:
    """Nothing is passed on, so whoever watches for silence hears it; and others may run meanwhile."""
    async with RawServer(said(b''), flood * 1000) as server:
        provider = Ollama(server.url)
        heard = asyncio.ensure_future(whole(provider.reply(question('oi'))))
        await server.until(lambda: server.poured > PATIENT * 4)
        assert not heard.done()
        heard.cancel()
        await asyncio.wait([heard])
        await provider.close()


ODD: list[Any] = ['x', -1, 1e400, {}, [], True, 10**400]
LISTS: list[Any] = [
    5, 'x', {}, {'a': 1}, True, [5], ['x'], [None], [[]], [{}], [{'name': 5, 'id': 5}], [{'name': '', 'id': ''}],
    [{'name': None, 'id': None}], [{'name': ['x'], 'id': {}}], [{'name': 'x' * 5000, 'id': 'x' * 5000}],
    *([{'name': 'a', 'id': 'a', 'size': odd, 'details': odd, 'meta': odd}] for odd in ODD),
    [{'name': 'a', 'id': 'a', 'details': {'family': 5, 'families': 5}, 'meta': {'n_ctx': 'x', 'size': -5}}],
    [{'name': 'a', 'id': 'a'}, {'name': 'a', 'id': 'a'}],
]  # fmt: skip


@pytest.mark.parametrize('kind', [Ollama, OpenAICompatible])
@pytest.mark.parametrize('models', LISTS)
async def test_lists_of_wrong_types(kind: Callable[[str], Speaks], models: Any) -> None:
    async with asked_of(kind, said(json.dumps({'models': models, 'data': models}).encode())) as provider:
        try:
            found = await provider.models()
        except BrokenStream:
            return
        assert all(isinstance(info.ref.name, str) and 0 < len(info.ref.name) < 1000 for info in found)
        assert all(info.size is None or 0 <= info.size < 10**13 for info in found)
        assert len({info.ref.name for info in found}) == len(found)


@pytest.mark.parametrize('kind', [Ollama, OpenAICompatible])
async def test_of_a_hundred_thousand_models_some_are_listed(kind: Callable[[str], Speaks]) -> None:
    models = [{'name': f'm{number}', 'id': f'm{number}'} for number in range(100_000)]
    key = 'models' if kind is Ollama else 'data'
    async with asked_of(kind, said(json.dumps({key: models}, separators=(',', ':')).encode())) as provider:
        assert 500 <= len(await provider.models()) <= 5000


DESCRIPTIONS: list[bytes] = [
    b'{}', b'{"model_info": []}', b'{"model_info": {"general.architecture": {}, "x.context_length": 5}}',
    b'{"model_info": {"general.architecture": "x", "x.context_length": "many"}}', b'{"capabilities": 5}',
    b'{"model_info": {"general.architecture": "x", "x.context_length": -1}, "capabilities": [5, {}, null]}',
    b'{"model_info": {"general.architecture": "x", "x.context_length": 1e999}}', b'{"capabilities": "thinking"}',
    b'{"model_info": {"general.architecture": "x", "x.context_length": ' + b'9' * 4000 + b'}}',
    b'{"model_info": {"general.architecture": "x", "x.context_length": ' + b'9' * 5000 + b'}}',
]  # fmt: skip


@pytest.mark.parametrize('description', DESCRIPTIONS)
async def test_descriptions_of_wrong_types(description: bytes) -> None:
    async with asked_of(Ollama, said(description)) as provider:
        try:
            info = await provider.describe('a')
        except BrokenStream:
            return
        assert info.context_length in (None, 5)
        assert (info.thinks, info.sees) == (False, False)


@pytest.mark.parametrize(
    'line',
    [
        b'{"message": []}', b'{"message": {"content": 5}}', b'{"message": {"content": ["x"]}}', b'{"message": null}',
        b'{"message": {"thinking": {}}}', b'[]', b'null', b'"x"', b'5', b'{"message"}', b'{"message": {"content": "x}}',
        b'{"message": {"content": "\xff"}}', b'{"n": ' + b'9' * 5000 + b'}', b'[' * 50_000, b'{"a":' * 50_000,
        b'{"message": {"content": "x"}, "message": 5}', b'{"error": {"error": {"error": 5}}}', b'{"error": [[], {}]}',
        b'{"choices": 5}', b'{"choices": [5]}', b'{"choices": [[]]}', b'{"choices": [{"delta": 5}]}',
        b'{"choices": [{"delta": {"content": 5}}]}', b'{"choices": [{"delta": {"reasoning": {}}}]}', b'{"choices": {}}',
    ],
)  # fmt: skip
@pytest.mark.parametrize('kind', [Ollama, OpenAICompatible])
async def test_lines_of_wrong_types(kind: Callable[[str], Speaks], line: bytes) -> None:
    wire = line + b'\n' if kind is Ollama else b'data: ' + line + b'\n\n'
    async with asked_of(kind, said(wire)) as provider:
        deltas, fault = await until_error(provider.reply(question('oi')))
        assert isinstance(fault, ProviderError)
        assert text_of(deltas) in ('', 'x')


FIGURES = [b'NaN', b'Infinity', b'-Infinity', b'1e999', b'-5', b'"x"', b'{}', b'[]', b'null', b'true', b'9' * 400]


@pytest.mark.parametrize('value', FIGURES)
@pytest.mark.parametrize('kind', [Ollama, OpenAICompatible])
async def test_figures_of_wrong_types_are_left_out(kind: Callable[[str], Speaks], value: bytes) -> None:
    async with asked_of(kind, said(_ending(kind, value))) as provider:
        deltas = await whole(provider.reply(question('oi')))
        assert text_of(deltas) == 'x'
        figures = {**deltas[-1].data}
        assert deltas[-1].kind is DeltaKind.STATISTICS
        assert figures.pop('done_reason') == 'stop'
        figures.pop('total_seconds', None)  # measured here, where the server does not tell
        assert not any(figures.values())


def _ending(kind: Callable[[str], Speaks], value: bytes) -> bytes:
    if kind is Ollama:
        names = 'prompt_eval_count', 'eval_count', 'load_duration', 'eval_duration', 'total_duration'
        figures = b', '.join(b'"%b": %b' % (name.encode(), value) for name in names)
        return b'{"message": {"content": "x"}, "done": true, ' + figures + b'}\n'
    usage = b'{"prompt_tokens": %b, "completion_tokens": %b}' % (value, value)
    timings = b'{"prompt_ms": %b, "predicted_ms": %b}' % (value, value)
    choice = b'[{"delta": {"content": "x"}, "finish_reason": "stop"}]'
    return b'data: {"choices": %b, "usage": %b, "timings": %b}\n\n' % (choice, usage, timings)


@pytest.mark.parametrize(
    'line',
    [
        b'{"status": 5}', b'{"status": "x", "digest": 5}', b'{"digest": "a", "completed": "x", "total": {}}', b'[]',
        b'{"digest": "a", "completed": -5, "total": -5}', b'{"digest": "a", "completed": NaN, "total": 1e999}',
        b'{"digest": {}, "completed": 5, "total": 5}', b'{"digest": "a", "completed": ' + b'9' * 400 + b'}', b'{}',
    ],
)  # fmt: skip
async def test_pulls_of_wrong_types(line: bytes) -> None:
    async with asked_of(Ollama, said(line + b'\n{"status": "success"}\n')) as provider:
        assert isinstance(provider, Ollama)
        try:
            steps = [step async for step in provider.pull('a')]
        except BrokenStream:
            return
        assert steps[-1].status == 'success'
        assert all(step.completed >= 0 and step.total >= 0 for step in steps)


async def test_a_pull_of_countless_layers_counts_some() -> None:
    lines = [{'status': 'x', 'digest': f'd{number}', 'completed': 1, 'total': 1} for number in range(2 * MOST_LAYERS)]
    wire = b''.join(json.dumps(line).encode() + b'\n' for line in [*lines, {'status': 'success'}])
    async with asked_of(Ollama, said(wire)) as provider:
        assert isinstance(provider, Ollama)
        steps = [step async for step in provider.pull('a')]
        assert steps[-1].total == MOST_LAYERS


@pytest.mark.parametrize('kind', [Ollama, OpenAICompatible])
async def test_name_and_password_of_the_address_are_sent_and_never_told(kind: Callable[[str], Speaks]) -> None:
    async with RawServer(said(b'{"error": "unauthorized"}', '401 Unauthorized')) as server:
        provider = kind(server.url.replace('//', '//me:p%40ss@'))
        assert provider.url == server.url
        for asking in (provider.models(), whole(provider.reply(question('oi')))):
            with pytest.raises(SignInNeeded) as fault:
                await asking
            assert fault.value.details['reason'] == 'password_refused'
            assert 'p%40ss' not in str(fault.value)
            assert 'p@ss' not in repr(fault.value.__cause__)
        assert {record.headers['authorization'] for record in server.requests} == {'Basic bWU6cEBzcw=='}
        await provider.close()


async def test_a_key_is_sent_rather_than_a_password() -> None:
    async with RawServer(said(b'{}', '401 Unauthorized')) as server:
        provider = OpenAICompatible(server.url.replace('//', '//me:pass@'), 'the-key')
        with pytest.raises(AccessDenied):
            await provider.models()
        assert server.requests[0].headers['authorization'] == 'Bearer the-key'
        await provider.close()
