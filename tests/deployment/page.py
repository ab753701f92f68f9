"""The page docs/deployment.md, and what it tells people to type."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / 'docs'
PAGE = (DOCS / 'deployment.md').read_text('utf-8')
BLOCKS = re.findall(r'^```sh\n(.*?)^```', PAGE, re.MULTILINE | re.DOTALL)
COMMANDS = [line for block in BLOCKS for line in block.splitlines()]
