"""Pages nobody looks at yet: each is built before its browser connects, and some browsers never do."""

import time

from nicegui import Client

MOST = 100
"""Pages that wait for their browsers: 0.45 MB each. Beyond that the oldest go, NiceGUI's own limit being a minute."""

GRACE = 20.0
"""Seconds a browser has at least, from the request for a page to its connection, on the slowest of lines."""


def make_room() -> bool:
    """Let go of pages that waited for their browsers too long, if there are many; tell whether there is room now."""
    surplus = _waiting()[:-MOST]
    for client in surplus:
        if time.time() - client.created < GRACE:
            return False
        client.delete()
    return True


def _waiting() -> list[Client]:
    """Give the pages no browser has connected to, the oldest first. One that lost its line is another matter."""
    clients = Client.instances.values()
    return [client for client in clients if not (client.has_socket_connection or client._delete_tasks)]
