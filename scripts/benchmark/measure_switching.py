"""Going to a conversation: by the list, by its address, and to its first message."""

from pathlib import Path
from tempfile import TemporaryDirectory

from scripts.benchmark.processes import app
from scripts.benchmark.stage import Stage
from scripts.benchmark.stored import fill
from scripts.benchmark.tab import Tab, tab
from scripts.benchmark.table import Row, at_most, middle

LIMITS = {200: 100.0, 5_000: 150.0}
"""Messages of a conversation, and the milliseconds a switch to it may take."""

FIRST_SHOWN = """(() => {
  const first = document.querySelector('[data-testid="message"]');
  return first?.textContent.includes('o número 0 fosse') && first.getBoundingClientRect().top >= 0;
})()"""


async def measure(stage: Stage) -> list[Row]:
    """Go to conversations nobody has opened since the start: nothing of them is in memory."""
    repeats = 2 if stage.quick else 5
    rows: list[Row] = []
    with TemporaryDirectory() as folder:
        ids = await fill(Path(folder), dict.fromkeys(LIMITS, 2 * repeats) | {20: 2})
        async with app(Path(folder), stage.model.url) as server, tab(stage.browser) as page:
            await page.go(server.url)
            for conversation_id in ids[20]:  # warm
                await _switch(page, conversation_id, 20)
            for length, limit in LIMITS.items():
                times = [await _switch(page, each, length) for each in ids[length][:repeats]]
                rows.append(at_most(f'switch to a conversation of {length:,} messages', middle(times), limit, 'ms'))
            again = [await _switch(page, each, 5_000) for each in ids[5_000][:repeats]]
            rows.append(at_most('switch back to one of 5,000 messages seen before', middle(again), 150, 'ms'))
            opened, jumped = [], []
            for conversation_id in ids[5_000][repeats:]:
                opened.append(await _open(page, f'{server.url}/c/{conversation_id}', 5_000))
                jumped.append(await _jump(page))
            rows.append(at_most('a conversation of 5,000 messages by its address', middle(opened), 700, 'ms'))
            rows.append(at_most('from there to its first message', middle(jumped), 300, 'ms'))
    return rows


async def _switch(page: Tab, conversation_id: str, length: int) -> float:
    await page.arm(f"location.pathname === '/c/{conversation_id}' && {_last_shown(length)}")
    await page.page.locator(f'[data-conversation-id="{conversation_id}"] a').click()
    return await page.reached()


async def _open(page: Tab, address: str, length: int) -> float:
    await page.page.goto(address, wait_until='commit')
    await page.arm(_last_shown(length))
    return await page.reached(since_input=False)


async def _jump(page: Tab) -> float:
    await page.page.wait_for_function('window.did_handshake')
    await page.page.locator('.chat-scroll').focus()
    await page.arm(FIRST_SHOWN)
    await page.page.keyboard.press('Home')
    return await page.reached()


def _last_shown(length: int) -> str:
    return (
        f"probe.text().includes('Fim da resposta {length - 1}')"
        ' && probe.last().getBoundingClientRect().bottom <= innerHeight'
    )
