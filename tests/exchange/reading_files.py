"""Reads files of other chats for the tests, and draws what came of them."""

import json
from pathlib import Path
from typing import Any

from app.domain.carried import Carried
from app.errors import ImportRefused
from app.exchange.reading.intake import Meter
from app.exchange.reading.remarks import Remark
from app.exchange.recognising import read_file

FILES = Path(__file__).parent / 'files'
OWNER = 'ana'


def say(text: str) -> str:
    """Speak English."""
    return text


def read(file: Path, owner_id: str = OWNER, meter: Meter | None = None) -> list[Carried]:
    """Read a whole file."""
    found = read_file(file, owner_id, say, meter or Meter(file.stat().st_size))
    return [item for item in found if isinstance(item, Carried)]


def read_text(folder: Path, text: str | bytes) -> list[Carried]:
    """Read a file with this text."""
    file = folder / 'given'
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read(file)


def read_json(folder: Path, value: Any) -> list[Carried]:
    """Read a file with this value as JSON."""
    return read_text(folder, json.dumps(value))


def remarks(folder: Path, text: str | bytes) -> tuple[list[Carried], list[Remark]]:
    """Read a file with this text: what came of it, and what is said of the rest."""
    file = folder / 'given'
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    found = [*read_file(file, OWNER, say, Meter(file.stat().st_size))]
    return [item for item in found if isinstance(item, Carried)], [item for item in found if isinstance(item, Remark)]


def refusal(folder: Path, text: str | bytes) -> dict[str, Any]:
    """Read a file that is refused, and give why and where."""
    try:
        made = read_text(folder, text)
    except ImportRefused as refused:
        return refused.details
    raise AssertionError(f'not refused, but read as {made}')


def drawn(carried: Carried) -> list[str]:
    """Draw a tree: a line for each message, two blanks for each step down, a star on the branch that is shown."""
    by_id = {message.id: message for message in carried.messages}
    shown, above = set(), carried.conversation.head_id
    while above is not None:
        shown.add(above)
        above = by_id[above].parent_id
    return [
        f'{"  " * message.depth}{"*" if message.id in shown else "-"} {message.role}: {message.content!r}'
        for message in carried.messages
    ]
