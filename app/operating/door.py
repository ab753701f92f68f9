"""Where a running app lets commands in: its address and its key, in a file that only the owner of the data can read."""

import json
import os
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

NAME = 'commands.json'


@dataclass(frozen=True, slots=True)
class Door:
    """The address of an app, the key it asks for, and its process."""

    url: str
    key: str
    process: int


def open_door(folder: Path, url: str, key: str) -> None:
    """Write down where this process lets commands in.

    Raises:
        OSError: the folder cannot be written to.
    """
    file = folder / NAME
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # a database elsewhere needs none
    draft = file.with_suffix('.new')
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), 'w', encoding='utf-8') as stream:
        json.dump(asdict(Door(url, key, os.getpid())), stream)
    draft.replace(file)


def close_door(folder: Path) -> None:
    """Take that back, unless another process has its own there."""
    door = door_of(folder)
    if door is not None and door.process == os.getpid():
        with suppress(OSError):
            (folder / NAME).unlink(missing_ok=True)


def door_of(folder: Path) -> Door | None:
    """Give what was written down last, None if there is nothing, or nothing for us to read."""
    try:
        said = json.loads((folder / NAME).read_text('utf-8'))
        return Door(str(said['url']), str(said['key']), int(said['process']))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def new_key() -> str:
    """Make a key nobody can guess."""
    return secrets.token_urlsafe(32)
