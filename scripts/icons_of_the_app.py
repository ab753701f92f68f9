"""Draws the icons of the installed app from its mark, favicon.svg."""

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path

from app.ui.theme import STATIC, svg_mark
from tests.support.browser import chromium

ICONS = STATIC / 'icons'
DRAWN: Mapping[str, tuple[int, bool]] = {
    'icon-192.png': (192, False),
    'icon-512.png': (512, False),
    'maskable-512.png': (512, True),
    'apple-touch-icon.png': (180, True),
}
"""Size in pixels, and whether it fills the square: the system then cuts a shape out of it, at least the middle 80 %."""


def full(mark: str) -> str:
    """Give the mark on a ground without round corners, its sign small enough for any shape to be cut out."""
    square = re.sub(r' rx="\d+"', '', mark)
    return square.replace('<path ', '<path transform="translate(16 16) scale(.8) translate(-16 -16)" ')


async def draw(folder: Path) -> None:
    """Draw all icons into a folder that is there."""
    async with chromium() as browser:
        for name, (size, fills) in DRAWN.items():
            page = await browser.new_page(viewport={'width': size, 'height': size})
            mark = full(svg_mark()) if fills else svg_mark()
            await page.set_content(f'<style>* {{ margin: 0 }} svg {{ display: block; width: {size}px }}</style>{mark}')
            await page.screenshot(path=folder / name, omit_background=True)
            await page.close()


if __name__ == '__main__':
    asyncio.run(draw(ICONS))
