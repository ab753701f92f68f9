"""Files to import that are small and do great harm: numbers, depth, number of values, archives in archives."""

import asyncio
import io
import time
import zipfile
from collections.abc import Iterator

from scripts.attacks.raw_http import status
from scripts.attacks.stage import Stage

MOST_MEMORY = 150.0  # MB that a file may cost
READ_WITHIN = 120.0
WAIT = 0.1


def files(stage: Stage) -> Iterator[tuple[str, bytes]]:
    """Yield each file with its name."""
    around = b'[{"messages":[{"role":"user","content":%s}]}]'
    yield 'digits', around % (b'9' * 4301)
    yield 'negative digits', around % (b'-' + b'9' * 4301)
    yield 'digits of a fraction', around % (b'1.' + b'9' * 1_000_000)
    yield 'an exponent', around % b'1e999999999'
    yield 'single quotes', around.replace(b'"', b"'") % (b'9' * 4301)
    yield 'depth', around % (b'[' * 11_900 + b']' * 11_900)
    yield 'depth of objects', around % (b'{"a":' * 11_900 + b'1' + b'}' * 11_900)
    yield 'many values', b'[' + b'[],' * stage.sized(32_000_000) + b'[]]'
    yield 'many values in one', around % (b'[' + b'[],' * stage.sized(20_000_000) + b'[]]')
    yield 'a zip bomb', zipped({'conversations.json': b' ' * stage.sized(1_000_000_000)})
    yield 'a zip of many', zipped({f'{number}.json': b'' for number in range(stage.sized(60_000))})


def zipped(members: dict[str, bytes]) -> bytes:
    """Make an archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, 'w', zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return made.getvalue()


async def attack(stage: Stage) -> list[str]:
    """Send each file, wait until it was read, and look at the memory that took."""
    broken = []
    for name, data in files(stage):
        async with stage.memory() as memory:
            if not await _taken(stage, data):
                broken.append(f'{name}: was not taken in')
            if not await _read(stage):
                return [*broken, f'{name}: is not read within {READ_WITHIN:.0f} s']
        if not stage.is_alive():
            return [*broken, f'{name}: the process ended']
        if memory.grew > MOST_MEMORY:
            broken.append(f'{name}: + {memory.grew:.0f} MB')
    return broken


async def _taken(stage: Stage, data: bytes) -> bool:
    """Send a file; an answer is enough, a refusal too."""
    return await status(stage.port, f'POST /import HTTP/1.1\nHost: 127.0.0.1:{stage.port}', data) in (202, 409, 413)


async def _read(stage: Stage) -> bool:
    """Wait until nothing waits in the folder for imports; False if that takes too long."""
    end = time.monotonic() + READ_WITHIN
    while stage.is_alive() and any((stage.data_dir / 'imports').glob('*')):
        if time.monotonic() > end:
            return False
        await asyncio.sleep(WAIT)
    return True
