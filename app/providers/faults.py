"""Everything that goes wrong between us and a model server, as one of our exceptions. The only such map there is."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from app.domain.addresses import hide_secrets
from app.errors import (
    AccessDenied,
    AnotherServer,
    BrokenStream,
    CannotChat,
    ConnectionDropped,
    ModelNotFound,
    ModelStopped,
    OutOfMemory,
    PromptTooLong,
    ProviderError,
    ServerBusy,
    ServerFault,
    ServerSilent,
    ServerUnreachable,
    SignInNeeded,
    UpstreamUnreachable,
)
from app.providers.lines import is_page
from app.providers.overflow import LONGEST_READ, is_too_long, sizes

CONNECT_LIMIT = 5.0
"""Seconds until a connection must stand."""

SHORT_LIMIT = 10.0
"""Seconds a small answer (a list of models, what a model can do) may take. Replies and downloads have no limit."""

LONGEST_MESSAGE = 500  # characters of a server's own words that are kept


class Proof(StrEnum):
    """What we say of ourselves to a server: nothing, nothing where it could ask for a key, a key, name and password."""

    NONE = 'none'
    NO_KEY = 'no_key'
    KEY = 'key'
    PASSWORD = 'password'  # noqa: S105 (the name of a kind)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of whom, for the details of an exception. `url` is one that may be shown."""

    provider: str
    url: str
    model: str = ''
    proof: Proof = Proof.NONE


DETAILS: Mapping[type[ProviderError], tuple[str, ...]] = {
    ServerUnreachable: ('url',),
    AnotherServer: ('url', 'status'),
    ModelNotFound: ('model',),
    OutOfMemory: ('model', 'message'),
    CannotChat: ('model',),
    ModelStopped: ('model',),
    UpstreamUnreachable: ('model', 'message'),
    ServerFault: ('message',),
    BrokenStream: ('line',),
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

_Said = tuple[re.Pattern[str], ...]
"""Patterns that must be found one behind the other. Each is searched once and has no repeats, so the cost is linear."""


def _said(*patterns: str) -> _Said:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


MESSAGE_FAULTS: tuple[tuple[_Said, type[ProviderError]], ...] = (
    # What Ollama, llama.cpp, CUDA, ROCm, Metal and vLLM say. A runner that ends without a reason was, as a rule, killed
    # for its memory; one that could not read the model says so and is not meant.
    (_said('requires more system memory|out[ _]of[ _]memory|(?:failed|unable) to allocate'), OutOfMemory),
    (_said('(?:not enough|insufficient) (?:system |gpu |device )?memory|cudaMalloc failed'), OutOfMemory),
    (_said('no available memory|model runner has unexpectedly stopped'), OutOfMemory),
    (_said('runner process ', 'error loading model|unknown model architecture'), ServerFault),
    (_said('runner process (?:has terminated|no longer running)'), OutOfMemory),
    # Ollama, when the connection to what runs the model broke and that left no words behind.
    (_said('while running the model: ', 'unexpected EOF|forcibly closed'), ModelStopped),
    (_said('does not support (?:chat|generat|completion)'), CannotChat),
    (_said('server busy|maximum pending requests|too many requests|overloaded'), ServerBusy),
    (_said('model_not_found|invalid model|manifest: file does not exist'), ModelNotFound),
    # Go's words of the network, when Ollama fetches a model or asks one in the cloud.
    (_said(r'(?:dial|read|write) (?:tcp|udp)\d? (?!127\.|\[::1\])'), UpstreamUnreachable),
    (_said(r'no such host|network is unreachable|TLS handshake timeout|Client\.Timeout exceeded'), UpstreamUnreachable),
    (_said('max retries exceeded|x509: '), UpstreamUnreachable),
    (_said(r'model\b', 'not found|does not exist'), ModelNotFound),
)
"""Servers tell some faults only in words, with whatever status, or in mid-stream with none. The first fit counts."""

STATUS_FAULTS: Mapping[int, type[ProviderError]] = {429: ServerBusy, 503: ServerBusy}

FORBIDDEN = 403  # with no word of how one would be let in
REFUSED = frozenset({401, FORBIDDEN, 407})

GATEWAY = frozenset({502, 504, *range(520, 531)})
"""What only something in front of a model server says; those from 520 on are Cloudflare's."""


def from_httpx(error: Exception, asked: Asked) -> ProviderError:
    """Translate an exception of httpx."""
    for kind in type(error).__mro__:
        if found := HTTPX_FAULTS.get(kind.__name__):
            if found is ServerSilent:
                return silent(asked)
            return _make(found, asked, str(error))
    return _make(ServerFault, asked, f'{type(error).__name__}: {error}')


def from_message(message: str, asked: Asked) -> ProviderError:
    """Translate what a server says went wrong, from an `error` in mid-stream."""
    if is_page(message[:LONGEST_READ].encode(errors='replace')):
        return another_server(200, asked)
    for patterns, found in MESSAGE_FAULTS:
        if _says(message[:LONGEST_READ], patterns):
            return _make(found, asked, message)
    if is_too_long(message):
        tokens, num_ctx = sizes(message)
        return PromptTooLong(provider=asked.provider, tokens=tokens, num_ctx=num_ctx)
    return _make(ServerFault, asked, message)


def from_status(status: int, message: str, asked: Asked) -> ProviderError:
    """Translate an answer that is no success; `message` are the server's words, `message_of` finds them."""
    page = is_page(message[:LONGEST_READ].encode(errors='replace'))
    if status in REFUSED:
        return _refusal(status, replace(asked, proof=Proof.NONE) if page and asked.proof is Proof.KEY else asked)
    if page:
        return another_server(status, asked)
    if found := STATUS_FAULTS.get(status):
        return _make(found, asked, message)
    return from_message(message or f'HTTP {status}', asked)


def from_answer(status: int, content: bytes, asked: Asked) -> ProviderError:
    """Translate an answer that is no success, by the beginning of its body: JSON, words, or a page for a browser.

    Model servers say what went wrong in JSON. A redirection, or a gateway's status without it, is of something else.
    """
    text = content.decode(errors='replace')
    try:
        return from_status(status, message_of(json.loads(text)), asked)
    except (ValueError, RecursionError):
        if status not in REFUSED and (status < 400 or status in GATEWAY):
            return another_server(status, asked)
        return from_status(status, text.strip(), asked)


def another_server(status: int, asked: Asked) -> ProviderError:
    """Say that what answered is not the server we asked."""
    return _make(AnotherServer, asked, status=status)


def silent(asked: Asked) -> ProviderError:
    """Say that a small answer did not come in time."""
    return ServerSilent(provider=asked.provider, seconds=round(SHORT_LIMIT), reason='slow_answer')


def _says(message: str, patterns: _Said) -> bool:
    place = 0
    for pattern in patterns:
        found = pattern.search(message, place)
        if found is None:
            return False
        place = found.end()
    return True


def _refusal(status: int, asked: Asked) -> ProviderError:
    """Tell whose key or password was refused, or who asks for one: Ollama has none, what stands before it may."""
    told = {'provider': asked.provider, 'url': asked.url, 'status': status}
    match asked.proof:
        case Proof.KEY:
            return AccessDenied(provider=asked.provider)
        case Proof.NO_KEY:
            return AccessDenied(reason='key_missing', **told)
        case Proof.PASSWORD:
            return SignInNeeded(reason='password_refused', **told)
    return SignInNeeded(reason='forbidden', **told) if status == FORBIDDEN else SignInNeeded(**told)


def _make(kind: type[ProviderError], asked: Asked, message: str = '', status: int = 0) -> ProviderError:
    known = {
        'url': asked.url,
        'model': asked.model,
        'message': hide_secrets(message[:LONGEST_MESSAGE]),
        'line': message[:80],
        'status': status,
    }
    return kind(provider=asked.provider, **{name: known[name] for name in DETAILS.get(kind, ())})


def message_of(data: Any) -> str:
    """Find the words in an answer: `{"error": "…"}`, `{"error": {"message": "…"}}` or `{"message": "…"}`.

    Where llama.cpp tells numbers beside its words, all of it is given as JSON: so Ollama passes it on, too.
    """
    found = data
    try:
        while isinstance(found, dict):
            if 'n_ctx' in found:
                return json.dumps(found)
            found = found.get('error') or found.get('message') or found.get('detail') or ''
        return found if isinstance(found, str) else str(found)
    except RecursionError:  # it is nested as deeply as can be read, and what is read is not always written
        return ''
