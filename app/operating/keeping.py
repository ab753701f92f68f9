"""`backup` and `restore`: all there is, in one file."""

from pathlib import Path

from app.operating.console import Console
from app.settings import Settings
from app.storage import backup
from app.storage.instance import lock_of


def back_up(settings: Settings, file: Path, console: Console) -> int:
    """Copy the database into a new file, while the app runs or not.

    Raises:
        OperationRefused: it cannot be done; nothing was written.
    """
    t = console.t
    backup.back_up(settings.resolved_database_url, file, lambda part: console.progress(t('Copying'), part))
    console.say(t('The backup is in {file} ({size} MB).').format(file=file, size=_megabytes(file)))
    return 0


def restore(settings: Settings, file: Path, console: Console) -> int:
    """Put a backup in the place of the database; what was there stays beside it.

    Raises:
        AlreadyRunning: the app, or another command, works with the database.
        OperationRefused: it cannot be done; nothing was changed.
    """
    t = console.t
    lock = lock_of(settings.resolved_database_url)
    lock.take()
    try:
        kept = backup.restore(settings.resolved_database_url, file, lambda part: console.progress(t('Copying'), part))
    finally:
        lock.release()
    console.say(t('Everything is as it was in {file}.').format(file=file))
    if kept is not None:
        console.say(t('What was there before is kept in {file}.').format(file=kept))
    return 0


def _megabytes(file: Path) -> str:
    return f'{file.stat().st_size / 1_000_000:.1f}'
