"""Writes the log without anybody waiting for it: a terminal that stands still must not hold up a reply."""

import logging
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TextIO

MOST_WAITING = 10_000
"""Lines kept while nobody reads (a few MB); what comes on top of them is lost."""

PATIENCE = 1.0
"""Seconds the end of the process waits for what is still to be written."""


class BackgroundHandler(logging.Handler):
    """Writes lines in a thread. It, and the stream it writes to, are made when the first line comes."""

    def __init__(self, open_stream: Callable[[], TextIO]) -> None:
        super().__init__()
        self._open_stream = open_stream
        self._waiting: queue.Queue[str | threading.Event] = queue.Queue(MOST_WAITING)
        self._thread: threading.Thread | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Leave a line for the thread; it says what is so now."""
        try:
            line = self.format(record) + '\n'
        except Exception:  # as every handler of the standard library does: a log must not break what it tells of
            self.handleError(record)
            return
        with suppress(queue.Full):
            self._waiting.put_nowait(line)
        if self._thread is None:
            self._thread = threading.Thread(target=self._write, name='log', daemon=True)
            self._thread.start()

    def flush(self) -> None:
        """Wait until everything is written, but not for ever."""
        if self._thread is None:
            return
        written = threading.Event()
        with suppress(queue.Full):
            self._waiting.put(written, timeout=PATIENCE)
            written.wait(PATIENCE)

    def _write(self) -> None:
        stream = self._open_stream()
        while True:
            item = self._waiting.get()
            if isinstance(item, str):
                with suppress(OSError):  # nobody will ever read it
                    stream.write(item)
                    stream.flush()
            else:
                item.set()
