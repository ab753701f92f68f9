"""The keyboard: which keys do what, the sheet that lists them, and what Escape means. `shortcuts.js` listens."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from nicegui.element import Element

from app.ui.icons import svgs
from app.ui.translations import Translator, msgid


@dataclass(frozen=True, slots=True)
class Shortcut:
    """Keys that do something.

    `keys` are ways to press it, the first one is shown beside buttons. `Mod` is ⌘ on a Mac and Ctrl elsewhere; a
    letter or sign is what the keyboard's layout writes there. `button` is the `data-testid` of what does the same with
    the mouse: its tooltip names the keys.
    """

    name: str
    keys: tuple[str, ...]
    label: str
    button: str = ''


SHORTCUTS: tuple[Shortcut, ...] = (
    Shortcut('new-chat', ('Mod+Shift+O',), msgid('New chat'), 'new-chat'),
    Shortcut('search', ('Mod+K',), msgid('Search the conversations'), 'search-conversations'),
    Shortcut('previous', ('Alt+ArrowUp',), msgid('Previous conversation')),
    Shortcut('next', ('Alt+ArrowDown',), msgid('Next conversation')),
    Shortcut('composer', ('Shift+Escape',), msgid('Go to the message field'), 'composer'),
    Shortcut('copy', ('Mod+Shift+C',), msgid('Copy the last answer')),
    Shortcut('stop', ('Escape', 'Mod+.'), msgid('Stop the answer'), 'stop'),
    Shortcut('help', ('Mod+/', '?'), msgid('Show these shortcuts'), 'shortcuts'),
)
"""Every shortcut, in the order of the sheet. docs/keyboard.md lists the same, and a test compares."""


class Shortcuts(Element, component='shortcuts.js', dependencies=['input_method.js']):
    """Listens for the shortcuts, and is the first stop of the Tab key: a link to the message field.

    `on_search` is called when the search is out of sight; it gets whether the window is as narrow as a phone's.
    `on_close_drawer` is called when Escape closes the list that lies over a narrow page.
    """

    def __init__(
        self, t: Translator, on_search: Callable[[bool], object], on_close_drawer: Callable[[], Awaitable[None] | None]
    ) -> None:
        super().__init__()
        self._props['shortcuts'] = [_written(t, shortcut) for shortcut in SHORTCUTS]
        self._props['icons'] = svgs('close')
        self._props['labels'] = {
            'title': t('Keyboard shortcuts'),
            'close': t('Close'),
            'skip': t('Skip to the message field'),
            'or': t('or'),
            'single': t('? alone opens this list'),
        }
        self.on('search', lambda event: on_search(bool(event.args)))
        self.on('drawer', on_close_drawer, args=[])

    @property
    def open_handler(self) -> str:
        """The script of a button that shows the sheet."""
        return f'() => runMethod({self.id}, "open", [])'


def _written(t: Translator, shortcut: Shortcut) -> dict[str, Any]:
    return {
        'name': shortcut.name,
        'keys': shortcut.keys,
        'label': t(shortcut.label),
        'button': shortcut.button,
    }
