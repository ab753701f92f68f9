"""The server's side of the window: opens it where it was, is asked before it closes, ends when it is gone."""

import asyncio
import logging
import math
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from nicegui import app, run
from nicegui.events import NativeEventArguments
from nicegui.server import Server

from app.native import pieces, place
from app.native.channel import CLOSE, FORWARD, HIDE, STAY, Listener, write_address
from app.native.opening import address_file, place_file
from app.native.place import SMALLEST
from app.native.view import attend

APP_ID = 'guilherme'
"""By which a desktop knows that the window belongs to guilherme.desktop."""

FAREWELL = 3.0
"""Seconds the window's process may take to end."""

QUIET = 0.4
"""Seconds after which a window has come to rest. A window that is being maximized first says its new size."""

DOUBLE_CLICK = 1.0
"""Seconds in which a second click on the window's cross is no answer to what the first one brought up."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What the window has to know of the app.

    `needed` tells whether a reply is being written; `ask` asks the person in the pages and tells whether there is one
    that did not ask already.
    """

    needed: Callable[[], bool]
    ask: Callable[[], bool]


class Window:
    """One window, opened by NiceGUI in a process of its own. `folder` keeps its place."""

    def __init__(
        self,
        folder: Path,
        *,
        port: int,
        icon: Path,
        asking: Asking,
        end: Callable[[], object] | None = None,
    ) -> None:
        self._folder = folder
        self._place = replace(place.read(place_file(folder)), port=port)
        self._icon = icon
        self._asking = asking
        self._end = end or partial(signal.raise_signal, signal.SIGTERM)
        self._moving = self._place
        self._rest: asyncio.TimerHandle | None = None
        self._asked_at = -math.inf
        self._leaving = False
        self._listener = Listener(self._answer, self.end)

    def install(self) -> dict[str, Any]:
        """Tell NiceGUI how the window shall be; give what `ui.run` needs for it."""
        opened = self._place
        app.native.window_args |= {'min_size': SMALLEST, 'text_select': True, 'zoomable': True}
        app.native.window_args |= {'x': opened.x, 'y': opened.y, 'maximized': opened.maximized}
        app.native.settings |= {'ALLOW_DOWNLOADS': True, 'OPEN_EXTERNAL_LINKS_IN_BROWSER': True}
        app.native.start_args |= {
            'func': attend,
            'args': (self._listener.address, opened),
            'gui': pieces.engine() or None,
            'private_mode': False,  # drafts and preferences are kept
            'storage_path': str(self._folder / 'window'),
            'icon': str(self._icon),
        }
        for kind in ('resized', 'moved', 'maximized', 'restored'):
            app.native.on(kind, self._moved)
        sys.argv[0] = APP_ID  # the window's process inherits it, and Qt takes the window's class from it
        app.on_startup(self._start)
        app.on_shutdown(self._close)
        return {'native': True, 'window_size': (opened.width, opened.height)}

    def end(self) -> None:
        """End the app as SIGTERM does, out of the window's sight."""
        self._leaving = True
        self._listener.tell(HIDE)
        if not _is_ending():
            # A moment later, so that who asked still gets the answer.
            asyncio.get_running_loop().call_later(0.05, self._end)

    async def _start(self) -> None:
        _give_back_process_pool()
        await self._listener.start()
        write_address(address_file(self._folder), self._listener.address)

    async def _close(self) -> None:
        self._settle()
        address_file(self._folder).unlink(missing_ok=True)
        await self._listener.close()
        for child in multiprocessing.active_children():
            if child.daemon:  # the window: it closes by itself now, and writes down what pages keep
                await asyncio.to_thread(child.join, FAREWELL)
        if not (self._listener.attended or _is_ending()):
            log.error('The window could not be opened. What it needs: docs/native.md')
            logging.shutdown()
            os._exit(1)  # NiceGUI ends the process with 0 now, as after any window

    def _answer(self, wish: str) -> str:
        if wish == CLOSE:
            return self._closing()
        if wish == FORWARD:
            return self._coming_forward()
        return wish

    def _coming_forward(self) -> str:
        if self._leaving or _is_ending():
            return ''  # who wants a window opens one as soon as this one is gone
        self._listener.tell(FORWARD)
        return FORWARD

    def _closing(self) -> str:
        now = time.monotonic()
        if not _is_ending() and self._asking.needed():
            if self._asking.ask():
                self._asked_at = now
                self._listener.tell(FORWARD)  # a window closed from the panel may be minimized
            if now - self._asked_at < DOUBLE_CLICK:
                return STAY
        self.end()
        return CLOSE

    def _moved(self, event: NativeEventArguments) -> None:
        self._moving = replace(self._moving, **event.args)
        if event.type in ('maximized', 'restored'):
            self._moving = replace(self._moving, maximized=event.type == 'maximized')
        if self._rest is not None:
            self._rest.cancel()
        self._rest = asyncio.get_running_loop().call_later(QUIET, self._settle)

    def _settle(self) -> None:
        moved = self._moving
        if moved.maximized:  # the size it goes back to is the one from before
            self._moving = self._place = replace(self._place, maximized=True)
        else:
            self._place = moved
        place.write(place_file(self._folder), self._place)


def _give_back_process_pool() -> None:
    """End NiceGUI's pool of processes, which nothing here uses.

    When a window closes, NiceGUI ends it twice, from two threads, and the one that comes second fails.
    """
    if run.process_pool is not None:
        run.process_pool.shutdown(wait=False)
        run.process_pool = None


def _is_ending() -> bool:
    return bool(getattr(getattr(Server, 'instance', None), 'should_exit', False))
