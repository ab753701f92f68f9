"""Requests as an attacker writes them: any head, any host, byte by byte."""

import asyncio

PATIENCE = 5.0


async def status(port: int, head: str, body: bytes = b'') -> int:
    """Send a request whose head is these lines; give the status of the answer, 0 if there is none."""
    reader, writer = await asyncio.open_connection('127.0.0.1', port)
    try:
        lines = head.strip().splitlines()
        if body:
            lines.append(f'Content-Length: {len(body)}')
        if not any(line.startswith('Connection:') for line in lines):
            lines.append('Connection: close')
        writer.write('\r\n'.join([*lines, '', '']).encode('latin-1') + body)
        await writer.drain()
        async with asyncio.timeout(PATIENCE):
            first = await reader.readline()
        return int(first.split()[1]) if first.startswith(b'HTTP/') else 0
    except (ConnectionError, TimeoutError):
        return 0
    finally:
        writer.close()


async def get(port: int, path: str, host: str, *more: str) -> int:
    """Ask for a path under a host's name; give the status."""
    return await status(port, '\n'.join([f'GET {path} HTTP/1.1', f'Host: {host}', *more]))
