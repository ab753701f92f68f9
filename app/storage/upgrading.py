"""Brings a database up to date, but keeps what there was first: a migration that went wrong can be taken back."""

import asyncio
import logging
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from app.errors import OperationRefused, StorageUnavailable
from app.storage import migrate, postgres_backup
from app.storage.backup import STAMP, back_up
from app.storage.database import Database, hand_over, sqlite_file

KEPT = 5
"""Backups that stay; older ones of ours are removed."""

SPACE = 2.5
"""Room on the disk for a backup and a migration, as a multiple of the database's size."""

MEGABYTE = 1_000_000

log = logging.getLogger(__name__)


async def upgrade_safely(database: Database, url: str, folder: Path) -> bool:
    """Apply the missing migrations; before any that changes a database with something in it, back it up into `folder`.

    Says whether anything had to be done. On PostgreSQL a backup is made if pg_dump is there and fits the server;
    otherwise it is the administrator's affair, and the log says so.

    Raises:
        StorageUnavailable: the database does not answer, is of a newer version, or there is no room for a backup.
    """
    revision = await database.revision()
    if revision is not None and revision != migrate.HEAD and await asyncio.to_thread(migrate.knows, revision):
        await asyncio.to_thread(_keep, url, folder, revision)
    return await database.upgrade()


def _keep(url: str, folder: Path, revision: str) -> None:
    source = sqlite_file(url)
    if source is None:
        _keep_postgres(url, folder, revision)
        return
    if _kept_already(source, folder, revision):
        return
    _demand_room(source, folder)
    target = _named(folder, revision, '.db')
    try:
        back_up(url, target)
    except OperationRefused as error:
        raise StorageUnavailable(message=f'it could not be backed up before its migration: {error}') from error
    hand_over(target, folder)
    log.info('The database was backed up before its migration: %s', target)
    _remove_old(folder)


def _keep_postgres(url: str, folder: Path, revision: str) -> None:
    if not postgres_backup.can_dump():
        log.info('The database is migrated without a backup: pg_dump is not installed here.')
        return
    target = _named(folder, revision, '.dump')
    try:
        back_up(url, target)
    except OperationRefused as error:  # most often it is older than the server
        log.info('The database is migrated without a backup: %s', error)
        return
    hand_over(target, folder)
    log.info('The database was backed up before its migration: %s', target)
    _remove_old(folder)


def _named(folder: Path, revision: str, suffix: str) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    hand_over(folder, folder.parent)
    return folder / f'guilherme-{datetime.now(UTC).strftime(STAMP)}-{revision}{suffix}'


def _kept_already(source: Path, folder: Path, revision: str) -> bool:
    """Tell whether a start that failed left a backup of what is still the same: many must not push out the others."""
    changed = max(part.stat().st_mtime_ns for part in (source, Path(f'{source}-wal')) if part.exists())
    return any(kept.stat().st_mtime_ns > changed for kept in folder.glob(f'guilherme-*-{revision}.db'))


def room_needed(source: Path) -> int:
    """Give how many bytes have to be free for a backup of an SQLite database and its migration."""
    parts = (source, Path(f'{source}-wal'))
    return int(SPACE * sum(part.stat().st_size for part in parts if os.access(part, os.F_OK)))


def _demand_room(source: Path, folder: Path) -> None:
    needed = room_needed(source)
    free = shutil.disk_usage(next(each for each in (folder, *folder.parents) if each.exists())).free
    if free < needed:
        raise StorageUnavailable(
            reason='little_space',
            needed=-(-needed // MEGABYTE),
            free=free // MEGABYTE,
            message='too little room on the disk for a backup and a migration',
        )


def _remove_old(folder: Path) -> None:
    ours = sorted([*folder.glob('guilherme-*-*-*.db'), *folder.glob('guilherme-*-*-*.dump')])
    for old in ours[:-KEPT]:
        old.unlink(missing_ok=True)
