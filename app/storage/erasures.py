"""The note that something was deleted for good, made in the transaction that takes it from a person."""

from sqlalchemy import Connection, text
from sqlmodel import Session

_NOTE = text(
    'INSERT INTO erasure (owner_id, asked) VALUES (:owner_id, 1) '
    'ON CONFLICT (owner_id) DO UPDATE SET asked = erasure.asked + 1'
)


def note_erasure(session: Session | Connection, owner_id: str) -> None:
    """Note it for an owner: until the note is gone, words may still stand in the files of the database."""
    session.execute(_NOTE, {'owner_id': owner_id})
