"""Work on foreign text in a process of its own, which is ended when it takes too long.

A thread will not do: it cannot be ended, and a regular expression lets no other thread run until it is through. The
process starts with the first text that needs it, and ends by itself when nothing was asked of it for a while.
"""

import asyncio
import contextlib
import logging
import os
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from anyio import BrokenWorkerProcess, to_process

IDLE = 60.0
"""Seconds without work after which the process ends: it takes 50 MB."""

MEMORY = 1 << 30
"""Bytes of addresses the process may use where a system can limit them; the largest message takes 200 MB."""

NICENESS = 5
"""How far it stands back behind replies, where a system knows of that."""

LEAVING = 'leave when idle'

T = TypeVar('T')

log = logging.getLogger(__name__)


class WorkApart:
    """Does one piece of work at a time; others wait for their turn."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def run(self, function: Callable[..., T], *arguments: Any, seconds: float) -> T | None:
        """Call a function of a module; None when that took more than `seconds`, or failed (the log says why)."""
        async with self._turn:
            try:
                async with asyncio.timeout(seconds):
                    return await self._result(function, arguments)
            except TimeoutError:
                log.warning('%s was ended after %s s.', function.__name__, seconds)
            except Exception:  # whatever a text did to it: there is a plainer way to show it
                log.warning('%s failed', function.__name__, exc_info=True)
        return None

    async def _result(self, function: Callable[..., T], arguments: tuple[Any, ...]) -> T:
        try:
            return await to_process.run_sync(_work, function, arguments, cancellable=True)
        except BrokenWorkerProcess:  # it left just when it was asked
            return await to_process.run_sync(_work, function, arguments, cancellable=True)


def _work(function: Callable[..., T], arguments: tuple[Any, ...]) -> T:
    """Do the work, in the process: behind others, within its memory, and leave if nothing more is asked for."""
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer) and thread.name == LEAVING:
            thread.cancel()
    _be_modest()
    try:
        return function(*arguments)
    finally:
        timer = threading.Timer(IDLE, os._exit, (0,))
        timer.name, timer.daemon = LEAVING, True
        timer.start()


def _be_modest() -> None:
    if hasattr(os, 'setpriority'):
        os.setpriority(os.PRIO_PROCESS, 0, max(NICENESS, os.getpriority(os.PRIO_PROCESS, 0)))
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
