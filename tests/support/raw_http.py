"""Requests written byte by byte, for what no client library sends."""

import asyncio
from dataclasses import dataclass

PATIENCE = 20
"""Seconds to wait for an answer, which takes none."""

UPGRADE = (
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
)


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of an answer, and as much of its body as came with it."""

    status: int
    text: str


async def ask(port: int, line: str | bytes, *headers: str | bytes, body: bytes = b'') -> Answer:
    """Send a request with these lines of its head and nothing else; status 0: the connection was closed in silence."""
    reader, writer = await asyncio.open_connection('127.0.0.1', port)
    lines = [each if isinstance(each, bytes) else each.encode('latin-1') for each in (line, *headers)]
    try:
        async with asyncio.timeout(PATIENCE):
            writer.write(b'\r\n'.join(lines) + b'\r\n\r\n' + body)
            head = await reader.read(65536)
            if b'\r\n\r\n' in head and not head.partition(b'\r\n\r\n')[2]:
                head += await _more(reader, head)
    finally:
        writer.close()
    text = head.decode('utf-8', 'replace')
    return Answer(int(text.split(' ', 2)[1]) if text.startswith('HTTP/') else 0, text)


async def _more(reader: asyncio.StreamReader, head: bytes) -> bytes:
    """Wait for the body if there is one."""
    empty = b'content-length: 0' in head.lower() or b' 101 ' in head[:16] or b' 304 ' in head[:16]
    return b'' if empty else await reader.read(65536)
