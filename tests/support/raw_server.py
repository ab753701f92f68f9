"""A server that says bytes a test gives it, whatever it is asked: what no honest server sends, or what a proxy says."""

import asyncio

from tests.support.http_server import Exchange, HttpServer

PATIENT = 256 * 1024  # bytes that may wait to be sent before more are made


class RawServer(HttpServer):
    """Says `answer`, then `again` for ever (`pause` seconds between), then ends the connection.

    `poured` counts the bytes of all that was said again and taken from us.
    """

    def __init__(self, answer: bytes, again: bytes = b'', pause: float = 0) -> None:
        super().__init__()
        self.answer, self.again, self.pause = answer, again, pause
        self.poured = 0

    async def handle(self, exchange: Exchange) -> None:
        exchange.raw(self.answer)
        while self.again:
            if exchange.unsent < PATIENT:
                exchange.raw(self.again)
                self.poured += len(self.again)
                self.wake()
            await asyncio.sleep(self.pause)
        exchange.drop(reset=False)


def said(body: bytes, status: str = '200 OK', *headers: str) -> bytes:
    """Make an answer that ends with its connection."""
    head = '\r\n'.join([f'HTTP/1.1 {status}', 'Connection: close', *headers, '', ''])
    return head.encode() + body
