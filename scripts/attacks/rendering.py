"""Answers that take a renderer for ever: brackets, and code whose colours cost more than its length."""

from playwright.async_api import Locator

from scripts.attacks.model_server import BRACKETS, CODE
from scripts.attacks.stage import Stage, until_answered


async def attack(stage: Stage) -> list[str]:
    """Ask for each, then open the conversation again; all of the text must be there."""
    broken = []
    async with stage.tab() as tab:
        codes = [(f'code_{each}', len(CODE[each])) for each in stage.some(CODE)]
        for name, length in (('brackets', len(BRACKETS)), *codes):
            await tab.new_chat()
            await tab.ask(f'attack={name}')
            await until_answered(tab)
            shown = await _shown(tab.body)
            async with stage.tab(f'/c/{tab.conversation_id}') as again:
                await until_answered(again)
                if (later := await _shown(again.body)) < length or shown < length:
                    broken.append(f'{name}: {shown}, later {later} of {length} characters are shown')
    return broken


async def _shown(body: Locator) -> int:
    return int(await body.evaluate('body => body.textContent.length'))
