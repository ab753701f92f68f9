"""Copies of SQLite databases by its backup interface, while others write to them."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from app.errors import OperationRefused, StorageUnavailable

MAGIC = b'SQLite format 3\0'

PAGES = 512
"""Pages copied at a time (2 MB): often enough to say how far it is."""

OURS = frozenset({'conversation', 'message', 'reply_delta'})
"""Tables by which a database of ours is known; every revision has them."""

Told = Callable[[float], None]


class Damaged(sqlite3.DatabaseError):
    """Raised when SQLite finds a database damaged."""


def copy(source: Path, target: Path, told: Told) -> None:
    """Copy a database as it is at one moment into an empty file, and make sure that the copy is sound.

    Raises:
        OperationRefused: the copy cannot be written.
        StorageUnavailable: the database cannot be read.
    """
    try:
        with closing(_opened(source)) as reading:
            _keep_the_moment(reading)
            _copy(reading, target, told)
    except sqlite3.Error as error:
        raise StorageUnavailable(message=str(error)) from error


def copy_checked(backup: Path, target: Path, told: Told) -> str | None:
    """Copy a backup into an empty file if it is sound; give the revision of its schema, None if it is not ours.

    Raises:
        OperationRefused: the backup is damaged, or the copy cannot be written.
    """
    try:
        with closing(_opened(backup)) as reading:
            _keep_the_moment(reading)
            _check(reading)
            revision = _revision(reading)
            _copy(reading, target, told)
    except sqlite3.Error as error:
        raise OperationRefused(reason='damaged_backup', file=str(backup), message=str(error)) from error
    return revision


def exchange(place: Path, new: Path, kept: Path) -> Path | None:
    """Put a file in the place of a database that nobody uses; give the name under which the old one is kept.

    There is no moment without a database in that place. The old one is not opened, since it may be damaged; what was
    not folded into it yet (`-wal`) goes with it, so that both together are whole.
    """
    if not place.exists():
        new.replace(place)
        return None
    _also_named(place, kept)
    for suffix in ('-wal', '-shm'):
        part = Path(f'{place}{suffix}')
        if part.exists():
            part.replace(f'{kept}{suffix}')
    new.replace(place)
    return kept


def _keep_the_moment(reading: sqlite3.Connection) -> None:
    """Begin a transaction that stays open: without it every commit of another process would begin the copy anew."""
    reading.execute('BEGIN')
    reading.execute('SELECT count(*) FROM sqlite_master').fetchone()


def _copy(reading: sqlite3.Connection, target: Path, told: Told) -> None:
    """Copy all pages, and look at what arrived.

    Raises:
        OperationRefused: the copy cannot be written.
        sqlite3.Error: what is copied is damaged.
    """
    try:
        with closing(sqlite3.connect(target, isolation_level=None)) as writing:
            reading.backup(
                writing, pages=PAGES, progress=lambda _status, left, total: told(1 - left / total if total else 1)
            )
            writing.execute('PRAGMA journal_mode = DELETE')  # one file, with nothing beside it
            _check(writing)
    except sqlite3.Error as error:
        if isinstance(error, Damaged) or getattr(error, 'sqlite_errorname', '').startswith('SQLITE_CORRUPT'):
            raise
        raise OperationRefused(reason='unwritable', file=str(target.parent), message=str(error)) from error


def _check(connection: sqlite3.Connection) -> None:
    [found] = connection.execute('PRAGMA integrity_check(1)').fetchone()
    if found != 'ok':
        raise Damaged(first_damage(str(found)))


def first_damage(found: str) -> str:
    """Give what matters of the words of SQLite's check, which may begin with a heading."""
    return next((line for line in found.splitlines() if not line.startswith('***')), found)


def _revision(connection: sqlite3.Connection) -> str | None:
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables >= {'alembic_version', *OURS}:  # other programs count their revisions in the same way
        return None
    [revision] = connection.execute('SELECT version_num FROM alembic_version').fetchone() or [None]
    return None if revision is None else str(revision)


def _opened(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f'{file.absolute().as_uri()}?mode=rw', uri=True, isolation_level=None)


def _also_named(file: Path, name: Path) -> None:
    try:
        os.link(file, name)
    except OSError:  # a file system without such links
        shutil.copy2(file, name)
