"""`export`: the archive of everything, while the app runs or not."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.conversation import LOCAL_OWNER
from app.errors import AlreadyRunning, OperationRefused
from app.operating.console import Console
from app.operating.ending import run_or_leave
from app.settings import Settings
from app.storage import migrate
from app.storage.beside import written_beside
from app.storage.database import is_there, read_url, sqlite_file
from app.ui.wording import size

if TYPE_CHECKING:
    from app.operating.alone import Build, Parts


def export(settings: Settings, file: Path, console: Console, build: 'Build', *, replaced: bool) -> int:
    """Write everything there is into a file, at once or not at all; with `replaced`, an older one makes way.

    Raises:
        OperationRefused: it cannot be done; nothing was written.
        AlreadyRunning: another command works with the database.
        StorageUnavailable: the database cannot be read.
    """
    if os.path.lexists(file) and not replaced:
        raise OperationRefused(reason='file_there', file=str(file))
    url = settings.resolved_database_url
    source = sqlite_file(url)
    place = read_url(url).render_as_string() if source is None else str(source)
    if source is not None and not is_there(source):
        raise OperationRefused(reason='no_database', file=place)
    with written_beside(file, replaced=replaced) as part:
        run_or_leave(_write(build(settings), part, place))
    t = console.t
    console.say(t('Everything is in {file} ({size}).').format(file=file, size=size(t, file.stat().st_size)))
    return 0


async def _write(parts: 'Parts', part: Path, place: str) -> None:
    async with _readable(parts, place):
        try:
            with part.open('wb') as stream:
                async for piece in parts.chat.exporting.archive(LOCAL_OWNER, datetime.now().astimezone()):
                    stream.write(piece)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            message = error.strerror or str(error)
            raise OperationRefused(reason='unwritable', file=str(part.parent), message=message) from error


@asynccontextmanager
async def _readable(parts: 'Parts', place: str) -> AsyncIterator[None]:
    """Hold the database, or read it beside the app that holds it: what it has shown is stored, replies included."""
    try:
        found = await parts.database.revision()
        if found is None:
            raise OperationRefused(reason='no_database', file=place)
        try:
            await parts.open()
        except AlreadyRunning as error:
            if 'url' not in error.details:  # a command, which may put another database there
                raise
            if found != migrate.HEAD:
                raise OperationRefused(reason='other_revision', revision=found) from None
        yield
    finally:
        await parts.close()
