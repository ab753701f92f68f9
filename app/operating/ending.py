"""How the process takes it when it is asked to end: before the server runs, in a command, and while it ends already."""

import _thread
import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Coroutine
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

WISHES = signal.SIGTERM, signal.SIGINT

A_MOMENT = 0.01
"""Seconds after which somebody who could not be heard says it again."""


class EndingServer(Protocol):
    """What is needed of the web server: whether it was asked to end, and how it is asked."""

    should_exit: bool

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take note of a signal."""
        ...


def leave_when_asked(code: Callable[[int], int]) -> None:
    """Leave by SystemExit at SIGTERM or Ctrl+C, with the exit code for that signal. The server has handlers of its own
    while it runs, and gives these back.

    Only the first one counts: what is half done is cleared away in peace. Where Python can raise nothing (in a
    destructor, or called back from C) it would drop the exception and go on; then it is raised again a moment later,
    and again, until it is heard: what takes note of the drop may itself last longer than that moment.
    """
    usual = sys.unraisablehook

    def leave(number: int, frame: FrameType | None) -> None:
        if not _is_within(frame, raise_again.__code__):
            _listen(signal.SIG_IGN)
            raise _Left(code(number), number)

    def raise_again(dropped: 'UnraisableHookArgs') -> None:
        if isinstance(dropped.exc_value, _Left) and threading.current_thread() is threading.main_thread():
            _listen(leave)
            threading.Thread(target=_remind, args=[dropped.exc_value.number, leave], daemon=True).start()
        else:
            usual(dropped)

    sys.unraisablehook = raise_again
    _listen(leave)


def end_once(server: EndingServer) -> None:
    """Let only the first signal count: at a second Ctrl-C the server would leave without having stored the last words.

    To be called in the main thread, once the server has set its own handlers; it takes them back itself.
    """

    def ask(number: int, frame: FrameType | None) -> None:
        if not server.should_exit:
            server.handle_exit(number, frame)

    _listen(ask)


def run_or_leave(work: Coroutine[Any, Any, None]) -> None:
    """Run until it is done; at SIGTERM or Ctrl-C cancel it, let it clear up, and leave as commands do.

    Raising in the midst of the event loop, as `leave_when_asked` does, would hit whatever task is at work.
    """
    asked: list[int] = []

    async def heard() -> None:
        loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)

        def ask(number: int, _frame: FrameType | None) -> None:
            if not asked:
                asked.append(number)
                loop.call_soon_threadsafe(task.cancel)

        before = [signal.signal(wish, ask) for wish in WISHES]
        try:
            await task
        finally:
            for wish, handler in zip(WISHES, before, strict=True):
                signal.signal(wish, handler)

    try:
        asyncio.run(heard())
    except asyncio.CancelledError:
        raise SystemExit(128 + asked[0]) from None


class _Left(SystemExit):
    def __init__(self, code: int, number: int) -> None:
        super().__init__(code)
        self.number = number


def _is_within(frame: FrameType | None, code: CodeType) -> bool:
    """Tell whether a frame is one of a function's, or of what it called."""
    while frame is not None and frame.f_code is not code:
        frame = frame.f_back
    return frame is not None


def _remind(number: int, handler: Any) -> None:
    """Signal again and again, as long as that handler still waits to hear it."""
    while signal.getsignal(number) is handler:
        time.sleep(A_MOMENT)
        _signal(number)


def _signal(number: int) -> None:
    if sys.platform == 'win32':  # there it cannot wake a thread that waits
        _thread.interrupt_main(number)
    else:
        os.kill(os.getpid(), number)


def _listen(handler: Any) -> None:
    for wish in WISHES:
        signal.signal(wish, handler)
