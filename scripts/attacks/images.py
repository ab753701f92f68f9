"""Our own routes as images, pages of which nobody shows anything, and files with queries that fill the memory."""

import asyncio

from scripts.attacks.raw_http import get
from scripts.attacks.stage import Stage, until_answered

PAGES, FILES = 500, 220
MOST_MEMORY_OF_PAGES, MOST_MEMORY_OF_FILES = 120.0, 60.0  # MB
NOT_BY_CLICK = 'Sec-Fetch-Dest: image', 'Sec-Fetch-Dest: iframe', 'Sec-Fetch-Dest: script', 'Sec-Fetch-Site: cross-site'


async def attack(stage: Stage) -> list[str]:
    """Let an answer name our routes as images, then ask for pages and files by the hundred."""
    return [*await _images(stage), *await _exports(stage), *await _pages(stage), *await _files(stage)]


async def _images(stage: Stage) -> list[str]:
    asked: list[str] = []
    async with stage.tab() as tab:
        tab.page.on('request', lambda request: asked.append(request.url))
        await tab.ask('attack=images')
        await until_answered(tab)
        await tab.page.reload()
        await tab.connected()
        await until_answered(tab)
        shown = await tab.body.locator('img').count()
    loaded = [url for url in asked if 'export' in url or 'evil' in url]
    return [f'the browser asked for {url}' for url in loaded] + [f'{shown} images are shown'] * bool(shown)


async def _exports(stage: Stage) -> list[str]:
    host = f'127.0.0.1:{stage.port}'
    found = [(header, await get(stage.port, '/export/archive', host, header)) for header in NOT_BY_CLICK]
    return [f'/export/archive with {header}: {answer}' for header, answer in found if answer < 400]


async def _pages(stage: Stage) -> list[str]:
    async with stage.memory() as memory:
        for _ in range(stage.sized(PAGES)):
            await get(stage.port, '/', f'127.0.0.1:{stage.port}')
    return [f'{PAGES} pages: + {memory.grew:.0f} MB'] if memory.grew > MOST_MEMORY_OF_PAGES else []


async def _files(stage: Stage) -> list[str]:
    async with stage.tab() as tab:
        urls = await tab.evaluate(
            "performance.getEntriesByType('resource').map((each) => [each.decodedBodySize, each.name])"
        )
    largest = max(urls)[1].removeprefix(stage.url).partition('?')[0]
    host = f'127.0.0.1:{stage.port}'
    async with stage.memory() as memory:
        for number in range(stage.sized(FILES)):
            await get(stage.port, f'{largest}?{number}', host, 'Accept-Encoding: gzip' if number % 2 else 'Accept: */*')
            await asyncio.sleep(0)
    return [f'{FILES} files: + {memory.grew:.0f} MB'] if memory.grew > MOST_MEMORY_OF_FILES else []
