from dataclasses import replace

import httpx
import pytest

from app.errors import (
    AccessDenied,
    CannotChat,
    ConnectionDropped,
    ModelNotFound,
    ModelStopped,
    OutOfMemory,
    ProviderError,
    ServerBusy,
    ServerFault,
    ServerUnreachable,
    SignInNeeded,
    UpstreamUnreachable,
)
from app.providers.faults import (
    HTTPX_FAULTS,
    Asked,
    Proof,
    from_answer,
    from_httpx,
    from_message,
    from_status,
    message_of,
)

REGISTRY = 'https://registry.ollama.ai/v2/library/gemma2/manifests/2b'
ASKED = Asked('ollama', 'http://there', 'gemma2:2b')


def exceptions_of_httpx() -> set[str]:
    return {name for name, thing in vars(httpx).items() if isinstance(thing, type) and issubclass(thing, Exception)}


def test_the_map_holds_every_exception_of_httpx_and_nothing_else() -> None:
    assert set(HTTPX_FAULTS) == exceptions_of_httpx()


@pytest.mark.parametrize(
    ('raised', 'expected'),
    [
        (httpx.ConnectTimeout('slow'), ServerUnreachable),
        (httpx.InvalidURL('bad'), ServerUnreachable),
        (httpx.ReadError('gone'), ConnectionDropped),
        (httpx.RemoteProtocolError('cut'), ConnectionDropped),
        (type('FutureError', (httpx.NetworkError,), {})('new'), ConnectionDropped),
    ],
)
def test_translates_by_the_nearest_class(raised: Exception, expected: type[ProviderError]) -> None:
    error = from_httpx(raised, ASKED)
    assert type(error) is expected
    assert error.details['provider'] == 'ollama'


@pytest.mark.parametrize(
    ('message', 'expected'),
    [
        ('model requires more system memory (5.6 GiB) than is available (3.2 GiB)', OutOfMemory),
        ('CUDA error: out of memory', OutOfMemory),
        ('llama runner process has terminated: cudaMalloc failed: out of memory', OutOfMemory),
        ('llama runner process has terminated: signal: killed', OutOfMemory),
        ('model runner has unexpectedly stopped, this may be due to resource limitations', OutOfMemory),
        ('unable to allocate CUDA0 buffer', OutOfMemory),
        ("llama runner process has terminated: error loading model: unknown model architecture: 'x'", ServerFault),
        ('server busy, please try again.  maximum pending requests exceeded', ServerBusy),
        ("model 'gemma2:2b' not found", ModelNotFound),
        ("model 'gemma2:2b' not found, try pulling it first", ModelNotFound),
        ('pull model manifest: file does not exist', ModelNotFound),
        ('The model `gemma2:2b` does not exist.', ModelNotFound),
        ('an error was encountered while running the model: unexpected EOF', ModelStopped),
        (
            'an error was encountered while running the model: wsarecv: An existing connection was forcibly closed',
            ModelStopped,
        ),
        ('an error was encountered while running the model: CUDA error: out of memory', OutOfMemory),
        ('an error was encountered while running the model: GGML_ASSERT(x) failed', ServerFault),
        ('"nomic-embed-text" does not support chat', CannotChat),
        ('The model `m` does not support Chat Completions API', CannotChat),
        (
            f'pull model manifest: Get "{REGISTRY}": dial tcp: lookup registry.ollama.ai: no such host',
            UpstreamUnreachable,
        ),
        (f'pull model manifest: Get "{REGISTRY}": dial tcp 104.21.75.227:443: i/o timeout', UpstreamUnreachable),
        (f'pull model manifest: Get "{REGISTRY}": net/http: TLS handshake timeout', UpstreamUnreachable),
        (f'Post "{REGISTRY}": dial tcp [2606:4700::1]:443: connect: network is unreachable', UpstreamUnreachable),
        ('max retries exceeded: unexpected EOF', UpstreamUnreachable),
        ('post predict: dial tcp 127.0.0.1:34567: connect: connection refused', ServerFault),
        ('something else', ServerFault),
        ('a log ' * 200 + 'CUDA error: out of memory', OutOfMemory),
    ],
)
def test_reads_what_servers_say(message: str, expected: type[ProviderError]) -> None:
    assert type(from_message(message, ASKED)) is expected


@pytest.mark.parametrize(
    ('status', 'expected'),
    [
        (401, SignInNeeded),
        (403, SignInNeeded),
        (407, SignInNeeded),
        (429, ServerBusy),
        (503, ServerBusy),
        (500, ServerFault),
    ],
)
def test_reads_statuses(status: int, expected: type[ProviderError]) -> None:
    assert type(from_status(status, '', ASKED)) is expected


@pytest.mark.parametrize(
    ('proof', 'expected', 'reason'),
    [
        (Proof.NONE, SignInNeeded, None),
        (Proof.PASSWORD, SignInNeeded, 'password_refused'),
        (Proof.NO_KEY, AccessDenied, 'key_missing'),
        (Proof.KEY, AccessDenied, None),
    ],
)
def test_a_refusal_says_whose_key_or_password(proof: Proof, expected: type[ProviderError], reason: str | None) -> None:
    error = from_answer(401, b'{"error": "unauthorized"}', replace(ASKED, proof=proof))
    assert type(error) is expected
    assert error.details.get('reason') == reason


def test_a_page_refuses_no_key() -> None:
    assert type(from_answer(401, b'<html>Sign in</html>', replace(ASKED, proof=Proof.KEY))) is SignInNeeded


def test_long_messages_are_cut() -> None:
    assert len(from_message('x' * 10_000, ASKED).details['message']) == 500


@pytest.mark.parametrize(
    ('data', 'expected'),
    [
        ({'error': 'a'}, 'a'),
        ({'error': {'message': 'b', 'code': 500}}, 'b'),
        ({'object': 'error', 'message': 'c'}, 'c'),
        ({'detail': 'd'}, 'd'),
        ({}, ''),
        ([1], '[1]'),
    ],
)
def test_finds_the_message(data: object, expected: str) -> None:
    assert message_of(data) == expected
