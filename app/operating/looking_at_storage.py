"""What `doctor` says of the data folder, the disk and the database."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from app.errors import StorageUnavailable
from app.operating.findings import Finding, fault, fine, note
from app.settings import Settings
from app.storage.database import sqlite_file
from app.storage.examining import Condition, examine
from app.storage.postgres_backup import can_dump
from app.ui.translations import Translator

LITTLE, TOO_LITTLE = 1_000_000_000, 50_000_000
"""Bytes free on the disk below which it is told, and below which nothing should be begun."""


def look_at_storage(settings: Settings, t: Translator) -> Iterator[Finding]:
    """Look at folder, disk and database."""
    yield _folder(settings.data_dir, t)
    yield _disk(settings, t)
    yield from _database(settings.resolved_database_url, t)


def _folder(folder: Path, t: Translator) -> Finding:
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        return fault(
            t('The data folder {folder} cannot be written to.').format(folder=folder),
            t('Choose another with --data-dir or GUILHERME_DATA_DIR, or let your user write there.'),
        )
    if there != folder:
        return fine(t('The data folder {folder} will be made at the first start').format(folder=folder))
    if os.name == 'posix' and stat.S_IMODE(folder.stat().st_mode) & 0o077:
        return note(
            t('Other users of this machine can look into the data folder {folder}.').format(folder=folder),
            f'chmod 700 {folder}',
        )
    return fine(t('Data folder {folder}').format(folder=folder))


def _disk(settings: Settings, t: Translator) -> Finding:
    place = (sqlite_file(settings.resolved_database_url) or settings.data_dir).absolute()
    free = shutil.disk_usage(next(each for each in (place, *place.parents) if each.exists())).free
    text = t('{size} GB are free on the disk').format(size=f'{free / 1_000_000_000:.1f}')
    advice = t('Make some room: without it nothing can be saved, and no model downloaded.')
    if free < TOO_LITTLE:
        return fault(text, advice)
    return note(text, advice) if free < LITTLE else fine(text)


def _database(url: str, t: Translator) -> Iterator[Finding]:
    try:
        condition = examine(url)
    except StorageUnavailable as error:
        yield fault(
            t('The database does not answer: {message}').format(message=error.details['message']),
            t('Check GUILHERME_DATABASE_URL, and whether the server runs and lets you in.')
            if sqlite_file(url) is None
            else t('If it is damaged, put a backup in its place: python main.py restore FILE'),
        )
        return
    if condition is None:
        yield fine(t('There is no database yet; it will be made at the first start'))
    else:
        yield _condition(condition, t)
    if sqlite_file(url) is None and not can_dump():
        yield note(
            t('pg_dump was not found, so there are no backups by themselves before an update.'),
            t('Install the client programs of PostgreSQL (on Debian and Ubuntu: apt install postgresql-client).'),
        )


def _condition(condition: Condition, t: Translator) -> Finding:
    info = condition.info
    if condition.damage:
        return fault(
            t('The database is damaged: {message}').format(message=condition.damage),
            t('Put a backup in its place: python main.py restore FILE'),
        )
    if condition.newer:
        return fault(
            t('The database belongs to a newer version of Guilherme (revision {revision}).').format(
                revision=info.revision
            ),
            t('Install that version, or restore a backup: python main.py restore FILE'),
        )
    text = t('{system} {version}, {size} MB, revision {revision}: {place}').format(
        system=info.system,
        version=info.version,
        size=f'{info.size / 1_000_000:.1f}',
        revision=info.revision,
        place=info.place,
    )
    if condition.current:
        return fine(text)
    return note(text, t('The next start brings it up to date, and makes a backup first.'))
