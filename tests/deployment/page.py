"""The page docs/deployment.md, and what it tells people to type."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / 'docs'
PAGE = (DOCS / 'deployment.md').read_text('utf-8')


def blocks(text: str) -> list[str]:
    """Give the blocks of commands in a text, in order."""
    return re.findall(r'^```sh\n(.*?)^```', text, re.MULTILINE | re.DOTALL)


def blocks_below(heading: str) -> list[str]:
    """Give those below a heading of the page, up to the next one that is as high."""
    [(marks, rest)] = re.findall(rf'^(#+) {heading}\n(.*)', PAGE, re.MULTILINE | re.DOTALL)
    return blocks(re.split(rf'^#{{1,{len(marks)}}} ', rest, maxsplit=1, flags=re.MULTILINE)[0])


COMMANDS = [line for block in blocks(PAGE) for line in block.splitlines()]
