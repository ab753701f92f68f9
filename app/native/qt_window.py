"""What pywebview's Qt window lacks: the person's language, downloads with Qt 6, a clipboard, and coming forward."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any


def complete(view: Any) -> None:
    """Add what is missing; from any thread."""
    from qtpy.QtCore import QLocale, QUrl
    from qtpy.QtWebEngineCore import QWebEngineSettings

    def add() -> None:
        profile = view.webview.page().profile()
        # Without this no page is told a language. The first one is on its way already, so it is asked for again.
        profile.setHttpAcceptLanguage(accepted(QLocale.system().uiLanguages()))
        view.webview.setUrl(QUrl(view.pywebview_window.real_url))
        attribute = QWebEngineSettings.WebAttribute.JavascriptCanAccessClipboard
        profile.settings().setAttribute(attribute, True)
        # pywebview 6.2 calls `setPath`, which Qt 6 does not have any more; the error would end the window.
        profile.downloadRequested.disconnect()
        profile.downloadRequested.connect(lambda download: save(view, download))

    _in_loop(view, add)


def accepted(languages: Sequence[str]) -> str:
    """Write languages as a browser tells them to a server, the dearest first; `C` is none."""
    told = [language for language in languages if language != 'C']
    return ','.join(f'{each};q={max(1 - step / 10, 0.1):.1f}' if step else each for step, each in enumerate(told))


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
