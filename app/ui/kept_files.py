"""Files that never change are read and compressed once: a first visit asks for dozens of them at the same moment."""

import asyncio
from collections import OrderedDict
from collections.abc import Collection

from nicegui import __version__
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.ui.edge.purposes import own_path
from app.ui.theme import YEAR, static

ROOM, MOST = 16_000_000, 500
"""Bytes and files kept. A page needs 1.5 MB of some 40, compressed; all there are come to 8 MB of 330."""

LARGEST = ROOM // 3
"""Bytes of the largest file kept."""

PIECE = 64 * 1024
"""Bytes that go out at once: who takes them slowly shall not have the whole file waiting for it."""

MARK = f'max-age={YEAR}'
"""What such files say of themselves in Cache-Control."""

NOT_ABOUT_CONTENT = frozenset({b'range', b'if-none-match', b'if-modified-since', b'if-range'})
"""Headers that may be answered with less than the file. It is made without them, so that all get the same one."""

_Key = tuple[str, bool]
_Kept = tuple[Message, bytes]


class KeptFiles:
    """ASGI middleware that answers from memory what browsers may keep for a year.

    It belongs around everything else, so that what is kept is what went out: compressed, with all headers. A query
    changes nothing of a file, so whatever stands behind the `?`, it is the same one. Who asks for a file that is being
    made waits for it; those that were not asked for the longest make room. `folders` are the beginnings of their paths.
    """

    def __init__(self, app: ASGIApp, folders: Collection[str]) -> None:
        self._app = app
        self._folders = tuple(folders)
        self._kept: OrderedDict[_Key, _Kept] = OrderedDict()
        self._making: dict[_Key, asyncio.Task[_Kept]] = {}
        self.size = 0
        """Bytes kept now."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what is kept, or pass the request on."""
        key = self._key(scope)
        if key is None:
            await self._app(scope, receive, send)
            return
        start, body = self._kept.get(key) or await self._made(key, scope)
        if key in self._kept:
            self._kept.move_to_end(key)
        if _is_known(scope, start):
            start, body = _not_modified(start), b''
        await send(start)
        for begin in range(0, len(body), PIECE):
            await send({'type': 'http.response.body', 'body': body[begin : begin + PIECE], 'more_body': True})
        await send({'type': 'http.response.body', 'body': b''})

    def _key(self, scope: Scope) -> _Key | None:
        """Give what the file depends on, None where it can depend on more."""
        if scope['type'] != 'http' or scope['method'] != 'GET' or not own_path(scope).startswith(self._folders):
            return None
        return scope['path'], 'gzip' in Headers(scope=scope).get('accept-encoding', '')

    async def _made(self, key: _Key, scope: Scope) -> _Kept:
        """Make a file, once for all who ask meanwhile; whoever asked first may leave."""
        if key not in self._making:
            self._making[key] = asyncio.create_task(self._make(key, scope), name=f'read {key[0]}')
            self._making[key].add_done_callback(lambda _: self._making.pop(key))
        return await asyncio.shield(self._making[key])

    async def _make(self, key: _Key, scope: Scope) -> _Kept:
        response = _Response()
        headers = [each for each in scope['headers'] if each[0] not in NOT_ABOUT_CONTENT]
        await self._app({**scope, 'query_string': b'', 'headers': headers}, _nothing_more(), response.take)
        made = response.whole()
        if response.is_to_be_kept and len(made[1]) <= LARGEST:
            self._keep(key, made)
        return made

    def _keep(self, key: _Key, made: _Kept) -> None:
        self._kept[key] = made
        self.size += len(made[1])
        while self.size > ROOM or len(self._kept) > MOST:
            _, (_, body) = self._kept.popitem(last=False)
            self.size -= len(body)


def unchanging() -> tuple[str, ...]:
    """Give the beginnings of the paths of files that never change, NiceGUI's and ours: an address names the content."""
    return f'/_nicegui/{__version__}/', static('')


def _nothing_more() -> Receive:
    """Give what a request without a body says, by somebody who never leaves."""
    said = iter([{'type': 'http.request', 'body': b'', 'more_body': False}])

    async def receive() -> Message:
        for message in said:
            return message
        return await asyncio.Future()

    return receive


def _is_known(scope: Scope, start: Message) -> bool:
    """Tell whether the browser has the file already."""
    tag = Headers(raw=start['headers']).get('etag')
    known = Headers(scope=scope).get('if-none-match', '').split(',')
    return tag is not None and tag.removeprefix('W/') in {each.strip().removeprefix('W/') for each in known}


def _not_modified(start: Message) -> Message:
    headers = MutableHeaders(raw=[*start['headers']])
    for name in ('content-length', 'content-encoding', 'content-type'):
        del headers[name]
    return {**start, 'status': 304, 'headers': headers.raw}


class _Response:
    """A response as it comes."""

    def __init__(self) -> None:
        self._start: Message | None = None
        self._body = bytearray()
        self._is_whole = False

    async def take(self, message: Message) -> None:
        """Note a part of it."""
        if message['type'] == 'http.response.start':
            self._start = message
        elif message['type'] == 'http.response.body':
            self._body += message.get('body', b'')
            self._is_whole = not message.get('more_body')

    @property
    def is_to_be_kept(self) -> bool:
        """Tell whether it is a whole file that will not change."""
        if self._start is None or not self._is_whole or self._start['status'] != 200:
            return False
        return MARK in Headers(raw=self._start['headers']).get('cache-control', '')

    def whole(self) -> _Kept:
        """Give all of it.

        Raises:
            RuntimeError: it broke off.
        """
        if self._start is None or not self._is_whole:
            raise RuntimeError('the response broke off')
        headers = MutableHeaders(raw=[*self._start['headers']])
        headers['content-length'] = str(len(self._body))
        return {**self._start, 'headers': headers.raw}, bytes(self._body)
