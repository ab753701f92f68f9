"""Short answers to requests that are not passed on, before or instead of a websocket too."""

from collections.abc import Mapping

from starlette.types import Scope, Send

PLAIN: Mapping[str, str] = {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
}


async def answer(scope: Scope, send: Send, status: int, sentence: str, headers: Mapping[str, str] = PLAIN) -> None:
    """Send a sentence; whoever wants a websocket gets it in the place of the handshake."""
    body = (sentence + '\n').encode()
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    kind = 'http.response'
    if scope['type'] == 'websocket':
        if 'websocket.http.response' not in scope.get('extensions', {}):
            await send({'type': 'websocket.close', 'code': 1008})
            return
        kind = 'websocket.http.response'
        raw.append((b'connection', b'close'))
    raw.append((b'content-length', str(len(body)).encode()))
    await send({'type': f'{kind}.start', 'status': status, 'headers': raw})
    await send({'type': f'{kind}.body', 'body': body})
