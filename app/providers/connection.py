"""One connection pool to one model server: small requests, streams of lines, and faults in our own words."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING, Any

from app.domain.addresses import name_and_password, without_secrets
from app.errors import ProviderError
from app.providers.faults import (
    CONNECT_LIMIT,
    SHORT_LIMIT,
    Asked,
    Proof,
    another_server,
    from_answer,
    from_httpx,
    silent,
)
from app.providers.lines import LineSplitter, broken, is_page, read_object

if TYPE_CHECKING:
    import httpx

DRAIN_LIMIT = 0.2  # seconds an answer may take to end after its last line

LONGEST_ANSWER = 4 * 1024 * 1024
"""Bytes of a small answer. A list of a thousand models has 700,000, and nothing else we ask for is as long."""

PAGES = ('text/html', 'application/xhtml+xml')
"""What something for browsers says that it sends, also where it begins with words (a sign-in page may)."""

LONGEST_REFUSAL = 64 * 1024
"""Bytes of the body of an error that are read: its first words say what is wrong."""

REFUSAL_SHARE = 0.2
"""Of the time of a small answer, what that body may take; what came until then is read."""

CHUNKS_AT_ONCE = 200
"""Chunks read before others may run: those of a fast server lie in memory by thousands, and reading waits for none."""


class Connection:
    """Talks HTTP to one server. httpx is imported with the first request: the start of the app does not need it.

    `url` is the address as it may be shown. A name and password in the address that is given are sent as HTTP's basic
    authentication, unless there is a key.
    """

    def __init__(
        self,
        provider: str,
        url: str,
        *,
        key: str | None = None,
        patience: float = SHORT_LIMIT,
        http: 'httpx.AsyncClient | None' = None,
    ) -> None:
        """Take a client that somebody else closes, or make one when it is needed.

        `key` is sent as a bearer token; empty if the server may want one and none is given, None if it knows no keys.
        `patience` is how many seconds a small answer may take in all.
        """
        self.provider = provider
        self.url = without_secrets(url).rstrip('/')
        self._proof, authorization = _proof(url, key)
        self._headers = {'Accept-Encoding': 'identity', **authorization}  # lines are cut from the raw bytes
        self._patience = patience
        self._given = http
        self._own: httpx.AsyncClient | None = None

    async def ask(self, method: str, path: str, body: Any = None, *, model: str = '') -> dict[str, Any]:
        """Make a small request and give the JSON object it answers.

        Raises:
            ProviderError: any fault, see `faults.py`.
        """
        asked = self.asked(model)
        try:
            with _translated(asked):
                async with (
                    asyncio.timeout(self._patience),
                    self._http().stream(method, self.url + path, json=body, headers=self._headers) as response,
                ):
                    content = await self._whole(response, asked)
        except TimeoutError as error:
            raise silent(asked) from error
        if is_page(content) or not content.strip():
            raise another_server(response.status_code, asked)
        return read_object(content, self.provider)

    @asynccontextmanager
    async def stream(
        self, path: str, body: Any, *, model: str = ''
    ) -> AsyncGenerator[AsyncIterator[list[bytes]], None]:
        """Make a request and give its answer as lines, as many at once as came at once. No limit on silence.

        Leaving the context closes the request, unless the answer just ended: then the connection is kept for the next.

        Raises:
            ProviderError: any fault, see `faults.py`; also out of the body of the `async with`.
        """
        asked = self.asked(model)
        with _translated(asked):
            async with self._open(path, body) as response:
                if not response.is_success:
                    raise await self._refusal(response, asked)
                self._refuse_others(response, asked)
                async with aclosing(response.aiter_raw()) as chunks:
                    async with aclosing(self._lines(chunks, asked)) as lines:
                        yield lines
                    await _drain(chunks)

    async def close(self) -> None:
        """Give back the connections; the next request would make new ones."""
        own, self._own = self._own, None
        if own:
            await own.aclose()

    def asked(self, model: str = '') -> Asked:
        """Say what was asked of whom."""
        return Asked(self.provider, self.url, model, self._proof)

    async def _whole(self, response: 'httpx.Response', asked: Asked) -> bytes:
        """Read a small answer, and no more of it than that."""
        if not response.is_success:
            raise await self._refusal(response, asked)
        self._refuse_others(response, asked)
        content = bytearray()
        await _read_into(content, response, LONGEST_ANSWER + 1)
        if len(content) > LONGEST_ANSWER:
            raise broken(bytes(content[:LONGEST_REFUSAL]), self.provider)
        return bytes(content)

    async def _refusal(self, response: 'httpx.Response', asked: Asked) -> ProviderError:
        """Read why the server refuses, as far as it says so soon and shortly."""
        content = bytearray()
        if not _encoding(response):
            with suppress(TimeoutError, ProviderError), _translated(asked):
                async with asyncio.timeout(self._patience * REFUSAL_SHARE):
                    await _read_into(content, response, LONGEST_REFUSAL)
        return from_answer(response.status_code, bytes(content[:LONGEST_REFUSAL]), asked)

    def _refuse_others(self, response: 'httpx.Response', asked: Asked) -> None:
        """Refuse what says itself that it is a page, and what is compressed: a few bytes can unpack to any number."""
        if response.headers.get('Content-Type', '').strip().lower().startswith(PAGES):
            raise another_server(response.status_code, asked)
        if encoding := _encoding(response):
            raise broken(f'Content-Encoding: {encoding}'.encode(), self.provider)

    async def _lines(self, chunks: AsyncIterator[bytes], asked: Asked) -> AsyncGenerator[list[bytes], None]:
        splitter = LineSplitter(self.provider)
        begun, count = False, 0
        async for chunk in chunks:
            if not begun:
                if is_page(chunk):
                    raise another_server(200, asked)
                begun = not chunk.isspace()
            if lines := splitter.feed(chunk):
                yield lines
            count += 1
            if count % CHUNKS_AT_ONCE == 0:
                await asyncio.sleep(0)
        if lines := splitter.end():
            yield lines

    def _open(self, path: str, body: Any) -> 'Any':
        import httpx

        timeout = httpx.Timeout(None, connect=CONNECT_LIMIT)
        return self._http().stream('POST', self.url + path, json=body, headers=self._headers, timeout=timeout)

    def _http(self) -> 'httpx.AsyncClient':
        if self._given:
            return self._given
        if self._own is None:
            import httpx

            from app.providers.transport import plain_transport

            limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)  # every reply holds one
            self._own = httpx.AsyncClient(
                timeout=httpx.Timeout(SHORT_LIMIT, connect=CONNECT_LIMIT),
                limits=limits,
                trust_env=False,  # a proxy from the environment must not stand between us and loopback
                transport=None if self.url.startswith('https:') else plain_transport(limits),
            )
        return self._own


@contextmanager
def _translated(asked: Asked) -> Iterator[None]:
    """Turn exceptions of httpx into ours: the one edge."""
    import httpx

    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict) as error:
        raise from_httpx(error, asked) from error


async def _drain(chunks: AsyncIterator[bytes]) -> None:
    """Read the end of an answer whose last line came already, so that the connection can be used again."""
    with suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_LIMIT):
            async for _ in chunks:
                pass


async def _read_into(content: bytearray, response: 'httpx.Response', limit: int) -> None:
    """Read a body until a number of bytes is there, or its end."""
    count = 0
    async with aclosing(response.aiter_raw()) as chunks:  # type: ignore[type-var]
        async for chunk in chunks:
            content += chunk
            count += 1
            if len(content) >= limit:
                break
            if count % CHUNKS_AT_ONCE == 0:
                await asyncio.sleep(0)


def _encoding(response: 'httpx.Response') -> str:
    encoding: str = response.headers.get('Content-Encoding', '').strip().lower()
    return '' if encoding == 'identity' else encoding


def _proof(url: str, key: str | None) -> tuple[Proof, dict[str, str]]:
    """Give what we say of ourselves: its kind, and the header it goes by."""
    if key:
        return Proof.KEY, {'Authorization': f'Bearer {key}'}
    if known := name_and_password(url):
        return Proof.PASSWORD, {'Authorization': 'Basic ' + b64encode(':'.join(known).encode()).decode()}
    return Proof.NONE if key is None else Proof.NO_KEY, {}
