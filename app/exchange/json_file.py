"""One conversation as a JSON file: the whole tree, lossless, the same object as a line of the archive."""

from app.domain.carried import Carried
from app.exchange.records import as_json, carried_record

FORMAT = 'guilherme-conversation'
VERSION = 1


def json_file(carried: Carried) -> bytes:
    """Write a conversation, all branches with it."""
    return as_json({'format': FORMAT, 'version': VERSION, **carried_record(carried)}, indent=2) + b'\n'
