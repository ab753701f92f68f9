"""What runs in the window's own process, in a thread beside its loop. pywebview starts it with `attend`."""

import logging
import os
from contextlib import suppress
from multiprocessing.util import Finalize
from typing import Any

from app.native.channel import CLOSE, FORWARD, HIDE, STAY, Address
from app.native.place import Place, Screen


def attend(address: Address, place: Place) -> None:
    """Ask the server before the window closes, and do what it says until it is gone."""
    import webview

    with suppress(AttributeError, OSError):
        os.setsid()  # Ctrl+C in a terminal is for the server: it ends first, then the window
    logging.getLogger('nicegui').setLevel(logging.ERROR)  # it warns of dialogs at each end, open or not
    window = webview.windows[0]
    window.events.closing += lambda: _may_close(window, address)
    Finalize(None, _leave_nothing, [window], exitpriority=0)
    qt = _is_qt(window)
    if qt:
        from app.native import qt_window

        window.events.before_show.wait()
        qt_window.complete(window.native)
    window.events.shown.wait()
    _bring_into_sight(window, place)
    for word in address.attend():
        if word == HIDE:
            window.hide()
        elif word == FORWARD and qt:
            qt_window.bring_forward(window.native)
        elif word == FORWARD:
            window.restore()
            window.show()
    window.destroy()


def _may_close(window: Any, address: Address) -> bool:
    """Tell whether the window may go at once: only if there is no server left to end before it."""
    answer = address.ask(CLOSE)
    if answer == CLOSE:
        window.hide()
    return answer not in (CLOSE, STAY)


def _leave_nothing(window: Any) -> None:
    # A screen that goes away (X11 ended) while the window is closing ends the loop before the window is closed, and a
    # thread of NiceGUI would wait for that for ever.
    if not window.events.closed.is_set():
        os._exit(1)


def _bring_into_sight(window: Any, place: Place) -> None:
    screens = [Screen(each.x, each.y, each.width, each.height) for each in window.gui.get_screens()]
    seen = place.within(screens)
    if seen.x is None or seen.y is None or place.maximized:
        return
    if (seen.width, seen.height) != (place.width, place.height):
        window.resize(seen.width, seen.height)
    # pywebview counts from the corner of the first screen when it opens a window, and from that of the desktop later.
    if seen != place or (screens[0].x, screens[0].y) != (0, 0):
        window.move(seen.x, seen.y)


def _is_qt(window: Any) -> bool:
    return str(getattr(window.gui, 'renderer', '')) == 'qtwebengine'
