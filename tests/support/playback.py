"""Playing a script over a connection: the pace, the pieces on the wire, and the faults. Shared by all stand-ins."""

import asyncio
from collections.abc import Callable, Iterator

from tests.support.http_server import Exchange
from tests.support.script import Script

Line = Callable[[], bytes]
"""Makes a line when it is sent, so that the time in it is right."""


async def play(exchange: Exchange, lines: list[Line], script: Script) -> None:
    """Send lines at the script's rate, as many at once as are due by the clock."""
    clock = asyncio.get_running_loop().time
    start, sent = clock(), 0
    while sent < len(lines):
        due = min(len(lines), int((clock() - start) * script.rate) + 1) if script.rate else len(lines)
        if due > sent:
            send(exchange, [line() for line in lines[sent:due]], script)
            sent = due
        if sent < len(lines):
            await asyncio.sleep(start + sent / script.rate - clock())


def send(exchange: Exchange, lines: list[bytes], script: Script) -> None:
    """Put lines on the wire, each as one HTTP chunk, or cut anywhere."""
    if script.chunk:
        exchange.record.tokens += len(lines)
        exchange.write(list(pieces(b''.join(lines), script.chunk)))
    else:
        exchange.write_tokens(lines)


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    """Cut bytes with no regard for what they mean."""
    return (data[at : at + size] for at in range(0, len(data), size))


async def fail(exchange: Exchange, kind: str, error: bytes) -> None:
    """Do what the fault says, and end the exchange; `error` is the line or event that tells an error."""
    match kind:
        case 'stall':
            await asyncio.Event().wait()
        case 'drop':
            await flushed()
            exchange.drop()
        case 'close':
            exchange.drop(reset=False)
        case 'error':
            exchange.write([error])
            exchange.finish()
        case 'junk':
            exchange.write([b'<html>502 Bad Gateway</html>\n'])
            exchange.finish()
        case 'end':
            exchange.finish()


async def flushed() -> None:
    """Give what was sent the time to arrive: a reset throws away what the other side has not read yet."""
    await asyncio.sleep(0.05)
