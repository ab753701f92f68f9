"""How the process takes it when it is asked to end again while it ends already."""

import signal
from types import FrameType
from typing import Protocol


class EndingServer(Protocol):
    """What is needed of the web server: whether it was asked to end, and how it is asked."""

    should_exit: bool

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take note of a signal."""
        ...


def end_once(server: EndingServer) -> None:
    """Let only the first signal count: at a second Ctrl-C the server would leave without having stored the last words.

    To be called in the main thread, once the server has set its own handlers; it takes them back itself.
    """

    def ask(number: int, frame: FrameType | None) -> None:
        if not server.should_exit:
            server.handle_exit(number, frame)

    for wish in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wish, ask)
