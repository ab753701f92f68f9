"""What the window needs of this machine, and what to install when a piece is missing. docs/native.md says the same."""

import ctypes
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import find_spec

from app.errors import WindowUnavailable

LIBRARIES: Mapping[str, str] = {
    'libEGL.so.1': 'libegl1',
    'libGL.so.1': 'libgl1',
    'libX11-xcb.so.1': 'libx11-xcb1',
    'libXcomposite.so.1': 'libxcomposite1',
    'libXdamage.so.1': 'libxdamage1',
    'libXrandr.so.2': 'libxrandr2',
    'libXtst.so.6': 'libxtst6',
    'libasound.so.2': 'libasound2',
    'libdbus-1.so.3': 'libdbus-1-3',
    'libfontconfig.so.1': 'libfontconfig1',
    'libgbm.so.1': 'libgbm1',
    'libglib-2.0.so.0': 'libglib2.0-0',
    'libnss3.so': 'libnss3',
    'libxcb-dri3.so.0': 'libxcb-dri3-0',
    'libxkbcommon.so.0': 'libxkbcommon0',
    'libxkbfile.so.1': 'libxkbfile1',
}
"""What Qt and its browser load from the system, and the package of Debian and Ubuntu it is in.

Source: `objdump -p` of Qt 6.11's libQt6Gui, libQt6WebEngineCore, and for X11 libqxcb.
"""

X11_LIBRARIES: Mapping[str, str] = {
    'libxcb-cursor.so.0': 'libxcb-cursor0',
    'libxcb-icccm.so.4': 'libxcb-icccm4',
    'libxcb-image.so.0': 'libxcb-image0',
    'libxcb-keysyms.so.1': 'libxcb-keysyms1',
    'libxcb-render-util.so.0': 'libxcb-render-util0',
    'libxcb-shape.so.0': 'libxcb-shape0',
    'libxcb-util.so.1': 'libxcb-util1',
    'libxcb-xkb.so.1': 'libxcb-xkb1',
    'libxkbcommon-x11.so.0': 'libxkbcommon-x11-0',
}
"""The same for X11 alone."""

WEBKIT = '4.1', '4.0'
"""The versions of WebKit2 that pywebview takes with GTK, the best first."""


def engine() -> str:
    """Give the name pywebview has for the window's engine here; empty: it knows by itself (Windows, macOS, GTK)."""
    if sys.platform.startswith('linux') and has('qtpy') and has('PyQt6.QtWebEngineWidgets'):
        return 'qt'
    return ''


def check() -> None:
    """See that a window can be opened.

    Raises:
        WindowUnavailable: a piece is missing; its `reason` says which, `packages` what to install.
    """
    if not has('webview'):
        raise WindowUnavailable(reason='no_pywebview')
    if sys.platform.startswith('linux'):
        _check_linux()


def _check_linux() -> None:
    wayland = bool(os.environ.get('WAYLAND_DISPLAY'))
    if not (wayland or os.environ.get('DISPLAY') or os.environ.get('QT_QPA_PLATFORM')):
        raise WindowUnavailable(reason='no_screen')
    if engine() == 'qt':
        packages = missing(LIBRARIES if wayland else {**LIBRARIES, **X11_LIBRARIES})
        if packages:
            raise WindowUnavailable(reason='no_libraries', packages=' '.join(packages))
        if os.geteuid() == 0 and not os.environ.get('QTWEBENGINE_DISABLE_SANDBOX'):
            raise WindowUnavailable(reason='window_as_root')
    elif not has('gi'):
        raise WindowUnavailable(reason='no_engine')
    elif not _has_webkit():
        raise WindowUnavailable(reason='no_webkit')


def missing(libraries: Mapping[str, str]) -> list[str]:
    """Give the packages of those libraries that this machine does not have."""
    return [package for library, package in libraries.items() if not _loads(library)]


def has(module: str) -> bool:
    """Tell whether a module is installed, without importing it."""
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # not even the package it would be in
        return False


def _has_webkit() -> bool:
    import gi

    for version in WEBKIT:
        with suppress(ValueError):
            gi.require_version('WebKit2', version)
            return True
    return False


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
