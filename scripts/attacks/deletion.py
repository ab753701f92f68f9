"""Reading the disk after *Delete everything*: no word of it may be left in the data folder."""

import asyncio
import time
from pathlib import Path
from urllib.parse import quote

from playwright.async_api import expect

from scripts.attacks.stage import Stage, until_answered

WORDS = {name: f'zq{name}zq' for name in ('question', 'answer', 'thought', 'title', 'draft')}
"""Words that stand nowhere else, neither as a whole nor as parts of others."""

GONE_WITHIN = 300.0
LOOK_EVERY = 1.0
KEPT = 'backups'
"""The folder of backups, which the page says are kept."""


async def attack(stage: Stage) -> list[str]:
    """Let words be written, delete everything, and look for them in every file."""
    async with stage.tab() as tab:
        said = quote(f'<think>{WORDS["thought"]}</think>{WORDS["answer"]}')
        await tab.ask(f'{WORDS["question"]} rate=0 say={said}')
        await until_answered(tab)
        await tab.item(tab.conversation_id).locator('a').press('F2')
        await tab.page.locator('input.rename').fill(WORDS['title'])
        await tab.page.locator('input.rename').press('Enter')
        await expect(tab.item(tab.conversation_id)).to_contain_text(WORDS['title'])
        before = [name for name, word in WORDS.items() if _found(stage.data_dir, word)]
        await tab.open('/settings')
        await tab.part('delete-everything').click()
        await tab.part('delete-everything-word').fill('delete')
        await tab.part('delete-everything-confirm').click()
        await expect(tab.part('conversation-item')).to_have_count(0)
        end = time.monotonic() + GONE_WITHIN
        while (left := _left(stage.data_dir)) and time.monotonic() < end:  # noqa: ASYNC110 (nothing tells)
            await asyncio.sleep(LOOK_EVERY)
    unseen = [
        f'{name}: was never on the disk, so this shows nothing' for name in ('question', 'answer') if name not in before
    ]
    return [f'still on the disk: {each}' for each in left] + unseen


def _left(folder: Path) -> list[str]:
    return [f'{name} in {file}' for name, word in WORDS.items() for file in _found(folder, word)]


def _found(folder: Path, word: str) -> list[str]:
    """Give the files that hold a word, in any case: an index of words folds it."""
    found = []
    for file in folder.rglob('*'):
        if file.is_file() and KEPT not in file.relative_to(folder).parts and word.encode() in file.read_bytes().lower():
            found.append(str(file.relative_to(folder)))
    return found
