"""Copies of a whole database as one file, made while the app runs, and put back. The two systems have files beside."""

from datetime import UTC, datetime
from pathlib import Path

from app.errors import OperationRefused
from app.storage import migrate, postgres_backup, sqlite_backup
from app.storage.beside import make_private, temporary, written_beside
from app.storage.database import hand_over, is_there, sqlite_file
from app.storage.sqlite_backup import Told

STAMP = '%Y%m%d-%H%M%S-%f'
"""How names of files tell when they were made, in UTC: they sort as they were made."""


def back_up(url: str, target: Path, told: Told = lambda _part: None) -> None:
    """Write all of the database at `url`, as it is at one moment, into a new file only its owner can read.

    `told` is called with the part that is done, from 0 to 1, as far as that is known.

    Raises:
        OperationRefused: the file exists, or cannot be written; there is no database; pg_dump is missing or failed.
        StorageUnavailable: the database cannot be read.
    """
    source = sqlite_file(url)
    if source is not None and not is_there(source):
        raise OperationRefused(reason='no_database', file=str(source))
    with written_beside(target) as part:
        if source is None:
            postgres_backup.dump(url, part)
        else:
            sqlite_backup.copy(source, part, told)


def restore(url: str, backup: Path, told: Told = lambda _part: None) -> Path | None:
    """Put a backup in the place of the database at `url`, which nobody may be using.

    Gives the file with what was there before, if there was anything. On PostgreSQL the database has to be empty.

    Raises:
        OperationRefused: the file is no backup, is damaged or of a newer version; or the database is of another
            system, or (PostgreSQL) not empty.
    """
    place = sqlite_file(url)
    if _is_of_sqlite(backup) != (place is not None):
        raise OperationRefused(reason='other_system', file=str(backup))
    if place is None:
        _refuse_newer(backup, postgres_backup.revision_of(backup))
        postgres_backup.restore(url, backup)
        return None
    return _restore_sqlite(place, backup, told)


def _restore_sqlite(place: Path, backup: Path, told: Told) -> Path | None:
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = place.with_name(f'.{place.name}.part')  # one at a time: nobody else uses the place
    with temporary(part):
        make_private(part)
        _refuse_newer(backup, sqlite_backup.copy_checked(backup, part, told))
        hand_over(part, place if place.exists() else place.parent)
        return sqlite_backup.exchange(place, part, dated(place, 'before-restore'))


def dated(file: Path, why: str) -> Path:
    """Give a name beside a file that says why and when it was kept."""
    return file.with_name(f'{file.stem}-{why}-{datetime.now(UTC).strftime(STAMP)}{file.suffix}')


def _refuse_newer(backup: Path, revision: str | None) -> None:
    if revision is None:
        raise OperationRefused(reason='not_a_backup', file=str(backup))
    if not migrate.knows(revision):
        raise OperationRefused(reason='newer_backup', file=str(backup), revision=revision)


def _is_of_sqlite(backup: Path) -> bool:
    try:
        with backup.open('rb') as file:
            beginning = file.read(16)
    except OSError as error:
        raise OperationRefused(reason='no_backup', file=str(backup), message=error.strerror or str(error)) from error
    if beginning.startswith(sqlite_backup.MAGIC):
        return True
    if beginning.startswith(postgres_backup.MAGIC):
        return False
    raise OperationRefused(reason='not_a_backup', file=str(backup))
