"""Copies of the database that the app itself has made: before its updates, and of what a restore took the place of."""

import logging
import re
from datetime import UTC, datetime
from pathlib import Path

from app.domain.installation import KeptCopies
from app.storage.backup import STAMP
from app.storage.database import sqlite_file

MADE = re.compile(r'.+-(\d{8}-\d{6}-\d{6})(-[^-.]*)?(\.\w+)?')
"""How their names tell when they were made."""

log = logging.getLogger(__name__)

BESIDE = ('', '-wal', '-shm', '-journal')
"""What a database may have with it, by the ends of the names."""


class Copies:
    """The copies of the database at `url`; `folder` is where those are that are made before updates.

    Of copies that somebody made elsewhere it knows nothing.
    """

    def __init__(self, url: str, folder: Path) -> None:
        self._file = sqlite_file(url)
        self._folder = folder

    def kept(self) -> KeptCopies:
        """Say what there is."""
        made = [at for file in self._files() if (at := _made_at(file))]
        return KeptCopies(len(made), min(made, default=None))

    def remove(self) -> None:
        """Remove them all, and what was left of one that was never finished; the log names those that stay."""
        unfinished = [*self._folder.glob('.guilherme-*.part*')]
        for file in [*unfinished, *filter(_made_at, self._files())]:
            for end in BESIDE:
                try:
                    Path(f'{file}{end}').unlink(missing_ok=True)
                except OSError as error:
                    log.warning('A backup could not be removed: %s', error)

    def _files(self) -> list[Path]:
        files = [*self._folder.glob('guilherme-*')]
        if self._file is not None:
            files += self._file.parent.glob(f'{self._file.stem}-before-restore-*{self._file.suffix}')
        return files


def _made_at(file: Path) -> datetime | None:
    """Give when a copy was made, as its name tells it; None for any other file."""
    found = MADE.fullmatch(file.name)
    try:
        return datetime.strptime(found[1], STAMP).replace(tzinfo=UTC) if found else None
    except ValueError:  # digits that are no time: the name was given by somebody else
        return None
