"""The web server's side of a websocket, where it takes for granted what a request may not have."""

from uvicorn.protocols.websockets.wsproto_impl import WSProtocol
from wsproto import events

REFUSED = b'HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'


class Handshakes(WSProtocol):
    """Takes a `Host` that cannot be read for what it is, and hands it on as it came.

    wsproto writes it in Unicode (`café.example`); everybody else compares what browsers send (`xn--caf-dma.example`).
    """

    def data_received(self, data: bytes) -> None:
        """Read a piece of what comes."""
        try:
            super().data_received(data)
        except UnicodeError:
            self.transport.write(REFUSED)
            self.transport.close()

    def handle_connect(self, event: events.Request) -> None:
        """Begin with a websocket."""
        super().handle_connect(event)
        if not event.host.isascii():
            headers = [each for each in self.scope['headers'] if each[0] != b'host']
            self.scope['headers'] = [(b'host', event.host.encode('idna')), *headers]
