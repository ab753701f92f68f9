"""DNS rebinding: a page of somebody else's gets its name to mean this machine, and asks us as if we were its own."""

from scripts.attacks.raw_http import get, status
from scripts.attacks.stage import Stage

FOREIGN = (
    'evil.example',
    'evil.example:{port}',
    '127.0.0.1.evil.example:{port}',
    'localhost.evil.example',
    'evil.example.',
)
PATHS = '/', '/settings', '/export/archive', '/_nicegui_ws/socket.io/?EIO=4&transport=polling'
LIES = 'X-Forwarded-Host: localhost', 'X-Forwarded-Host: evil.example', 'X-Forwarded-For: 127.0.0.1'
UPGRADE = (
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
)


async def attack(stage: Stage) -> list[str]:
    """Ask under foreign names, with and without what a proxy would add, by every door."""
    broken = []
    for name in FOREIGN:
        host = name.format(port=stage.port)
        for path in PATHS:
            for more in ((), *((lie,) for lie in LIES)):
                if not 400 <= (answer := await get(stage.port, path, host, *more)) < 500:
                    broken.append(f'{path} for {host} {more}: {answer}')
        socket = PATHS[-1].replace('polling', 'websocket')
        if (answer := await get(stage.port, socket, host, f'Origin: http://{host}', *UPGRADE)) in (101, 200):
            broken.append(f'the websocket opens for {host}')
        sent = await status(stage.port, f'POST /import HTTP/1.1\nHost: {host}\nOrigin: http://{host}', b'[]')
        if not 400 <= sent < 500 or sent == 409:
            broken.append(f'/import for {host}: {sent}')
    for own in (f'127.0.0.1:{stage.port}', f'localhost:{stage.port}', f'[::1]:{stage.port}'):
        if (answer := await get(stage.port, '/', own)) != 200:
            broken.append(f'our own name {own} is refused: {answer}')
    return broken
