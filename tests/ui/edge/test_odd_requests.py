"""Nothing a stranger sends is answered with 500 or writes a traceback: the real process, on the wire."""

import asyncio
import html
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from nicegui import __version__
from nicegui.dependencies import esm_modules

from app.ui.theme import static
from tests.support.app_process import AppProcess, running_app
from tests.support.raw_http import UPGRADE, ask

INSIDE = f'/_nicegui/{__version__}'
MODULES = f'{INSIDE}/esm/{next(iter(esm_modules))}'
LINE = '/_nicegui_ws/socket.io/?EIO=4&transport='
SOMEBODY = '00000000-0000-4000-8000-000000000000'

FOLDERS = (f'{INSIDE}/static', f'{INSIDE}/libraries', f'{INSIDE}/components', f'{INSIDE}/resources/x', MODULES)
ODD_NAMES = (
    '%00',
    'a%00b',
    '%0a',
    '%ff%fe',
    '%ed%a0%80',
    '%',
    '%zz',
    'a' * 300,
    'a/' * 3000,
    '..%2f..%2f..',
    '%5c..',
    '//',
)
PATHS = (
    *(f'{folder}/{name}' for folder in (*FOLDERS, static('').rstrip('/'), '', '/c', '/files') for name in ODD_NAMES),
    *(f'/c/{name}/export/{ending}' for name in ('%00', '%ed%a0%80', SOMEBODY) for ending in ('md', '%00', 'a' * 150)),
    *(f'/c/{SOMEBODY}?m={value}' for value in ('', 'zz', '%00', '%ff', '%ed%a0%80', 'a' * 20_000)),
    *(
        '/?next_message_id=abc',
        '/?' + 'a=1&' * 10_000,
        '/settings/',
        '//evil.example/settings/',
        '*',
        'http://127.0.0.1',
    ),
    *('http://', 'http://[::1/', '?', '/a b', '/\xff', 'evil:80'),
    *(f'{LINE}polling{more}' for more in ('&j=0', '&j=abc', '&sid=%0a2026-01-01%20forged', '&%ff', '&EIO=3')),
    *(f'{LINE}{transport}' for transport in ('', 'websocket', '%ff')),
    *('/_nicegui_ws', '/_nicegui_ws/', '/_nicegui_ws/x', '/_nicegui_ws/socket.io/%00?EIO=4'),
)
HEADERS = (
    *(
        'Cookie: \xff=\x80; guilherme_language=x',
        'Cookie: ' + 'a=b;' * 5_000,
        'Accept-Language: ;q=;;,,q=9e999,*;q=nan',
    ),
    *('Accept-Language: ' + 'a,' * 20_000, 'Accept-Encoding: \xff', 'Range: bytes=-', 'Range: ' + 'bytes=0-0,' * 2_000),
    *(
        'If-None-Match: \xff',
        'If-Modified-Since: x',
        'Content-Length: abc',
        'Content-Length: -1',
        'Transfer-Encoding: x',
    ),
    *('Origin: http://[', 'Origin: \xff', 'X-Forwarded-For: \xff', 'X-Forwarded-Proto: \xff', 'X-Forwarded-Host: \xff'),
    *(
        'X-Forwarded-Prefix: \xff',
        'Accept: text/markdown',
        'Sec-Purpose: prefetch',
        'X: ' + 'a' * 200_000,
        'Upgrade: h2c',
    ),
)


@pytest_asyncio.fixture(scope='module', loop_scope='session')
async def app(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AppProcess]:
    async with running_app(tmp_path_factory.mktemp('odd'), 'http://127.0.0.1:9', GUILHERME_DEMO='true') as running:
        yield running


@pytest.fixture(autouse=True)
def no_traceback(app: AppProcess) -> Any:
    """Nothing may be in the log but what Engine.IO says of its own refusals."""
    begun = len(app.log())
    yield
    complaints = [
        line for line in app.log()[begun:].splitlines() if re.search('Traceback|ERROR|CRITICAL|never|Warning', line)
    ]
    assert [line for line in complaints if 'further occurrences' not in line] == []
    assert [line for line in app.log().splitlines() if line.startswith('2026-01-01')] == []


async def test_odd_paths(app: AppProcess) -> None:
    for path in PATHS:
        for method in ('GET', 'HEAD', 'POST'):
            line = f'{method} {path} HTTP/1.1'
            answer = await ask(app.port, line, 'Host: localhost', 'Connection: close', 'Content-Length: 0')
            assert answer.status < 500, line[:100]
        answer = await ask(app.port, f'GET {path} HTTP/1.1', 'Host: localhost', *UPGRADE)
        assert answer.status < 500, path[:100]


async def test_odd_headers(app: AppProcess) -> None:
    for header in HEADERS:
        for path in ('/', '/nothing', '/export/archive', f'{INSIDE}/static/nicegui.js', f'{LINE}polling'):
            answer = await ask(app.port, f'GET {path} HTTP/1.1', 'Host: localhost', header, 'Connection: close')
            assert answer.status < 500, (header[:100], path)
        answer = await ask(app.port, f'GET {LINE}websocket HTTP/1.1', 'Host: localhost', header, *UPGRADE)
        assert answer.status < 500, header[:100]


# --- over the line of a page ------------------------------------------------------------------------------------------

HANDSHAKES = (
    '',
    'client_id=CLIENT',
    'client_id=CLIENT&tab_id=t',
    *(
        f'client_id=CLIENT&tab_id=t&document_id=d&next_message_id={number}'
        for number in ('abc', '-5', '9' * 5_000, '٣')
    ),
    'client_id=%ff&tab_id=%00&document_id=%00',
)
EVENT = '42["event",{"client_id":"CLIENT","id":4,"listener_id":"x","args":'
FRAMES = (
    *('', 'x', '7', '9', '²', 'b', 'b!!', '0', '2', '3probe', '5', '6', '4', '4x', '42', '42{}', '42[]', '42[1]'),
    *(
        '42[[]]',
        '42["event"]',
        '42["event",1]',
        '42["event",{}]',
        '42["event",{"client_id":[]}]',
        '42["event",null,null]',
    ),
    *('42["ack",{}]', '42["log",{}]', '42["javascript_response",{}]', '42["handshake"]', '42["handshake",{}]'),
    *(
        '42["connect",{}]',
        '42["disconnect",1,2,3]',
        '43[]',
        '431[]',
        '44{}',
        '451-["event",{"_placeholder":true,"num":9}]',
    ),
    *('459999999999-[]', '46', '40', '40/admin,', '41', '4²', '421[', '42' + '[' * 100_000, '42' + '9' * 101 + '[]'),
    *(EVENT + args + '}]' for args in ('[]', '5', '["{"]', '[1]')),
    *('42["event",{"client_id":"CLIENT"}]', '42["event",{"client_id":"CLIENT","id":[],"args":[],"listener_id":"x"}]'),
    *('42["ack",{"client_id":"CLIENT","next_message_id":"x"}]', '42["log",{"client_id":"CLIENT","level":"x"}]'),
    '42["log",{"client_id":"CLIENT","level":"info","message":"a\\n2026-01-01 00:00:00,000 INFO forged"}]',
    '42["javascript_response",{"client_id":"CLIENT","request_id":[]}]',
)


class Page:
    """One page, asked for and not shown: its id, and what on it listens."""

    def __init__(self, app: AppProcess, text: str) -> None:
        found = re.search(r'client_id[^0-9a-f]+([0-9a-f-]{36})', text)
        elements = re.search(r'String.raw`(.*?)`', text, re.DOTALL)
        assert found is not None and elements is not None
        self.id = found[1]
        self.elements: dict[str, Any] = json.loads(html.unescape(elements[1]))
        self._line = app.url + LINE

    def line(self, transport: str, handshake: str = 'client_id=CLIENT&tab_id=t&document_id=d&next_message_id=0') -> str:
        return f'{self._line}{transport}&implicit_handshake=true&{handshake.replace("CLIENT", self.id)}'


async def page(http: aiohttp.ClientSession, app: AppProcess, path: str = '/') -> Page:
    async with http.get(app.url + path) as answer:
        return Page(app, await answer.text())


async def received(socket: aiohttp.ClientWebSocketResponse) -> Any:
    return (await asyncio.wait_for(socket.receive(), 20)).data


async def still_answers(socket: aiohttp.ClientWebSocketResponse) -> None:
    """Wait until what was sent before was read: the line is closed, or answers."""
    await socket.send_str('40/nobody,')
    while not socket.closed:
        said = await received(socket)
        if not isinstance(said, str) or said.startswith('44/nobody'):
            return


async def test_odd_handshakes(app: AppProcess) -> None:
    async with aiohttp.ClientSession() as http:
        for handshake in HANDSHAKES:
            asked = await page(http, app)
            async with http.ws_connect(asked.line('websocket', handshake)) as socket:
                await socket.send_str('40')
                assert (await received(socket)).startswith('0')
                assert (await received(socket)).startswith('44'), handshake
            async with http.get(asked.line('polling', handshake)) as answer:
                session = json.loads((await answer.text())[1:])['sid']
            address = f'{app.url}{LINE}polling&sid={session}'
            async with http.post(address, data='40') as answer:
                assert answer.status == 200
            async with http.get(address) as answer:
                assert (await answer.text()).startswith('44'), handshake


async def test_odd_frames(app: AppProcess) -> None:
    async with aiohttp.ClientSession() as http:
        shared = await page(http, app)
        frames: tuple[str | bytes, ...] = (*FRAMES, b'\x00', b'2["event"]', '4' + 'a' * 1_000_001)
        for frame in frames:
            async with http.ws_connect(shared.line('websocket')) as socket:
                await socket.send_str('40')
                assert [(await received(socket))[:1], (await received(socket))[:2]] == ['0', '40']
                if isinstance(frame, bytes):
                    await socket.send_bytes(frame)
                else:
                    await socket.send_str(frame.replace('CLIENT', shared.id))
                await still_answers(socket)
            async with http.get(shared.line('polling')) as answer:
                session = json.loads((await answer.text())[1:])['sid']
            async with http.post(f'{app.url}{LINE}polling&sid={session}', data=frame) as answer:
                assert answer.status in (200, 400), frame[:100]


SAID: tuple[Any, ...] = (
    *(None, 0, -1, 2**70, True, '', 'x', '\x00', [], {}, [[]], [None], ['a', 'b']),
    *({'id': None}, {'name': 'pin'}, {'name': 'tag', 'ids': ['x']}, {'name': 'x', 'id': 'x', 'model': 'x', 'text': 5}),
    {'conversation': {}, 'message': [], 'text': None, 'shelf': 'x', 'limit': 'x', 'query': 1, 'filters': 2, 'after': 3},
)


@pytest.mark.parametrize('path', ['/', '/settings'])
async def test_odd_things_said_to_every_listener(app: AppProcess, path: str) -> None:
    async with aiohttp.ClientSession() as http:
        shown = await page(http, app, path)
        listeners = [
            (int(number), event['listener_id'])
            for number, element in shown.elements.items()
            for event in element.get('events', [])
        ]
        assert len(listeners) > 20
        async with http.ws_connect(shown.line('websocket')) as socket:
            await socket.send_str('40')
            for number, listener in listeners:
                for said in SAID:
                    event = {'client_id': shown.id, 'id': number, 'listener_id': listener, 'args': [json.dumps(said)]}
                    await socket.send_str('42' + json.dumps(['event', event]))
            await still_answers(socket)
            assert not socket.closed
