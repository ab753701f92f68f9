"""Letters and the like that ChatGPT writes into its text as `:::writing{variant="email" subject="…" id="…"}` … `:::`.

The page shows them as a box. What the person has changed in it stands in `metadata.writing_blocks`, by their id. Last
looked up in public code on 2026-11-30 (the converters named in `marks`).
"""

import re
from collections.abc import Iterator
from typing import Any

from app.exchange.reading import notes

BEGINNING, END = ':::writing{', '\n:::'

_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')


def written(text: str, blocks: Any = None) -> str:
    """Give a text in which such boxes are their subject and their text. `blocks` are those of the message."""
    return ''.join(_pieces(text, dict(blocks) if isinstance(blocks, dict) else {})) if BEGINNING in text else text


def _pieces(text: str, blocks: dict[str, Any]) -> Iterator[str]:
    before, *boxes = text.split(BEGINNING)
    yield before
    for box in boxes:
        head, is_head, rest = box.partition('}')
        if not is_head or '\n' in head:
            yield BEGINNING + box
            continue
        body, _, below = rest.partition(END)
        attributes = dict(_ATTRIBUTE.findall(head))
        saved = blocks.pop(attributes.get('id', ''), None)  # of two with one id the second says what it says
        if isinstance(saved, dict) and isinstance(saved.get('content'), str):
            body = saved['content']
        subject = notes.plain(attributes.get('subject', ''))
        yield notes.paragraphs([f'**{subject}**' if subject else '', body.strip()])
        yield below
