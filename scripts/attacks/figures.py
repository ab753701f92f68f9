"""Figures that are none: stored with an answer, they must not keep its page from opening."""

from playwright.async_api import expect

from scripts.attacks.model_server import FIGURES
from scripts.attacks.raw_http import get
from scripts.attacks.stage import Stage, until_answered


async def attack(stage: Stage) -> list[str]:
    """Ask for each kind, then open the conversation anew and take it along as a file."""
    broken = []
    host = f'127.0.0.1:{stage.port}'
    async with stage.tab() as tab:
        for name in stage.some(FIGURES):
            await tab.new_chat()
            await tab.ask(f'attack=figures_{name}')
            await until_answered(tab)
            path = f'/c/{tab.conversation_id}'
            for each in (path, f'{path}/export/md', f'{path}/export/json'):
                if (answer := await get(stage.port, each, host)) != 200:
                    broken.append(f'{name}: {each} answers {answer}')
            async with stage.tab(path) as again:
                await expect(again.body).to_be_visible()
    return broken
