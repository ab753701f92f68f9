"""Paths nothing can stand behind. File systems answer them with all kinds of errors, so they are not asked."""

import re

from starlette.types import ASGIApp, Receive, Scope, Send

from app.ui.edge.answering import answer

LONGEST, LONGEST_PART = 2_000, 200
"""Characters of a path and of a part of it; ours have 100. File systems have 255 bytes for a name."""

CONTROL = re.compile('[\x00-\x1f\x7f-\x9f]')


class Paths:
    """ASGI layer that lets no path in that no file and no page can have."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or say that there is nothing."""
        if scope['type'] in ('http', 'websocket') and not _is_possible(scope['path']):
            await answer(scope, send, 404, 'Not Found')
        else:
            await self._app(scope, receive, send)


def _is_possible(path: str) -> bool:
    if len(path) > LONGEST or CONTROL.search(path):
        return False
    return all(len(part.encode()) <= LONGEST_PART for part in path.split('/'))
