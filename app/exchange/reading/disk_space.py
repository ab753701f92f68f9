"""How much of the disk an import leaves free."""

import shutil
from pathlib import Path

from app.errors import ImportRefused

SPARE = 200_000_000
"""Bytes that stay free on the disk."""


def check_space(folder: Path, size: int) -> None:
    """Make sure that so many bytes can be written into a folder.

    Raises:
        ImportRefused: there is not enough space on the disk.
    """
    if shutil.disk_usage(folder).free < size + SPARE:
        raise ImportRefused(reason='no_space')
