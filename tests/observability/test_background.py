"""A log that nobody reads at the moment."""

import io
import logging
import os
import threading
from contextlib import suppress

import pytest

from app.observability.background import MOST_WAITING, BackgroundHandler


class Gate(io.StringIO):
    """A stream that takes nothing before it is open."""

    def __init__(self) -> None:
        super().__init__()
        self.open = threading.Event()

    def write(self, text: str) -> int:
        self.open.wait()
        return super().write(text)


def logger(handler: logging.Handler) -> logging.Logger:
    made = logging.Logger('test')
    made.addHandler(handler)
    return made


def test_lines_come_in_order_once_somebody_reads() -> None:
    gate = Gate()
    handler = BackgroundHandler(lambda: gate)
    log = logger(handler)
    for number in range(1000):
        log.error('%d', number)
    assert gate.getvalue() == ''
    gate.open.set()
    handler.flush()
    assert gate.getvalue() == ''.join(f'{number}\n' for number in range(1000))


def test_a_line_says_what_was_so_when_it_was_logged() -> None:
    gate = Gate()
    handler = BackgroundHandler(lambda: gate)
    changing = ['before']
    logger(handler).error('%s', changing)
    changing[0] = 'after'
    gate.open.set()
    handler.flush()
    assert gate.getvalue() == "['before']\n"


def test_what_is_too_much_to_keep_is_lost_and_nothing_else() -> None:
    gate = Gate()
    handler = BackgroundHandler(lambda: gate)
    log = logger(handler)
    for number in range(MOST_WAITING + 100):
        log.error('%d', number)
    gate.open.set()
    handler.flush()
    log.error('last')
    handler.flush()
    lines = gate.getvalue().split()
    assert lines[:MOST_WAITING] == [str(number) for number in range(MOST_WAITING)]
    assert len(lines) <= MOST_WAITING + 2  # one may have been taken out to be written before the rest was full
    assert lines[-1] == 'last'


def test_a_line_that_cannot_be_made_breaks_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    gate = Gate()
    gate.open.set()
    handler = BackgroundHandler(lambda: gate)
    log = logger(handler)
    log.error('%d', 'no number')
    log.error('next')
    handler.flush()
    assert gate.getvalue() == 'next\n'
    assert 'TypeError: %d format' in capsys.readouterr().err


def test_a_stream_that_is_gone_breaks_nothing() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with suppress(OSError), os.fdopen(writing, 'w') as gone:
        handler = BackgroundHandler(lambda: gone)
        log = logger(handler)
        log.error('one')
        log.error('two')
        handler.flush()
