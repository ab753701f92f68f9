"""Keeps the tests on this machine: whatever in this process connects elsewhere, or asks for a foreign name, raises."""

import ipaddress
import socket
import sys
from typing import Any


class NetworkRefused(Exception):
    """Raised when a test reaches for the real network. Not an OSError: code that mends those must not hide it."""


def is_local(host: object) -> bool:
    """Say whether a host is this machine; None and the empty string mean every interface or the default."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, '', 'localhost', '0.0.0.0', '::', socket.gethostname()):
        return True
    try:
        return ipaddress.ip_address(str(name).partition('%')[0]).is_loopback
    except ValueError:
        return False


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ('socket.connect', 'socket.sendto'):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # a path: a Unix socket
    elif event == 'socket.getaddrinfo':
        host = arguments[0]
    else:
        return
    if not is_local(host):
        raise NetworkRefused(f'a test reached for {host!r}; tests talk to servers on 127.0.0.1 only')


def refuse() -> None:
    """Refuse from now on, for the life of the process.

    An audit hook sees every socket Python makes: asyncio's and those of libraries that kept their own reference.
    """
    sys.addaudithook(_watch)
