"""Who is called by a request, against the real process: DNS rebinding comes with a name of its own."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from tests.support.app_process import AppProcess, running_app
from tests.support.raw_http import UPGRADE, Answer, ask

SOCKET = '/_nicegui_ws/socket.io/?EIO=4&transport='
NOBODY = 'http://127.0.0.1:9'
DOORS = {
    'page': 'GET /',
    'a page that is not there': 'GET /nothing',
    'settings': 'GET /settings',
    'conversation': 'GET /c/00000000-0000-4000-8000-000000000000',
    'archive': 'GET /export/archive',
    'export': 'GET /c/00000000-0000-4000-8000-000000000000/export/md',
    'import': 'POST /import',
    'health': 'GET /healthz',
    'readiness': 'GET /readyz',
    'manifest': 'GET /manifest.webmanifest',
    'file of the page': 'GET /_nicegui/3.18.0/static/nicegui.js',
    'long polling': f'GET {SOCKET}polling',
    'sending by long polling': f'POST {SOCKET}polling&sid=x',
    'preflight': f'OPTIONS {SOCKET}polling',
    'websocket': f'GET {SOCKET}websocket',
    'head': 'HEAD /',
}

SETTINGS: dict[str, dict[str, str]] = {
    'local': {'GUILHERME_ALLOWED_HOSTS': 'chat.example.org,*.lan.example,xn--caf-dma.example'},
    'open': {'GUILHERME_HOST': '0.0.0.0', 'GUILHERME_TRUSTED_PROXIES': '192.0.2.1'},
}


@pytest_asyncio.fixture(scope='module', loop_scope='session')
async def apps(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[str, AppProcess]]:
    async with AsyncExitStack() as stack:
        folder = tmp_path_factory.mktemp('gate')
        yield {
            name: await stack.enter_async_context(running_app(folder / name, NOBODY, command=('main.py',), **settings))
            for name, settings in SETTINGS.items()
        }


async def knock(app: AppProcess, door: str, *headers: str | bytes) -> Answer:
    """Ask for one of the doors with these headers."""
    method, path = DOORS[door].split(' ')
    upgrade = UPGRADE if door == 'websocket' else ('Connection: close',)
    length = ('Content-Length: 0',) if method == 'POST' else ()
    return await ask(app.port, f'{method} {path} HTTP/1.1', *headers, *upgrade, *length)


@pytest.mark.parametrize('door', DOORS)
async def test_every_door_is_closed_to_a_foreign_name(apps: dict[str, AppProcess], door: str) -> None:
    for app in apps.values():
        for host in ('evil.example', f'evil.example:{app.port}', 'localhost.evil.example', 'localhost.evil.example.'):
            answer = await knock(app, door, f'Host: {host}')
            assert (answer.status, host) == (421, host)
            assert door == 'head' or f'GUILHERME_ALLOWED_HOSTS={host.partition(":")[0].rstrip(".")}' in answer.text
    assert all(app.new_complaints() == '' for app in apps.values())


@pytest.mark.parametrize('door', ['page', 'archive', 'long polling', 'websocket'])
async def test_a_page_of_a_foreign_name_cannot_say_it_came_through_a_proxy(
    apps: dict[str, AppProcess], door: str
) -> None:
    for forwarded in ('127.0.0.1', 'localhost', 'chat.example.org'):
        headers = f'X-Forwarded-Host: {forwarded}', 'X-Forwarded-For: 127.0.0.1', f'Forwarded: host={forwarded}'
        for app in apps.values():
            assert (await knock(app, door, 'Host: evil.example', *headers)).status == 421


@pytest.mark.parametrize('door', ['page', 'archive', 'long polling', 'websocket', 'import'])
@pytest.mark.parametrize(
    'headers',
    [
        (),
        ('Host:',),
        ('Host: ',),
        ('Host: localhost', 'Host: evil.example'),
        ('Host: localhost', 'Host: localhost'),
        ('Host: user@localhost',),
        ('Host: localhost, evil.example',),
        ('Host: localhost evil.example',),
        ('Host: [::1',),
        ('Host: localhost:99999999',),
        ('Host: localhost..',),
        (b'Host: \xff.example',),
        (b'Host: caf\xc3\xa9.example',),
        ('Host: xn--\x80.example',),
        ('Host: ' + 'a' * 10_000,),
    ],
)
async def test_who_does_not_say_clearly_whom_it_calls_gets_no_answer(
    apps: dict[str, AppProcess], door: str, headers: tuple[str | bytes, ...]
) -> None:
    assert (await knock(apps['open'], door, *headers)).status == 400
    assert apps['open'].new_complaints() == ''


@pytest.mark.parametrize('line', ['GET / HTTP/1.0', 'GET http://localhost/ HTTP/1.0'])
async def test_http_1_0_has_to_say_it_too(apps: dict[str, AppProcess], line: str) -> None:
    port = apps['local'].port
    assert (await ask(port, line)).status == 400
    assert (await ask(port, line, 'Host: evil.example')).status == 421
    assert (await ask(port, line, 'Host: localhost')).status == 200


async def test_the_line_of_a_request_is_no_other_name(apps: dict[str, AppProcess]) -> None:
    port = apps['local'].port
    assert (await ask(port, 'GET http://localhost/ HTTP/1.1', 'Host: evil.example', 'Connection: close')).status == 421
    assert (
        await ask(port, 'GET http://u@localhost/ HTTP/1.1', 'Host: evil.example', 'Connection: close')
    ).status == 421


OURS = ('localhost', 'LOCALHOST:8080', 'localhost.', 'a.localhost', '127.0.0.1', '127.8.8.8:1', '[::1]', '[0::1]:8080')


@pytest.mark.parametrize('door', ['page', 'long polling', 'websocket'])
async def test_our_names_are_answered_to(apps: dict[str, AppProcess], door: str) -> None:
    named = 'chat.example.org', 'CHAT.example.org.:443', 'a.lan.example', 'xn--caf-dma.example'
    for app, hosts in ((apps['local'], OURS + named), (apps['open'], (*OURS, '192.0.2.7:8080', '[2001:db8::1]'))):
        for host in hosts:
            assert ((await knock(app, door, f'Host: {host}')).status, host) == (
                101 if door == 'websocket' else 200,
                host,
            )


async def test_an_address_that_is_not_listened_at_is_none_of_ours(apps: dict[str, AppProcess]) -> None:
    assert (await knock(apps['local'], 'page', 'Host: 192.0.2.7')).status == 421


@pytest.mark.parametrize('door', ['page', 'long polling', 'websocket'])
async def test_a_trusted_proxy_may_name_any_host_if_its_own_call_is_for_us(
    apps: dict[str, AppProcess], door: str
) -> None:
    fine = 101 if door == 'websocket' else 200
    for named, status in (
        ('chat.example.org', fine),
        ('chat.example.org, a.lan.example', fine),
        ('team.example.net', fine),
        ('team.example.net, chat.example.org', fine),
        ('user@chat.example.org', 400),
        (',', 400),
    ):
        answer = await knock(apps['local'], door, 'Host: 127.0.0.1', f'X-Forwarded-Host: {named}')
        assert (answer.status, named) == (status, named)
        foreign = await knock(apps['local'], door, 'Host: evil.example', f'X-Forwarded-Host: {named}')
        assert (foreign.status, named) == (421 if status == fine else 400, named)


@pytest.mark.parametrize('door', ['long polling', 'websocket'])
async def test_a_line_is_for_pages_of_the_host_the_browser_was_told(apps: dict[str, AppProcess], door: str) -> None:
    fine, refused = (101, 403) if door == 'websocket' else (200, 400)
    behind = 'Host: 127.0.0.1', 'X-Forwarded-Host: chat.example.org', 'X-Forwarded-Proto: https'
    for headers, origin, status in (
        (('Host: localhost:1',), 'http://localhost:1', fine),
        (('Host: localhost:1',), 'http://localhost:2', refused),
        (('Host: localhost:1',), 'https://localhost:1', refused),
        (('Host: localhost:1',), 'null', refused),
        (('Host: xn--caf-dma.example',), 'http://xn--caf-dma.example', fine),
        (behind, 'https://chat.example.org', fine),
        (behind, 'http://chat.example.org', refused),
        (behind, 'http://127.0.0.1', refused),
        (behind, 'https://evil.example', refused),
    ):
        answer = await knock(apps['local'], door, *headers, f'Origin: {origin}')
        assert (answer.status, headers, origin) == (status, headers, origin)
    stranger = 'Host: localhost', 'X-Forwarded-Host: 192.0.2.7', 'X-Forwarded-Proto: https'
    for origin in ('https://192.0.2.7', 'https://localhost', 'http://192.0.2.7'):
        assert (await knock(apps['open'], door, *stranger, f'Origin: {origin}')).status == refused
    for app in apps.values():
        assert 'is not an accepted origin' in app.log()
        app.new_complaints()  # that line; an app says it once


async def test_only_a_trusted_proxy_puts_a_path_before_ours(apps: dict[str, AppProcess]) -> None:
    async def links(app: AppProcess, prefix: str) -> str:
        return (await knock(app, 'manifest', 'Host: localhost', f'X-Forwarded-Prefix: {prefix}')).text

    assert '"start_url":"/chat/"' in await links(apps['local'], '/chat')
    assert '"start_url":"/chat/"' in await links(apps['local'], '/chat/')
    for prefix in ('//evil.example', 'https://evil.example', '/a"b', '/a//b', '\\\\evil.example'):
        assert '"start_url":"/"' in await links(apps['local'], prefix)
    assert '"start_url":"/"' in await links(apps['open'], '/chat')
    moved = await ask(
        apps['open'].port, 'GET /settings/ HTTP/1.1', 'Host: localhost', 'X-Forwarded-Prefix: //evil.example'
    )
    assert 'evil' not in moved.text


async def test_it_is_said_in_the_language_of_the_person(apps: dict[str, AppProcess]) -> None:
    answer = await knock(apps['local'], 'page', 'Host: minha.example', 'Accept-Language: pt-BR')
    assert 'Não' in answer.text
    assert 'GUILHERME_ALLOWED_HOSTS=minha.example' in answer.text


async def test_the_log_names_only_so_many(apps: dict[str, AppProcess]) -> None:
    app = apps['local']
    for number in range(40):
        assert (await knock(app, 'page', f'Host: {number}.evil.example')).status == 421
    assert app.log().count('Refused a request to') <= 20
