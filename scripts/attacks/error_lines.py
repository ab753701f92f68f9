"""A model server whose errors and lists are made to stop us: long lines, large bodies, gzip bombs."""

from playwright.async_api import expect

from scripts.attacks.stage import Stage, until_answered

MOST_MEMORY = 150.0  # MB
INFLATED = 600_000_000
LONGEST_SHOWN = 2_000
"""Characters of such an error that a person may have to read."""


async def attack(stage: Stage) -> list[str]:
    """Ask for each, and see that the answer fails with a short sentence."""
    broken = []
    async with stage.memory() as memory, stage.tab() as tab:
        for name in ('error_line', 'error_body', 'endless_line'):
            await tab.new_chat()
            await tab.ask(f'attack={name}')
            await until_answered(tab)
            await expect(tab.reply).to_have_attribute('data-status', 'failed')
            if len(said := await tab.reply.inner_text()) > LONGEST_SHOWN:
                broken.append(f'{name}: {len(said)} characters are shown')
        stage.model.inflates = stage.sized(INFLATED)
        try:
            async with stage.tab() as other:  # a page asks for the models when it opens
                await expect(other.composer).to_be_visible()
        finally:
            stage.model.inflates = 0
    if memory.grew > MOST_MEMORY:
        broken.append(f'+ {memory.grew:.0f} MB')
    return broken
