"""One connection pool to one model server: small requests, streams of lines, and faults in our own words."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING, Any

from app.providers.faults import CONNECT_LIMIT, SHORT_LIMIT, Asked, from_httpx, from_status, message_of
from app.providers.lines import LineSplitter, read_object

if TYPE_CHECKING:
    import httpx

DRAIN_LIMIT = 0.2  # seconds an answer may take to end after its last line


class Connection:
    """Talks HTTP to one server. httpx is imported with the first request: the start of the app does not need it."""

    def __init__(
        self,
        provider: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        http: 'httpx.AsyncClient | None' = None,
    ) -> None:
        """Take a client that somebody else closes, or make one when it is needed."""
        self.provider = provider
        self.url = url.rstrip('/')
        self._headers = {'Accept-Encoding': 'identity', **(headers or {})}  # lines are cut from the raw bytes
        self._given = http
        self._own: httpx.AsyncClient | None = None

    async def ask(self, method: str, path: str, body: Any = None, *, model: str = '') -> dict[str, Any]:
        """Make a small request and give the JSON object it answers.

        Raises:
            ProviderError: any fault, see `faults.py`.
        """
        asked = Asked(self.provider, self.url, model)
        with _translated(asked):
            http = self._http()
            response = await http.request(method, self.url + path, json=body, headers=self._headers)
        if not response.is_success:
            raise from_status(response.status_code, _words(response.content), asked)
        return read_object(response.content, self.provider)

    @asynccontextmanager
    async def stream(
        self, path: str, body: Any, *, model: str = ''
    ) -> AsyncGenerator[AsyncIterator[list[bytes]], None]:
        """Make a request and give its answer as lines, as many at once as came at once. No limit on silence.

        Leaving the context closes the request, unless the answer just ended: then the connection is kept for the next.

        Raises:
            ProviderError: any fault, see `faults.py`; also out of the body of the `async with`.
        """
        asked = Asked(self.provider, self.url, model)
        with _translated(asked):
            async with self._open(path, body) as response:
                if not response.is_success:
                    raise from_status(response.status_code, _words(await response.aread()), asked)
                async with aclosing(response.aiter_raw()) as chunks:
                    async with aclosing(self._lines(chunks)) as lines:
                        yield lines
                    await _drain(chunks)

    async def close(self) -> None:
        """Give back the connections; the next request would make new ones."""
        own, self._own = self._own, None
        if own:
            await own.aclose()

    async def _lines(self, chunks: AsyncIterator[bytes]) -> AsyncGenerator[list[bytes], None]:
        splitter = LineSplitter(self.provider)
        async for chunk in chunks:
            if lines := splitter.feed(chunk):
                yield lines
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


def _words(content: bytes) -> str:
    """Find what the server says in the body of an error, JSON or not."""
    text = content.decode(errors='replace')
    try:
        return message_of(json.loads(text))
    except ValueError:
        return text.strip()
