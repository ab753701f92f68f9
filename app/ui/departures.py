"""Requests whose sender went away before the answer was there, as when a page is left while it loads.

Starlette then breaks off what it sends, and others take the missing answer for a fault: NiceGUI's middleware
(`No response returned.`), python-engineio (a KeyError). Nobody waits for an answer, so a line in the log is enough.
"""

import logging

from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)


class Departures:
    """ASGI middleware around everything: an exception is no news once the sender is gone."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on."""
        is_gone = False

        async def listen() -> Message:
            nonlocal is_gone
            message = await receive()
            is_gone = is_gone or message['type'] == 'http.disconnect'
            return message

        try:
            await self._app(scope, listen, send)
        except Exception as error:
            if not is_gone:
                raise
            log.debug('The sender of a request for %s went away: %r', scope['path'], error)
