"""The first steps of a start with a window, before anything is built or a database touched."""

import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import AlreadyRunning, WindowOpenAlready
from app.native import pieces, place
from app.native.channel import FORWARD, read_address
from app.settings import Settings

if TYPE_CHECKING:
    from app.storage.instance import InstanceLock

HOST = '127.0.0.1'

PATIENCE = 15.0
"""Seconds to wait for a start at the same moment to open its window, or for an app that was closed to end."""


def place_file(folder: Path) -> Path:
    """Give the file that keeps the window's place."""
    return folder / 'window.json'


def address_file(folder: Path) -> Path:
    """Give the file that tells how to reach the process whose window is open."""
    return folder / 'window-open.json'


def bring_forward(folder: Path) -> None:
    """Let the window that is open on a data folder come forward, if there is one.

    Raises:
        WindowOpenAlready: there is, and it did.
    """
    address = read_address(address_file(folder))
    if address is not None and address.ask(FORWARD):
        raise WindowOpenAlready


def claim(folder: Path, patience: float = PATIENCE) -> 'InstanceLock':
    """Take the right to open the window of a data folder, which the end of the process gives back.

    Another start may have it that is about to open its window, or an app that is about to end: that is waited for.

    Raises:
        AlreadyRunning: neither came about within `patience` seconds.
        StorageUnavailable: the folder cannot be written to.
        WindowOpenAlready: the window is open, and came forward.
        WindowUnavailable: a piece the window needs is missing.
    """
    bring_forward(folder)
    pieces.check()
    from app.storage.instance import InstanceLock  # late: to bring a window forward needs no database

    lock = InstanceLock(folder / 'window.lock')
    last = time.monotonic() + patience
    while True:
        try:
            lock.take()
        except AlreadyRunning:
            bring_forward(folder)
            if time.monotonic() >= last:
                raise
            time.sleep(0.1)
        else:
            return lock


def prepared(settings: Settings, port: int | None) -> Settings:
    """Give the settings for a window: its pages are for this machine only.

    They are at `port`; for None at the one of last time, or at another if that is taken.
    """
    chosen = port or _free_port(place.read(place_file(settings.data_dir)).port)
    return settings.model_copy(update={'host': HOST, 'port': chosen, 'root_path': ''})


def _free_port(wanted: int) -> int:
    try:
        return _bound(wanted)
    except OSError:
        return _bound(0)


def _bound(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((HOST, port))
        return int(probe.getsockname()[1])
