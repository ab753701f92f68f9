from collections.abc import AsyncIterator

import httpx
import pytest
from nicegui import app
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.bootstrap import Parts
from app.ui import kept_files
from app.ui.kept_files import KeptFiles
from app.ui.theme import static
from tests.ui.simulated import Browser

FOREVER = {'Cache-Control': 'public, max-age=31536000, immutable', 'ETag': '"1"'}
TEXT = 'ã' * 2_000


class CountedFiles:
    """Gives files and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def app(self) -> ASGIApp:
        routes = [
            Route('/whole/{name}', self.whole),
            Route('/pieces', self.in_pieces),
            Route('/missing', self.missing),
            Route('/today', self.today),
        ]
        return KeptFiles(Starlette(routes=routes, middleware=[Middleware(GZipMiddleware)]))

    async def whole(self, request: Request) -> Response:
        self.asked += 1
        return PlainTextResponse(TEXT + str(request.query_params), headers=FOREVER)

    async def in_pieces(self, request: Request) -> Response:
        self.asked += 1

        async def pieces() -> AsyncIterator[bytes]:
            raw = TEXT.encode()
            yield raw[:1_001]
            yield raw[1_001:]

        return StreamingResponse(pieces(), media_type='text/plain; charset=utf-8', headers=FOREVER)

    async def missing(self, request: Request) -> Response:
        self.asked += 1
        return PlainTextResponse('', 404, headers=FOREVER)

    async def today(self, request: Request) -> Response:
        self.asked += 1
        return PlainTextResponse(TEXT, headers={'Cache-Control': 'no-cache'})


@pytest.fixture
def files() -> CountedFiles:
    return CountedFiles()


@pytest.fixture
async def client(files: CountedFiles) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(files.app()), base_url='http://test') as opened:
        yield opened


@pytest.mark.parametrize('path', ['/whole/a', '/pieces'])
async def test_a_file_is_made_once_and_sent_as_it_was(
    files: CountedFiles, client: httpx.AsyncClient, path: str
) -> None:
    first, second = await client.get(path), await client.get(path)
    assert files.asked == 1
    assert second.text == first.text == TEXT
    assert second.headers == first.headers
    assert second.headers['content-encoding'] == 'gzip'


async def test_who_does_not_take_gzip_gets_none(files: CountedFiles, client: httpx.AsyncClient) -> None:
    await client.get('/whole/a')
    plain = {'accept-encoding': 'identity'}
    for response in (await client.get('/whole/a', headers=plain), await client.get('/whole/a', headers=plain)):
        assert response.content == TEXT.encode()
        assert 'content-encoding' not in response.headers
    assert files.asked == 2


@pytest.mark.parametrize('path', ['/today', '/missing'])
async def test_what_may_change_or_is_not_there_is_not_kept(
    files: CountedFiles, client: httpx.AsyncClient, path: str
) -> None:
    await client.get(path)
    await client.get(path)
    assert files.asked == 2


async def test_what_broke_off_is_not_kept() -> None:
    asked, sent = [], []

    async def somebody_who_leaves(scope: Scope, receive: Receive, send: Send) -> None:
        asked.append(scope)
        await send({'type': 'http.response.start', 'status': 200, 'headers': [(b'cache-control', b'max-age=31536000')]})
        await send({'type': 'http.response.body', 'body': b'half', 'more_body': True})

    async def receive() -> Message:
        return {'type': 'http.disconnect'}

    async def send(message: Message) -> None:
        sent.append(message)

    kept = KeptFiles(somebody_who_leaves)
    for _ in range(2):
        await kept({'type': 'http', 'method': 'GET', 'path': '/', 'query_string': b'', 'headers': []}, receive, send)
    assert (len(asked), len(sent)) == (2, 4)


@pytest.mark.parametrize('header', kept_files.OF_ITS_OWN)
async def test_who_asks_for_less_than_the_file_is_not_given_it_from_memory(
    files: CountedFiles, client: httpx.AsyncClient, header: str
) -> None:
    await client.get('/whole/a')
    await client.get('/whole/a', headers={header: 'bytes=0-1'})
    assert files.asked == 2


async def test_another_query_is_another_file(files: CountedFiles, client: httpx.AsyncClient) -> None:
    assert (await client.get('/whole/a')).text == TEXT
    assert (await client.get('/whole/a?b=1')).text == TEXT + 'b=1'


async def test_no_more_than_so_many_are_kept(
    files: CountedFiles, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_files, 'MOST', 2)
    for name in 'abcabc':
        await client.get(f'/whole/{name}')
    assert files.asked == 4


async def test_the_app_keeps_its_files(parts: Parts, page: Browser) -> None:
    asked = []

    @app.get('/counted', include_in_schema=False)
    def counted() -> Response:
        asked.append(1)
        return PlainTextResponse('', headers={'Cache-Control': style['cache-control']})

    style = (await page.http.get(static('guilherme.css'))).headers
    await page.http.get('/counted')
    await page.http.get('/counted')
    assert len(asked) == 1
