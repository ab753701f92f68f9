"""Whether the app can listen where it is told to."""

import errno
import ipaddress
import socket
from collections.abc import Mapping

from app.errors import PortTaken

REASONS: Mapping[int, str] = {errno.EADDRINUSE: '', errno.EACCES: 'port_forbidden'}
"""What an error means; every other is about the host."""


def address(host: str, port: int) -> str:
    """Give the address of the pages for somebody at this machine, by what the server listens at."""
    host = {'0.0.0.0': '127.0.0.1', '::': '::1'}.get(host, host)  # noqa: S104
    return f'http://{f"[{host}]" if ":" in host else host}:{port}'


def lets_others_in(host: str) -> bool:
    """Tell whether other machines can reach what listens at `host`. One that nobody knows is said to let them in."""
    try:
        places = {str(place[0]) for *_, place in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
        return not places or not all(ipaddress.ip_address(place.partition('%')[0]).is_loopback for place in places)
    except (OSError, UnicodeError, ValueError):
        return True


def refuse_taken_port(host: str, port: int) -> None:
    """Try the addresses the server is about to use.

    Raises:
        PortTaken: something else listens there, we may not use the port, or the host is none of this machine.
    """
    try:
        for family, kind, _, _, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            _bind(family, kind, place)
    except OSError as error:
        reason = REASONS.get(error.errno or 0, 'host_unknown')
        raise PortTaken(reason=reason, host=host, port=port, message=error.strerror or str(error)) from error
    except UnicodeError as error:  # too long for a name
        raise PortTaken(reason='host_unknown', host=host, port=port, message=str(error)) from error


def _bind(family: int, kind: int, place: tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]) -> None:
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:  # as the server does: IPv4 is another matter
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        probe.bind(place)
