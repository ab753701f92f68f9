"""What a browser prefers: language, theme, sidebar. Kept in its cookies, so the server has nothing to remember."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from fastapi import Request
from nicegui import ui

from app.ui.translations import Language, negotiate

Theme = Literal['auto', 'light', 'dark']

THEMES: Mapping[str, Theme] = {'light': 'light', 'dark': 'dark'}
YEAR = 365 * 24 * 3600
"""Seconds a preference is kept."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """How one browser wants its pages."""

    language: Language
    theme: Theme
    folded: bool

    @property
    def dark(self) -> bool | None:
        """The theme as NiceGUI takes it: None follows the system."""
        return {'auto': None, 'light': False, 'dark': True}[self.theme]

    @classmethod
    def of(cls, request: Request, language_setting: str) -> 'Preferences':
        """Read the preferences of the browser that asks."""
        cookies = request.cookies
        return cls(
            negotiate(request.headers.get('accept-language', ''), language_setting, cookies.get('guilherme_language')),
            THEMES.get(cookies.get('guilherme_theme', ''), 'auto'),
            cookies.get('guilherme_sidebar') == 'folded',
        )


def remember(name: str, value: str) -> None:
    """Keep a preference in the browser of this page. Only a script can set a cookie over the websocket."""
    ui.run_javascript(f'document.cookie = "guilherme_{name}={value}; path=/; max-age={YEAR}; samesite=lax"')
