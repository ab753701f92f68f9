import asyncio
from collections.abc import AsyncIterator
from random import randbytes

import httpx
import pytest
from nicegui import __version__, app
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
FOLDERS = '/whole/', '/pieces', '/missing', '/today', '/large'


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
            Route('/large/{name}', self.large),
            Route('/elsewhere', self.whole),
        ]
        self.kept = KeptFiles(Starlette(routes=routes, middleware=[Middleware(GZipMiddleware)]), FOLDERS)
        return self.kept

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

    async def large(self, request: Request) -> Response:
        self.asked += 1
        return Response(randbytes(300_000), headers=FOREVER)

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


async def test_what_broke_off_is_neither_kept_nor_sent() -> None:
    sent = []

    async def somebody_who_stops(scope: Scope, receive: Receive, send: Send) -> None:
        await send({'type': 'http.response.start', 'status': 200, 'headers': [(b'cache-control', b'max-age=31536000')]})
        await send({'type': 'http.response.body', 'body': b'half', 'more_body': True})

    async def receive() -> Message:
        return {'type': 'http.disconnect'}

    async def send(message: Message) -> None:
        sent.append(message)

    kept = KeptFiles(somebody_who_stops, ['/'])
    for _ in range(2):
        with pytest.raises(RuntimeError):
            await kept(
                {'type': 'http', 'method': 'GET', 'path': '/', 'query_string': b'', 'headers': []}, receive, send
            )
    assert (kept.size, sent) == (0, [])


async def test_who_asks_for_a_part_gets_the_file_as_it_is(files: CountedFiles, client: httpx.AsyncClient) -> None:
    for headers in ({'range': 'bytes=0-1'}, {'if-none-match': '"2"'}, {'if-modified-since': 'x'}):
        answer = await client.get('/whole/a', headers=headers)
        assert (answer.status_code, answer.text) == (200, TEXT)
    assert files.asked == 1


async def test_who_has_the_file_is_told_so(files: CountedFiles, client: httpx.AsyncClient) -> None:
    for known in ('"1"', 'W/"1"', '"0", "1"'):
        answer = await client.get('/whole/a', headers={'if-none-match': known})
        assert (answer.status_code, answer.content) == (304, b'')
        assert 'content-encoding' not in answer.headers
        assert answer.headers['etag'] == '"1"'
    assert files.asked == 1


async def test_a_query_changes_nothing_of_a_file(files: CountedFiles, client: httpx.AsyncClient) -> None:
    for number in range(220):
        assert (await client.get(f'/whole/a?junk={number}')).text == TEXT
    assert files.asked == 1
    assert files.kept.size < 2 * len(TEXT.encode())


async def test_elsewhere_everything_is_asked_for_anew(files: CountedFiles, client: httpx.AsyncClient) -> None:
    assert (await client.get('/elsewhere?b=1')).text == TEXT + 'b=1'
    assert (await client.get('/elsewhere?b=1')).text == TEXT + 'b=1'
    assert (files.asked, files.kept.size) == (2, 0)


async def test_those_who_ask_at_once_wait_for_one_another(files: CountedFiles, client: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(client.get(f'/large/a?{number}') for number in range(20)))
    assert files.asked == 1
    assert len({answer.content for answer in answers}) == 1


async def test_a_large_file_goes_out_in_pieces_that_whoever_takes_it_slowly_waits_for(files: CountedFiles) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {'type': 'http.disconnect'}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {'type': 'http', 'method': 'GET', 'path': '/large/a', 'query_string': b'', 'headers': [], 'root_path': ''}
    await files.app()(scope, receive, send)
    assert [len(message['body']) for message in sent[1:]] == [65_536] * 4 + [300_000 - 4 * 65_536, 0]


async def test_no_more_bytes_and_files_than_so_many_are_kept(
    files: CountedFiles, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_files, 'ROOM', 1_000_000)
    monkeypatch.setattr(kept_files, 'MOST', 3)
    for name in 'abcdef':
        await client.get(f'/large/{name}')
        await client.get('/large/a')  # what is asked for stays
        assert files.kept.size <= 1_000_000
    assert files.asked == 6
    for name in 'abcdef':
        await client.get(f'/whole/{name}')
    assert files.kept.size < 3 * len(TEXT.encode())


async def test_too_large_a_file_is_not_kept(
    files: CountedFiles, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_files, 'LARGEST', 299_999)
    await client.get('/large/a')
    assert files.kept.size == 0


async def test_the_app_keeps_its_files(parts: Parts, page: Browser) -> None:
    asked = []

    counted_file = f'/_nicegui/{__version__}/counted'

    @app.get(counted_file, include_in_schema=False)
    def counted() -> Response:
        asked.append(1)
        return PlainTextResponse('', headers={'Cache-Control': style['cache-control']})

    style = (await page.http.get(static('guilherme.css'))).headers
    for query in ('', '?', '?junk', '?junk=2'):
        await page.http.get(counted_file + query)
    assert len(asked) == 1
