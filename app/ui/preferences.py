"""What a browser prefers: language, theme, text size, sidebar. Kept in its cookies: the server remembers nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from fastapi import Request
from nicegui import ui

from app.ui.translations import Language, negotiate

Theme = Literal['auto', 'light', 'dark']
TextSize = Literal['small', 'normal', 'large', 'larger']

THEMES: Mapping[str, Theme] = {theme: theme for theme in get_args(Theme)}
TEXT_SIZES: Mapping[str, TextSize] = {size: size for size in get_args(TextSize)}
YEAR = 365 * 24 * 3600
"""Seconds a preference is kept."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """How one browser wants its pages."""

    language: Language
    theme: Theme
    folded: bool
    text_size: TextSize = 'normal'
    knows_open: bool = False
    """Put away the notice that other machines can come in."""

    @property
    def dark(self) -> bool | None:
        """The theme as NiceGUI takes it: None follows the system."""
        return dark_mode(self.theme)

    @classmethod
    def of(cls, request: Request, language_setting: str) -> 'Preferences':
        """Read the preferences of the browser that asks."""
        cookies = request.cookies
        return cls(
            negotiate(request.headers.get('accept-language', ''), language_setting, cookies.get('guilherme_language')),
            THEMES.get(cookies.get('guilherme_theme', ''), 'auto'),
            cookies.get('guilherme_sidebar') == 'folded',
            TEXT_SIZES.get(cookies.get('guilherme_text', ''), 'normal'),
            cookies.get('guilherme_open') == 'known',
        )


def dark_mode(theme: Theme) -> bool | None:
    """Give a theme as NiceGUI takes it: None follows the system."""
    return {'auto': None, 'light': False, 'dark': True}[theme]


def remember(name: str, value: str) -> None:
    """Keep a preference in the browser of this page. Only a script can set a cookie over the websocket."""
    ui.run_javascript(f'document.cookie = "guilherme_{name}={value}; path=/; max-age={YEAR}; samesite=lax"')
