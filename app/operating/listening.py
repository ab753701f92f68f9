"""Whether the app can listen where it is told to."""

import socket

from app.errors import PortTaken


def refuse_taken_port(host: str, port: int) -> None:
    """Try the address the server is about to use.

    Raises:
        PortTaken: something else listens there, or the address is none of this machine.
    """
    family = socket.AF_INET6 if ':' in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(host=host, port=port, message=error.strerror or str(error)) from error
