"""The gate: who is called by a request, and what is believed of what a reverse proxy adds to it."""

import logging
import re
from collections.abc import Container, Sequence

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.ui.edge.answering import answer
from app.ui.edge.hosts import AllowedHosts, host_of
from app.ui.preferences import Preferences
from app.ui.translations import Translator, translator

FORWARDED = b'x-forwarded-'
PATH = re.compile(rb"(?:/[\w.~%!$&'()*+,;=:@-]+)+/?", re.ASCII)
"""What a proxy may put before our paths (RFC 3986). Two slashes at its beginning would be another host."""

MOST_TOLD = 20
"""Different names that are named in the log: whoever asks may think of any number of them."""

Headers = Sequence[tuple[bytes, bytes]]

log = logging.getLogger(__name__)


class Gate:
    """ASGI layer that lets through what calls the app by one of its names, pages and websockets alike.

    `X-Forwarded-*` is taken away unless it comes from a proxy that is `trusted` (by its address). Such a proxy may name
    any host, but `Host` has to be ours all the same: a browser on the proxy's machine has the proxy's address, and a
    page in it may send any header but `Host`. What is inside of here finds one `Host`: the one the browser was told.
    """

    def __init__(self, app: ASGIApp, hosts: AllowedHosts, trusted: Container[str], language_setting: str) -> None:
        self._app = app
        self._hosts = hosts
        self._trusted = trusted
        self._language_setting = language_setting
        self._told: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or say why not."""
        if scope['type'] not in ('http', 'websocket'):
            await self._app(scope, receive, send)
            return
        peer = scope.get('client') or ('', 0)
        if peer[0] not in self._trusted:
            scope['headers'] = [each for each in scope['headers'] if not each[0].startswith(FORWARDED)]
        called = _called(scope['headers'])
        hosts = [host_of(name.decode('latin-1')) for name in called]
        if not hosts or None in hosts:
            t = self._words(scope)
            await answer(scope, send, 400, t('This request does not say clearly whom it calls.'))
        elif not self._hosts.allow(str(hosts[0])):
            await self._refuse(str(hosts[0]), scope, send)
        else:
            scope['headers'] = _seen_from_inside(scope['headers'], called)
            await self._app(scope, receive, send)

    async def _refuse(self, host: str, scope: Scope, send: Send) -> None:
        if host not in self._told and len(self._told) < MOST_TOLD:
            self._told.add(host)
            log.warning('Refused a request to %s. If that is a name of yours: GUILHERME_ALLOWED_HOSTS=%s', host, host)
        t = self._words(scope)
        sentence = t(
            'I do not answer to the name {host}. If it is meant to lead here, whoever runs Guilherme has to start it '
            'with GUILHERME_ALLOWED_HOSTS={host}'
        )
        # 421: asked for a name this server is not set up for (RFC 9110, 15.5.20).
        await answer(scope, send, 421, sentence.format(host=host))

    def _words(self, scope: Scope) -> Translator:
        request = Request({**scope, 'type': 'http'})
        return translator(Preferences.of(request, self._language_setting).language)


def _called(headers: Headers) -> list[bytes]:
    """Give every host a request names, `Host` first and what the browser was told last; none unless `Host` is clear."""
    hosts = [value for name, value in headers if name == b'host']
    if len(hosts) != 1:
        return []
    forwarded = [value for name, value in headers if name == FORWARDED + b'host']
    return hosts + [each.strip() for each in reversed(b','.join(forwarded).split(b','))] if any(forwarded) else hosts


def _seen_from_inside(headers: Headers, called: list[bytes]) -> list[tuple[bytes, bytes]]:
    """Put the host the browser was told in the place of `Host`, and leave out a path before ours that is none."""
    if not any(name.startswith(FORWARDED) for name, _ in headers):
        return list(headers)
    prefixes = [value for name, value in headers if name == FORWARDED + b'prefix']
    replaced = (b'host', FORWARDED + b'host', FORWARDED + b'prefix')
    kept = [each for each in headers if each[0] not in replaced]
    if prefixes and PATH.fullmatch(prefixes[0]):
        kept.append((FORWARDED + b'prefix', prefixes[0].rstrip(b'/')))
    return [(b'host', called[-1]), *kept]
