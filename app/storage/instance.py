"""One process at a time for each database: a lock that is free again however the process ended that had it.

Two apps with one database would each think that the replies of the other were left behind by a crash. For SQLite it is
a lock of the operating system's on a file, for PostgreSQL one of the server's (`postgres_lock`). The window of its own
holds its data folder with a file, too.
"""

import json
import os
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import AlreadyRunning, StorageUnavailable
from app.storage.database import hand_over, sqlite_file

if TYPE_CHECKING:
    from app.storage.postgres_lock import PostgresLock

FAR_AWAY = 1 << 30
"""The byte that is locked on Windows, where a locked byte cannot be read: behind everything that is written."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a database: the id of the process, where its pages are (empty for a command), and on which machine.

    No machine is named where it can only be this one.
    """

    process: int
    url: str = ''
    machine: str = ''


class InstanceLock:
    """The right to work with something alone; `file` is beside it."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._descriptor: int | None = None

    def take(self, url: str = '') -> None:
        """Take the lock until `release` or the end of the process, and say at which address the pages will be.

        Raises:
            AlreadyRunning: another process has it.
            StorageUnavailable: the folder cannot be written to.
        """
        if self._descriptor is not None:
            return
        try:
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self.file, os.O_CREAT | os.O_RDWR, 0o600)
            hand_over(self.file, self.file.parent)
        except OSError as error:
            raise StorageUnavailable(message=str(error)) from error
        if not _locked(descriptor):
            os.close(descriptor)
            self._refuse()
        self._descriptor = descriptor
        with suppress(OSError):  # a disk may be full; the lock holds without a word about it
            self.announce(url)

    def announce(self, url: str) -> None:
        """Write down who holds the lock, for the one who comes second."""
        if self._descriptor is None:
            return
        said = json.dumps(asdict(Holder(os.getpid(), url))).encode()
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        os.ftruncate(self._descriptor, 0)
        os.write(self._descriptor, said)

    def release(self) -> None:
        """Let others in. The file stays: removing it would let two others lock two different files of that name."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def holder(self) -> Holder | None:
        """Say which process has the lock just now, None if nobody has, or if we may not look."""
        try:
            descriptor = os.open(self.file, os.O_RDONLY)
        except OSError:
            return None
        try:
            return None if _locked(descriptor) else _said(self.file)
        finally:
            os.close(descriptor)

    async def keep(self) -> None:
        """Hold the lock: nothing can take it away."""

    def _refuse(self) -> None:
        holder, folder = _said(self.file), str(self.file.parent)
        if holder.url:
            raise AlreadyRunning(url=holder.url, process=holder.process, folder=folder)
        raise AlreadyRunning(reason='busy_folder', process=holder.process, folder=folder)


def lock_of(database_url: str) -> 'InstanceLock | PostgresLock':
    """Make the lock of a database, which is not taken yet.

    Raises:
        SettingsInvalid: the address is none that can be used.
    """
    file = sqlite_file(database_url)
    if file is not None:
        return InstanceLock(file.with_name(f'{file.name}.lock'))
    from app.storage.postgres_lock import PostgresLock  # late: most have SQLite

    return PostgresLock(database_url)


def _said(file: Path) -> Holder:
    try:
        return Holder(**json.loads(file.read_text('utf-8')))
    except (OSError, ValueError, TypeError):  # taken a moment ago, and nothing written yet
        return Holder(process=0)


if sys.platform == 'win32':
    import msvcrt

    def _locked(descriptor: int) -> bool:
        os.lseek(descriptor, FAR_AWAY, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _locked(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
