"""Everything that goes wrong between us and a model server, as one of our exceptions. The only such map there is."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.errors import (
    AccessDenied,
    BrokenStream,
    ConnectionDropped,
    ModelNotFound,
    OutOfMemory,
    PromptTooLong,
    ProviderError,
    ServerBusy,
    ServerFault,
    ServerSilent,
    ServerUnreachable,
)
from app.providers.overflow import is_too_long, sizes

CONNECT_LIMIT = 5.0
"""Seconds until a connection must stand."""

SHORT_LIMIT = 10.0
"""Seconds a small answer (a list of models, what a model can do) may take. Replies and downloads have no limit."""

LONGEST_MESSAGE = 500  # characters of a server's own words that are kept


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of whom, for the details of an exception."""

    provider: str
    url: str
    model: str = ''


DETAILS: Mapping[type[ProviderError], tuple[str, ...]] = {
    ServerUnreachable: ('url',),
    ModelNotFound: ('model',),
    OutOfMemory: ('model', 'message'),
    ServerFault: ('message',),
    BrokenStream: ('line',),
    ServerSilent: ('seconds',),
}
"""What each exception tells beside the provider; the others tell nothing more."""

HTTPX_FAULTS: Mapping[str, type[ProviderError]] = {
    'ConnectError': ServerUnreachable,
    'ConnectTimeout': ServerUnreachable,
    'UnsupportedProtocol': ServerUnreachable,
    'InvalidURL': ServerUnreachable,
    'ProxyError': ServerUnreachable,
    'ReadError': ConnectionDropped,
    'WriteError': ConnectionDropped,
    'CloseError': ConnectionDropped,
    'NetworkError': ConnectionDropped,
    'RemoteProtocolError': ConnectionDropped,
    'StreamClosed': ConnectionDropped,
    'ReadTimeout': ServerSilent,
    'WriteTimeout': ServerSilent,
    'TimeoutException': ServerSilent,
    'PoolTimeout': ServerBusy,
    'DecodingError': BrokenStream,
    'LocalProtocolError': ServerFault,
    'ProtocolError': ServerFault,
    'TransportError': ServerFault,
    'TooManyRedirects': ServerFault,
    'RequestError': ServerFault,
    'HTTPStatusError': ServerFault,
    'HTTPError': ServerFault,
    'CookieConflict': ServerFault,
    'StreamConsumed': ServerFault,
    'ResponseNotRead': ServerFault,
    'RequestNotRead': ServerFault,
    'StreamError': ServerFault,
}
"""By class name, so that this module need not import httpx (0.1 s). A test proves that none is missing."""

MESSAGE_FAULTS: tuple[tuple[re.Pattern[str], type[ProviderError]], ...] = (
    (
        # What Ollama, llama.cpp, CUDA, ROCm, Metal and vLLM say. A runner that ends without a reason was, as a rule,
        # killed for its memory; one that could not read the model says so and is not meant.
        re.compile(
            r'requires more system memory|out[ _]of[ _]memory|(not enough|insufficient) (system |gpu |device )?memory'
            r'|(failed|unable) to allocate|cudaMalloc failed|no available memory'
            r'|runner process (has terminated|no longer running)(?!.*(error loading model|unknown model architecture))'
            r'|model runner has unexpectedly stopped',
            re.IGNORECASE | re.DOTALL,
        ),
        OutOfMemory,
    ),
    (re.compile(r'server busy|maximum pending requests|too many requests|overloaded', re.IGNORECASE), ServerBusy),
    (
        re.compile(
            r'model\b.*(not found|does not exist)|model_not_found|invalid model|manifest: file does not exist',
            re.IGNORECASE | re.DOTALL,
        ),
        ModelNotFound,
    ),
)
"""Servers tell some faults only in words, with whatever status, or in mid-stream with none."""

STATUS_FAULTS: Mapping[int, type[ProviderError]] = {
    401: AccessDenied,
    403: AccessDenied,
    429: ServerBusy,
    503: ServerBusy,
}


def from_httpx(error: Exception, asked: Asked) -> ProviderError:
    """Translate an exception of httpx."""
    for kind in type(error).__mro__:
        if found := HTTPX_FAULTS.get(kind.__name__):
            return _make(found, asked, str(error))
    return _make(ServerFault, asked, f'{type(error).__name__}: {error}')


def from_message(message: str, asked: Asked) -> ProviderError:
    """Translate what a server says went wrong, from an `error` in mid-stream."""
    for pattern, found in MESSAGE_FAULTS:
        if pattern.search(message):
            return _make(found, asked, message)
    if is_too_long(message):
        tokens, num_ctx = sizes(message)
        return PromptTooLong(provider=asked.provider, tokens=tokens, num_ctx=num_ctx)
    return _make(ServerFault, asked, message)


def from_status(status: int, message: str, asked: Asked) -> ProviderError:
    """Translate an answer that is no success; `message` are the server's words, `message_of` finds them."""
    if found := STATUS_FAULTS.get(status):
        return _make(found, asked, message)
    return from_message(message or f'HTTP {status}', asked)


def _make(kind: type[ProviderError], asked: Asked, message: str) -> ProviderError:
    known = {
        'url': asked.url,
        'model': asked.model,
        'message': message[:LONGEST_MESSAGE],
        'line': message[:80],
        'seconds': SHORT_LIMIT,
    }
    return kind(provider=asked.provider, **{name: known[name] for name in DETAILS.get(kind, ())})


def message_of(data: Any) -> str:
    """Find the words in an answer: `{"error": "…"}`, `{"error": {"message": "…"}}` or `{"message": "…"}`.

    Where llama.cpp tells numbers beside its words, all of it is given as JSON: so Ollama passes it on, too.
    """
    found = data
    while isinstance(found, dict):
        if 'n_ctx' in found:
            return json.dumps(found)
        found = found.get('error') or found.get('message') or found.get('detail') or ''
    return found if isinstance(found, str) else str(found)
