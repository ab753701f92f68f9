"""The first steps of a start with a window, before anything is built or a database touched."""

import socket
import time
from pathlib import Path

from app.errors import WindowOpenAlready
from app.native import pieces, place
from app.native.channel import FORWARD, read_address
from app.settings import Settings

HOST = '127.0.0.1'


def place_file(folder: Path) -> Path:
    """Give the file that keeps the window's place."""
    return folder / 'window.json'


def address_file(folder: Path) -> Path:
    """Give the file that tells how to reach the process whose window is open."""
    return folder / 'window-open.json'


def bring_forward(folder: Path, patience: float = 0) -> None:
    """Let the window that is open on a data folder come forward, if there is one within `patience` seconds.

    Raises:
        WindowOpenAlready: there is, and it did.
    """
    last = time.monotonic() + patience
    while True:
        address = read_address(address_file(folder))
        if address is not None and address.ask(FORWARD):
            raise WindowOpenAlready
        if time.monotonic() >= last:
            return
        time.sleep(0.1)


def prepared(settings: Settings, port: int | None) -> Settings:
    """Give the settings for a window: its pages are for this machine only.

    They are at `port`; for None at the one of last time, or at another if that is taken.

    Raises:
        WindowOpenAlready: it is open, and was brought forward.
        WindowUnavailable: a piece the window needs is missing.
    """
    bring_forward(settings.data_dir)
    pieces.check()
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
