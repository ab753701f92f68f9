"""What is said over the lines of pages, looked at before Socket.IO and NiceGUI take its form for granted.

What they cannot read makes them write tracebacks, or keep without end what is never finished. Nobody but a stranger
sends such things, so the line is closed or the event dropped, without a word.
"""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import parse_qs

import socketio
from socketio.exceptions import ConnectionRefusedError as Refused
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.ui.edge.answering import answer
from app.ui.edge.purposes import own_path

PATH = '/_nicegui_ws/'
LINE = f'{PATH}socket.io'
LARGEST = 1_000_000
"""Bytes of a frame, as Engine.IO has it (`max_http_buffer_size`)."""

MOST_PACKETS = 16
"""Packets in the body of a request, as Engine.IO has it (`Payload.max_decode_packets`)."""

FRAME = re.compile(r'[0-6].*', re.DOTALL)
"""An Engine.IO packet: its kind, and what is in it. Binary ones are not sent by pages of ours."""

POSTED = re.compile(r'[134].*', re.DOTALL)
"""One that is sent by a request: an end, a pong, a message. After any other Engine.IO never answers."""

COUNT = re.compile(r'[0-9]{1,15}')
"""The number of a message, as long as a browser can count."""

TEXT, OPTIONAL_TEXT = (str,), (str, type(None))
HANDSHAKE: Mapping[str, tuple[type, ...]] = {
    'client_id': TEXT,
    'tab_id': TEXT,
    'document_id': TEXT,
    'old_tab_id': OPTIONAL_TEXT,
    'next_message_id': (str, int, type(None)),
}
"""What a page says of itself when it connects, and of which type."""

UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What comes of an event that has not the form it should have. Faults of what it brings about are caught further in."""

Handler = Callable[..., Any]

log = logging.getLogger(__name__)


class Sockets:
    """ASGI layer before Engine.IO: what is no packet does not reach it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with what is received checked."""
        if scope['type'] not in ('http', 'websocket') or not own_path(scope).startswith(PATH):
            await self._app(scope, receive, send)
        elif scope['type'] == 'websocket' and not own_path(scope).startswith(LINE):
            await answer(scope, send, 404, 'Not Found')
        elif 'j' in parse_qs(scope['query_string'].decode('latin-1')):  # JSONP: other sites could read it as a script
            await answer(scope, send, 400, 'Bad Request')
        elif scope['type'] == 'websocket':
            await self._app(scope, _only_frames(receive), send)
        elif scope['method'] != 'POST':
            await self._app(scope, receive, send)
        elif (body := await _packets(receive)) is None:
            await answer(scope, send, 400, 'Bad Request')
        else:
            await self._app(scope, _said(body, receive), send)


def check_events(server: socketio.AsyncServer) -> None:
    """Look at every event before its handler does. The handlers have to be registered already."""
    server.packet_class = _Packet
    server.eio.handlers['message'] = _calm(server.eio.handlers['message'])
    handlers: MutableMapping[str, Handler] = server.handlers['/']
    for name, check in (('connect', _check_connection), ('handshake', _check_handshake)):
        handlers[name] = _checked(handlers[name], check)
    for name in ('event', 'javascript_response', 'ack', 'log'):
        handlers[name] = _calm(handlers[name])


class _Packet(socketio.packet.Packet):  # type: ignore[misc]
    """A Socket.IO packet whose events have names. Parts of binary ones would be kept until the last has come."""

    def decode(self, encoded_packet: str) -> int:
        count = int(super().decode(encoded_packet) or 0)
        if count or self.packet_type in (socketio.packet.BINARY_EVENT, socketio.packet.BINARY_ACK):
            raise ValueError('binary')
        if self.packet_type == socketio.packet.EVENT and not _is_event(self.data):
            raise ValueError('no event')
        return count


def _is_event(data: Any) -> bool:
    """Tell whether it has a name, and one that is not the library's own."""
    named = isinstance(data, list) and bool(data) and isinstance(data[0], str)
    return named and data[0] not in ('connect', 'disconnect')


def _only_frames(receive: Receive) -> Receive:
    """Take what is no packet for the end."""

    async def checked() -> Message:
        message = await receive()
        if message['type'] == 'websocket.receive':
            text = message.get('text') or ''
            if len(text) > LARGEST or not FRAME.match(text):
                return {'type': 'websocket.disconnect', 'code': 1008}
        return message

    return checked


async def _packets(receive: Receive) -> bytes | None:
    """Read the body of a request; give None if it is too long or has something else than packets."""
    body, is_whole = bytearray(), False
    while not is_whole:
        message = await receive()
        body += message.get('body', b'')
        is_whole = not message.get('more_body')
        if len(body) > LARGEST:
            return None
    try:
        packets = body.decode().split('\x1e')
    except UnicodeDecodeError:
        return None
    return bytes(body) if len(packets) <= MOST_PACKETS and all(map(POSTED.match, packets)) else None


def _said(body: bytes, receive: Receive) -> Receive:
    """Give a body that was read once more, then whatever comes after it."""
    said = iter([{'type': 'http.request', 'body': body, 'more_body': False}])

    async def again() -> Message:
        for message in said:
            return message
        return await receive()

    return again


def _check_connection(environment: Any, *_: Any) -> None:
    query = {name: values[0] for name, values in parse_qs(environment.get('QUERY_STRING', '')).items()}
    if query.get('implicit_handshake') == 'true':
        _check_handshake(query)


def _check_handshake(said: Any) -> None:
    if not isinstance(said, dict) or not all(isinstance(said.get(name), kinds) for name, kinds in HANDSHAKE.items()):
        raise ValueError('no handshake')
    if said.get('next_message_id') is not None and not COUNT.fullmatch(str(said['next_message_id'])):
        raise ValueError('no number of a message')


def _checked(handler: Callable[..., Awaitable[Any]], check: Callable[..., None]) -> Handler:
    async def checked(socket_id: str, *said: Any) -> Any:
        try:
            check(*said)
        except UNREADABLE as error:
            log.debug('A page could not connect: %r', error)
            if check is _check_connection:
                raise Refused('Handshake failed') from error
            return False
        return await handler(socket_id, *said)

    return checked


def _calm(handler: Handler) -> Handler:
    """Drop what a handler cannot read."""

    async def calm(*said: Any) -> Any:
        try:
            result = handler(*said)
            return await result if isinstance(result, Awaitable) else result
        except UNREADABLE as error:
            log.debug('An event of a page could not be read: %r', error)
            return None

    return calm
