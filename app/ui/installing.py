"""What makes the app one that can be installed: its manifest, icons, and the colour of the window around it.

There is no service worker: no browser asks for one any more before it installs, and one that keeps data could show what
is no longer true.
"""

import re
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse
from nicegui import app, ui

from app.ui.addresses import prefix
from app.ui.preferences import Preferences, Theme
from app.ui.theme import STYLES, static
from app.ui.translations import Translator, translator

MANIFEST = '/manifest.webmanifest'
ICONS = (('icon-192.png', 192, 'any'), ('icon-512.png', 512, 'any'), ('maskable-512.png', 512, 'maskable'))
"""Files in static/icons, their size in pixels, and what they are for; `scripts/icons` draws them."""


def install(app_name: str, language_setting: str) -> None:
    """Serve the manifest, in the language of whoever asks."""

    @app.get(MANIFEST, include_in_schema=False)
    def manifest(request: Request) -> JSONResponse:
        t = translator(Preferences.of(request, language_setting).language)
        content = _manifest(t, app_name, prefix(request))
        return JSONResponse(content, media_type='application/manifest+json', headers={'Cache-Control': 'no-cache'})


def head(request: Request, theme: Theme) -> None:
    """Name manifest, icon and colours in the head of the page that is being made."""
    before = prefix(request)
    colours = {each: page_colour(each) for each in ('light', 'dark')}
    metas = (
        [f'<meta name="theme-color" content="{colours[theme]}">']
        if theme != 'auto'
        else [
            f'<meta name="theme-color" media="(prefers-color-scheme: {each})" content="{colour}">'
            for each, colour in colours.items()
        ]
    )
    ui.add_head_html(
        f'<link rel="manifest" href="{before}{MANIFEST}" crossorigin="use-credentials">'
        f'<link rel="apple-touch-icon" href="{before}{static("icons/apple-touch-icon.png")}">' + ''.join(metas)
    )


def page_colour(theme: str) -> str:
    """Give the background of pages in a theme, as the style sheet has it."""
    found = re.search(rf'--{theme}-page: (#\w+);', (STYLES / 'tokens.css').read_text('utf-8'))
    assert found is not None
    return found[1]


def _manifest(t: Translator, app_name: str, before: str) -> dict[str, Any]:
    return {
        'id': f'{before}/',
        'name': app_name,
        'short_name': app_name,
        'description': t('A local AI chat whose answers never stop.'),
        'lang': t.language,
        'start_url': f'{before}/',
        'scope': f'{before}/',
        'display': 'standalone',
        'background_color': page_colour('light'),
        'theme_color': page_colour('light'),
        'icons': [
            {
                'src': before + static(f'icons/{name}'),
                'sizes': f'{size}x{size}',
                'type': 'image/png',
                'purpose': purpose,
            }
            for name, size, purpose in ICONS
        ],
        'shortcuts': [{'name': t('New chat'), 'url': f'{before}/'}],
    }
