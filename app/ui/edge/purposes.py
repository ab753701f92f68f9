"""What a request is for, as browsers say (Fetch Metadata): pages and data are neither images nor scripts.

Browsers send these headers over TLS and to this machine. Older ones, and programs like curl, send none and are let in.
"""

from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.ui.edge.answering import answer

OWN = frozenset({'same-origin', 'none'})
"""Where a request of ours comes from: a page of ours, or the person, who typed an address or chose a bookmark."""

ASSETS = ('/_nicegui/', '/static/', '/files/', '/favicon.ico', '/manifest.webmanifest')
"""Beginnings of the paths of what pages are made of, images of messages included. They cost little and do nothing."""

DATA = frozenset({'empty', 'iframe', 'websocket'})
"""What scripts of ours ask for, and our pages within another of the same origin."""

DOWNLOADS = frozenset({'document', 'empty'})
"""What a click on a link asks for, whether a page or a file comes of it, and what scripts do."""


class Purposes:
    """ASGI layer that lets other sites link to us, and nothing else; what is no asset is not taken for one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope['type'] in ('http', 'websocket') and not _is_wanted(scope):
            await answer(scope, send, 403, 'Forbidden')
        else:
            await self._app(scope, receive, send)


def own_path(scope: Scope) -> str:
    """Give the path within the app, without the one below which it is served."""
    return str(scope['path']).removeprefix(scope.get('root_path', ''))


def is_own(headers: Mapping[str, str]) -> bool:
    """Tell whether a request comes from a page of ours (or from no page at all), and from no other site."""
    if headers.get('sec-fetch-site', 'same-origin') not in OWN:
        return False
    origin = headers.get('origin')
    return origin is None or origin.partition('://')[2] == headers.get('host')


def is_download(headers: Mapping[str, str]) -> bool:
    """Tell whether a person of ours wants a file."""
    return is_own(headers) and headers.get('sec-fetch-dest', 'document') in DOWNLOADS


def _is_wanted(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    purpose = headers.get('sec-fetch-dest', 'empty')
    if purpose == 'document':
        return True
    if headers.get('sec-fetch-site', 'none') not in OWN:
        return False
    return purpose in DATA or own_path(scope).startswith(ASSETS)
