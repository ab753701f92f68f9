"""What `doctor` says of the data folder, the disk and the database."""

import os
import shlex
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from app.errors import StorageUnavailable
from app.operating.findings import Finding, fault, fine, note
from app.operating.looking_at_postgres import look_at_postgres
from app.settings import Settings
from app.storage.database import sqlite_file
from app.storage.examining import Condition, examine
from app.storage.upgrading import room_needed
from app.ui.translations import Translator

LITTLE, TOO_LITTLE = 1_000_000_000, 50_000_000
"""Bytes free on the disk below which it is told, and below which nothing should be begun."""


def look_at_storage(settings: Settings, t: Translator) -> Iterator[Finding]:
    """Look at folder, disk and database."""
    url = settings.resolved_database_url
    file = sqlite_file(url)
    yield _folder(settings.data_dir, t)
    yield _disk(settings.data_dir if file is None else file, file, t)
    if file is None:
        yield from _database(url, t('Check GUILHERME_DATABASE_URL, and whether the server runs and lets you in.'), t)
        yield from look_at_postgres(url, t)
    elif _is_closed(file):
        yield fault(
            t('The database {file} cannot be read and written by this user.').format(file=file),
            t('Give this command as the user who runs the app, or give the file to the one who is to run it.'),
        )
    else:
        yield from _database(url, t('If it is damaged, put a backup in its place: python main.py restore FILE'), t)


def _folder(folder: Path, t: Translator) -> Finding:
    there = _nearest(folder)
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        return fault(
            t('The data folder {folder} cannot be written to.').format(folder=folder),
            t('Choose another with --data-dir or GUILHERME_DATA_DIR, or let your user write there.'),
        )
    if there != folder.absolute():
        return fine(t('The data folder {folder} will be made at the first start').format(folder=folder))
    open_to_others = [each for each in (folder, folder / 'guilherme.db') if _is_open_to_others(each)]
    if open_to_others:
        return note(
            t('Other users of this machine can look into the data folder {folder}.').format(folder=folder),
            f'chmod go= {" ".join(shlex.quote(str(each)) for each in open_to_others)}',
        )
    return fine(t('Data folder {folder}').format(folder=folder))


def _is_open_to_others(place: Path) -> bool:
    return os.name == 'posix' and os.access(place, os.F_OK) and bool(stat.S_IMODE(place.stat().st_mode) & 0o077)


def _is_closed(file: Path) -> bool:
    """Tell whether it is there, as far as can be seen, and not for us."""
    if os.access(file, os.F_OK):
        return not os.access(file, os.R_OK | os.W_OK) or not os.access(file.parent, os.W_OK | os.X_OK)
    return not os.access(_nearest(file.parent), os.X_OK)


def _nearest(place: Path) -> Path:
    """Give the place, or what is there of the way to it."""
    place = place.absolute()
    return next(each for each in (place, *place.parents) if os.access(each, os.F_OK))


def _disk(place: Path, file: Path | None, t: Translator) -> Finding:
    free = shutil.disk_usage(_nearest(place)).free
    text = t('{size} GB are free on the disk').format(size=f'{free / 1_000_000_000:.{1 if free >= LITTLE else 2}f}')
    advice = t('Make some room: without it nothing can be saved, and no model downloaded.')
    if free < TOO_LITTLE:
        return fault(text, advice)
    if file is not None and free < room_needed(file):
        return note(text, t('Make some room: an update needs more, for the backup it makes of the database first.'))
    return note(text, advice) if free < LITTLE else fine(text)


def _database(url: str, if_silent: str, t: Translator) -> Iterator[Finding]:
    try:
        condition = examine(url)
    except StorageUnavailable as error:
        yield fault(t('The database does not answer: {message}').format(message=error.details['message']), if_silent)
        return
    if condition is None:
        yield fine(t('There is no database yet; it will be made at the first start'))
    else:
        yield _condition(condition, t)


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
