"""What pywebview's Qt window lacks: the person's language, downloads with Qt 6, a clipboard, a menu for it, the page's
colour before there is a page, and coming forward.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

LIGHT, DARK = '#fefdfb', '#1b1a18'
"""Colours of the page (`--light-page`, `--dark-page` of its style sheet)."""

THEME_COOKIE = b'guilherme_theme'


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
        _translate()
        _colour(view)
        _offer_menu(view)

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


def _translate() -> None:
    """Let Qt's own words (of menus and dialogs) be in the language of the system."""
    from qtpy.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

    application = QCoreApplication.instance()
    words = QTranslator(application)
    if words.load(QLocale.system(), 'qtbase', '_', QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        QCoreApplication.installTranslator(words)


def _colour(view: Any) -> None:
    """Give the window the colour of the page that is on its way: with a dark theme it must not begin white.

    The theme is a cookie of the page's. Qt tells when it is set, but not what it is before the page has loaded.
    """
    from qtpy.QtCore import Qt
    from qtpy.QtGui import QColor, QGuiApplication

    page = view.webview.page()
    profile = page.profile()
    system = 'dark' if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark else 'light'
    kept = Path(profile.persistentStoragePath()) / 'theme'

    def paint(theme: str) -> None:
        page.setBackgroundColor(QColor(DARK if (system if theme == 'auto' else theme) == 'dark' else LIGHT))

    def look(cookie: Any) -> None:
        if bytes(cookie.name()) == THEME_COOKIE:
            theme = bytes(cookie.value()).decode()
            paint(theme)
            with suppress(OSError):
                kept.write_text(theme, 'utf-8')

    try:
        paint(kept.read_text('utf-8'))
    except (OSError, ValueError):
        paint('auto')
    profile.cookieStore().cookieAdded.connect(look)


def _offer_menu(view: Any) -> None:
    """Offer the clipboard at a right click. The menu pywebview leaves out is a browser's: back, reload, inspect."""
    from qtpy.QtCore import QCoreApplication, Qt
    from qtpy.QtWebEngineCore import QWebEngineContextMenuRequest, QWebEnginePage
    from qtpy.QtWidgets import QMenu

    can, do = QWebEngineContextMenuRequest.EditFlag, QWebEnginePage.WebAction
    entries = [
        ('Cu&t', can.CanCut, do.Cut),
        ('&Copy', can.CanCopy, do.Copy),
        ('&Paste', can.CanPaste, do.Paste),
        ('Select All', can.CanSelectAll, do.SelectAll),
    ]

    def show(place: Any) -> None:
        request = view.webview.lastContextMenuRequest()
        possible = request.editFlags()
        if not request.isContentEditable():
            possible &= can.CanCopy
        menu = QMenu(view.webview)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, flag, action in entries:
            if request.isContentEditable() or flag & possible:
                words = QCoreApplication.translate('QWidgetTextControl', text)
                entry = menu.addAction(words, lambda action=action: view.webview.page().triggerAction(action))
                entry.setEnabled(bool(flag & possible))
        if not menu.isEmpty():
            menu.popup(view.webview.mapToGlobal(place))

    view.webview.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    view.webview.customContextMenuRequested.connect(show)


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
