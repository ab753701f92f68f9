"""`import`: files with conversations, without questions, through the app if it runs."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from app.errors import AlreadyRunning, GuilhermeError, OperationRefused
from app.operating.console import Console
from app.operating.door import Door, door_of
from app.operating.ending import run_or_leave
from app.operating.import_account import Account
from app.operating.running_app import RunningApp
from app.settings import Settings
from app.storage.instance import Holder, lock_of
from app.ui.translations import Translator

if TYPE_CHECKING:
    from app.operating.alone import Build, Parts

BLOCK = 1_000_000
"""Bytes read at once."""


def import_files(settings: Settings, files: Sequence[Path], console: Console, build: 'Build', *, as_json: bool) -> int:
    """Import one file after the other; give 0 if any of them could be read, else 1.

    Raises:
        AlreadyRunning: the database is another process's, and that one cannot be asked.
        StorageUnavailable: the database cannot be used.
    """
    account = Account(console, as_json=as_json)
    try:
        holder = lock_of(settings.resolved_database_url).holder()
        if holder is not None and holder.url:
            _through(RunningApp(_door(settings, holder), console.t.language), files, account)
        else:
            run_or_leave(_alone(build(settings), files, account, console.t))
    except GuilhermeError as error:
        account.close(error)
        raise
    account.close()
    return account.code


def _door(settings: Settings, holder: Holder) -> Door:
    door = door_of(settings.data_dir)
    if door is not None and door.process == holder.process:
        return door
    if holder.machine:
        raise AlreadyRunning(reason='running_database', url=holder.url, process=holder.process, machine=holder.machine)
    raise AlreadyRunning(reason='no_key', url=holder.url, process=holder.process, folder=str(settings.data_dir))


def _through(app: RunningApp, files: Sequence[Path], account: Account) -> None:
    """Let the app that runs import them."""
    for file in files:
        try:
            with _opened(file) as (stream, size):
                for report in app.take_in(_chunks(file, stream), size, _name(file)):
                    account.hear(str(file), report)
        except GuilhermeError as error:
            account.refuse(str(file), error)


async def _alone(parts: 'Parts', files: Sequence[Path], account: Account, t: Translator) -> None:
    """Import them here."""
    from app.operating.alone import opened, take_in

    async with opened(parts):
        for file in files:
            try:
                with _opened(file) as (stream, size):
                    async for report in take_in(parts, _chunks(file, stream), size, t, _name(file)):
                        account.hear(str(file), report)
            except OperationRefused as error:
                account.refuse(str(file), error)


def _name(file: Path) -> str:
    """Give what the file is called, as it can be stored: on some systems a name is any bytes."""
    return file.name.encode('utf-8', 'replace').decode()


@contextmanager
def _opened(file: Path) -> Iterator[tuple[BinaryIO, int]]:
    """Open a file, or a pipe; give it with its size, 0 for a pipe.

    Raises:
        OperationRefused: there is none, it is a folder, or we may not read it.
    """
    try:
        stream = file.open('rb', 0)
    except FileNotFoundError as error:
        raise OperationRefused(reason='no_such_file', file=str(file)) from error
    except IsADirectoryError as error:
        raise OperationRefused(reason='a_folder', file=str(file)) from error
    except (OSError, ValueError) as error:
        raise _unreadable(file, error) from error
    with stream:
        yield stream, os.fstat(stream.fileno()).st_size


def _chunks(file: Path, stream: BinaryIO) -> Iterator[bytes]:
    try:
        while chunk := stream.read(BLOCK):
            yield chunk
    except OSError as error:
        raise _unreadable(file, error) from error


def _unreadable(file: Path, error: Exception) -> OperationRefused:
    return OperationRefused(reason='unreadable', file=str(file), message=getattr(error, 'strerror', '') or str(error))
