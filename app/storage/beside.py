"""Files that get their name only when they are whole: they are written beside it, for their owner's eyes only."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.errors import OperationRefused


@contextmanager
def written_beside(target: Path, *, replaced: bool = False) -> Iterator[Path]:
    """Give a file to write to, which gets the name `target` when it is whole; nothing stays if it never is.

    With `replaced`, an older file of that name makes way at that moment, and not before.

    Raises:
        OperationRefused: there is something of that name already, or no file can be made there.
    """
    if replaced:
        target = Path(os.path.realpath(target))  # what a link leads to, not the link
    part = target.parent / f'.guilherme-{os.getpid()}.part'
    with temporary(part):
        _refuse_existing(target, replaced)
        make_private(part)
        yield part
        _refuse_existing(target, replaced)  # it took a while
        part.replace(target)


@contextmanager
def temporary(part: Path) -> Iterator[None]:
    """Let there be no such file before and after, also if one was left by a process that was killed."""
    _remove(part)
    try:
        yield
    finally:
        _remove(part)


def make_private(part: Path) -> None:
    """Make an empty file that only we can read.

    Raises:
        OperationRefused: it cannot be made.
    """
    try:
        os.close(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
    except OSError as error:
        raise OperationRefused(
            reason='unwritable', file=str(part.parent), message=error.strerror or str(error)
        ) from error


def _remove(part: Path) -> None:
    for each in (part, Path(f'{part}-journal'), Path(f'{part}-wal'), Path(f'{part}-shm')):
        with suppress(OSError):
            each.unlink(missing_ok=True)


def _refuse_existing(target: Path, replaced: bool) -> None:
    if not os.path.lexists(target):  # a link that leads nowhere is somebody's too
        return
    if not replaced:
        raise OperationRefused(reason='file_exists', file=str(target))
    if not target.is_file():
        raise OperationRefused(reason='no_file', file=str(target))
