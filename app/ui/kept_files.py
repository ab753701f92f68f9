"""Files that never change are read and compressed once: a first visit asks for dozens of them at the same moment."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.ui.theme import YEAR

MOST = 200
"""Files kept. A page needs some 40; what is asked for when all places are taken is made anew each time."""

OF_ITS_OWN = ('range', 'if-none-match', 'if-modified-since')
"""Headers of requests that may be answered with something else than the whole file."""

MARK = f'max-age={YEAR}'
"""What such files say of themselves in Cache-Control, those of NiceGUI and ours: the address names the content."""

_Key = tuple[str, bytes, bool]
_Kept = tuple[Message, Message]


class KeptFiles:
    """ASGI middleware that answers from memory what browsers may keep for a year.

    It belongs around everything else, so that what is kept is what went out: compressed, with all headers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._kept: dict[_Key, _Kept] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what is kept, or pass the request on."""
        key = _key(scope)
        if key is None:
            await self._app(scope, receive, send)
        elif key in self._kept:
            for message in self._kept[key]:
                await send(message)
        else:
            response = _Response(send)
            await self._app(scope, receive, response.send)
            if len(self._kept) < MOST and (kept := response.kept()):
                self._kept[key] = kept


def _key(scope: Scope) -> _Key | None:
    """Give what a response depends on, None where it can depend on more."""
    if scope['type'] != 'http' or scope['method'] != 'GET':
        return None
    headers = Headers(scope=scope)
    if any(name in headers for name in OF_ITS_OWN):
        return None
    return scope['path'], scope['query_string'], 'gzip' in headers.get('accept-encoding', '')


class _Response:
    """A response on its way out."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = bytearray()
        self._is_whole = False

    async def send(self, message: Message) -> None:
        """Send a part of it on, and note it if it is one to be kept."""
        if message['type'] == 'http.response.start':
            if message['status'] == 200 and MARK in Headers(raw=message['headers']).get('cache-control', ''):
                self._start = message
        elif self._start is not None:
            self._body += message.get('body', b'')
            self._is_whole = not message.get('more_body')
        await self._send(message)

    def kept(self) -> _Kept | None:
        """Give all of it, None if it is not to be kept or did not come to its end."""
        if self._start is None or not self._is_whole:
            return None
        return self._start, {'type': 'http.response.body', 'body': bytes(self._body)}
