import re
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from app.bootstrap import Parts
from app.ui.content_policy import ContentPolicy
from tests.replies.waiting import until
from tests.ui.simulated import Browser

LARGE = '<script>1</script>' + 'ã' * 500_000 + '<script src="/x.js"></script>'


async def whole(request: Request) -> Response:
    return HTMLResponse(LARGE)


async def in_pieces(request: Request) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        raw = LARGE.encode()
        for at in range(0, len(raw), 70_001):  # cuts letters and tags
            yield raw[at : at + 70_001]

    return StreamingResponse(pieces(), media_type='text/html; charset=utf-8')


async def no_page(request: Request) -> Response:
    return PlainTextResponse('<script>1</script>')


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    routes = [Route('/whole', whole), Route('/pieces', in_pieces), Route('/text', no_page)]
    transport = httpx.ASGITransport(ContentPolicy(Starlette(routes=routes)))
    async with httpx.AsyncClient(transport=transport, base_url='http://test') as opened:
        yield opened


def nonce_of(response: httpx.Response) -> str:
    found = re.search(r"'nonce-([\w-]+)'", response.headers['content-security-policy'])
    assert found is not None
    return found[1]


@pytest.mark.parametrize('path', ['/whole', '/pieces'])
async def test_every_script_of_a_page_has_the_nonce_and_the_rest_is_as_it_was(
    client: httpx.AsyncClient, path: str
) -> None:
    response = await client.get(path)
    nonce = nonce_of(response)
    assert response.text.replace(f' nonce="{nonce}"', '') == LARGE
    assert response.text.count(f'<script nonce="{nonce}"') == 2
    assert int(response.headers['content-length']) == len(response.content)


async def test_every_page_has_another_nonce(client: httpx.AsyncClient) -> None:
    assert len({nonce_of(await client.get('/whole')) for _ in range(5)}) == 5


async def test_what_is_no_page_stays_as_it_is(client: httpx.AsyncClient) -> None:
    response = await client.get('/text')
    assert response.text == '<script>1</script>'
    assert 'content-security-policy' not in response.headers
    assert response.headers['x-content-type-options'] == 'nosniff'


@pytest.mark.parametrize('path', ['/', '/c/nonsense', '/settings'])
async def test_no_page_of_the_app_has_a_script_without_the_nonce(parts: Parts, page: Browser, path: str) -> None:
    response = await page.http.get(path, headers={'accept': 'text/html'})
    nonce = nonce_of(response)
    assert response.text.count('<script') == response.text.count(f'<script nonce="{nonce}"') > 0
    policy = dict(part.strip().split(' ', 1) for part in response.headers['content-security-policy'].split(';'))
    assert policy['script-src'] == f"'self' 'nonce-{nonce}' 'unsafe-eval'"
    assert (policy['default-src'], policy['object-src'], policy['img-src']) == ("'self'", "'none'", "'self' data:")


async def test_what_people_write_gets_no_nonce(parts: Parts, page: Browser) -> None:
    await page.open('/')
    conversation_id = page.send('<script>alert(1)</script>')
    await until(lambda: page.heading()['title'] == '<script>alert(1)</script>')
    response = await page.http.get(f'/c/{conversation_id}')
    assert 'alert(1)' in response.text
    assert not re.search(r'<script[^>]*>\s*alert', response.text)
