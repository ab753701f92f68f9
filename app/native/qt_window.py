"""What pywebview's Qt window lacks: downloads with Qt 6, a clipboard for the page, and coming forward."""

from collections.abc import Callable
from pathlib import Path
from typing import Any


def complete(view: Any) -> None:
    """Add what is missing; from any thread."""
    from qtpy.QtWebEngineCore import QWebEngineSettings

    def add() -> None:
        profile = view.webview.page().profile()
        attribute = QWebEngineSettings.WebAttribute.JavascriptCanAccessClipboard
        profile.settings().setAttribute(attribute, True)
        # pywebview 6.2 calls `setPath`, which Qt 6 does not have any more; the error would end the window.
        profile.downloadRequested.disconnect()
        profile.downloadRequested.connect(lambda download: save(view, download))

    _in_loop(view, add)


def save(view: Any, download: Any) -> None:
    """Ask where a download shall go, and put it there."""
    from qtpy.QtCore import QStandardPaths
    from qtpy.QtWidgets import QFileDialog

    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation)
    suggested = Path(folder) / download.suggestedFileName()
    chosen, _ = QFileDialog.getSaveFileName(view, view.localization['global.saveFile'], str(suggested))
    if chosen:
        download.setDownloadDirectory(str(Path(chosen).parent))
        download.setDownloadFileName(Path(chosen).name)
        download.accept()


def bring_forward(view: Any) -> None:
    """Show the window above others, with its size as it is."""
    from qtpy.QtCore import Qt

    def forward() -> None:
        view.setWindowState(view.windowState() & ~Qt.WindowState.WindowMinimized | Qt.WindowState.WindowActive)
        view.show()
        view.raise_()
        view.activateWindow()

    _in_loop(view, forward)


def _in_loop(view: Any, do: Callable[[], None]) -> None:
    """Run something in the thread of the window: pywebview has this signal for opening further ones."""
    view.create_window_trigger.emit(do)
