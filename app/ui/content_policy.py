"""The content security policy: the third net, should hostile text ever get through the two cleanings before it.

Scripts run only with the page's own nonce. `unsafe-eval` stays: Vue compiles its templates in the browser and NiceGUI
sends what to do as code; without it no page works. Styles may be inline because NiceGUI writes them so.
Images may be of our own origin, for the icons; what is no file of a page, `edge/purposes.py` gives to no image.
"""

import secrets

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)


class ContentPolicy:
    """ASGI middleware that gives every HTML page a fresh nonce, the policy, and the usual headers of caution."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, HTML with its policy."""
        if scope['type'] != 'http':
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, _Page(send).send)


class _Page:
    """One response. A page is held until it is whole: the nonce goes into it, so its length changes."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = bytearray()

    async def send(self, message: Message) -> None:
        if message['type'] == 'http.response.start':
            headers = MutableHeaders(scope=message)
            headers['X-Content-Type-Options'] = 'nosniff'
            headers['Referrer-Policy'] = 'no-referrer'
            if headers.get('content-type', '').startswith('text/html'):
                self._start = message
                return
        elif self._start is not None and message['type'] == 'http.response.body':
            self._body += message.get('body', b'')
            if not message.get('more_body'):
                await self._send_page(self._start)
            return
        await self._send(message)

    async def _send_page(self, start: Message) -> None:
        nonce = secrets.token_urlsafe(16)
        # What people and models wrote stands in the page escaped, so every "<script" in it is the app's own.
        body = bytes(self._body).replace(b'<script', f'<script nonce="{nonce}"'.encode())
        headers = MutableHeaders(scope=start)
        headers['Content-Security-Policy'] = POLICY.format(nonce=nonce)
        headers['Content-Length'] = str(len(body))
        await self._send(start)
        await self._send({'type': 'http.response.body', 'body': body})
