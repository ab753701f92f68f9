"""Ids of conversations and messages. Those of temporary ones can be told by their looks.

Ordinary ids are random UUIDs (version 4). Temporary conversations and their messages have UUIDs of version 8, which
RFC 9562 leaves to the application: so wherever an id turns up, it says that what it names must never reach a disk.
"""

from uuid import uuid4

VERSION_AT = 14
"""Where a UUID's text says which version it is."""

TEMPORARY = '8'
"""The version of temporary ones."""


def new_id(*, beside: str = '') -> str:
    """Make an id; `beside` is one of the same conversation (or its own), and the new one is as temporary as that."""
    made = str(uuid4())
    return made[:VERSION_AT] + TEMPORARY + made[VERSION_AT + 1 :] if is_temporary(beside) else made


def is_temporary(identifier: str) -> bool:
    """Tell whether an id belongs to a temporary conversation."""
    return identifier[VERSION_AT : VERSION_AT + 1] == TEMPORARY
