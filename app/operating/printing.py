"""Printing for whoever may have stopped reading."""

import logging
import os
import sys
from typing import TextIO

log = logging.getLogger(__name__)


def announce(sentence: str, *, as_object: bool) -> None:
    """Say something at the terminal; whoever reads the log as objects finds nothing else in it."""
    if as_object:
        log.info(sentence)
    else:
        tell(sentence, sys.stdout)


def tell(text: str, out: TextIO | None, end: str = '\n') -> None:
    """Print at once; if nobody takes it, be silent from then on, since what is being done matters more.

    `out` is None where standard output is closed.
    """
    try:
        print(text, end=end, file=out, flush=True)
    except OSError:  # `| head` has read enough, or the disk behind a file is full
        _fall_silent(out)
    except BaseException:  # asked to end while nobody reads
        _fall_silent(out)
        raise


def _fall_silent(out: TextIO | None) -> None:
    """Let what is left over go nowhere: Python writes it when it ends, and would wait for a reader for ever."""
    if out is None:
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, out.fileno())
    os.close(nowhere)
