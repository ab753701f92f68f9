"""The look: one style sheet, whose first part names every colour and size, and what has to be known before it comes."""

from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from fastapi import Request, Response
from nicegui import app, ui

from app.ui.addresses import prefix
from app.ui.icons import svg

STATIC = Path(__file__).parent / 'static'
STYLES = STATIC / 'styles'
PARTS = (
    'tokens',
    'base',
    'shell',
    'conversation_list',
    'search',
    'top_bar',
    'messages',
    'formulas',
    'composer',
    'message_queue',
    'welcome',
    'settings',
    'data_import',
    'toast',
    'shortcuts',
    'closing_question',
    'browser_tab',
    'narrow',
)
"""Parts of the style sheet, in the order they go out: one request for all. The last one fits them to narrow windows."""
FAVICON = STATIC / 'favicon.svg'

YEAR = 365 * 24 * 3600
"""Seconds a browser may keep a file whose address names its content."""


@lru_cache
def _sheet() -> str:
    return '\n'.join((STYLES / f'{part}.css').read_text('utf-8') for part in PARTS)


@lru_cache
def _folder() -> str:
    """Give the folder of static files in addresses: it changes with what is in it, so browsers may keep everything."""
    files = sorted(STATIC.glob('*.svg')) + sorted((STATIC / 'icons').iterdir())
    return '/static/' + sha256(_sheet().encode() + b''.join(file.read_bytes() for file in files)).hexdigest()[:12]


def static(name: str) -> str:
    """Give the path of a static file within the app."""
    return f'{_folder()}/{name}'


def install() -> None:
    """Serve the style sheet and the other static files."""

    @app.get(static('guilherme.css'), include_in_schema=False)
    def style_sheet() -> Response:
        return Response(_sheet(), media_type='text/css', headers={'Cache-Control': f'public, max-age={YEAR}'})

    app.add_static_files(_folder(), STATIC, max_cache_age=YEAR)


def dress(request: Request, theme: str, text_size: str) -> None:
    """Give a page its style sheet, and its background and text size before any script ran: a dark page must not begin
    white.
    """
    ui.add_head_html(f'<link rel="stylesheet" href="{prefix(request)}{static("guilherme.css")}">')
    background = f'--first-paint: var(--{theme}-page); ' if theme != 'auto' else ''
    ui.add_head_html(f'<style>:root {{ {background}--text-scale: var(--text-{text_size}) }}</style>')


def one_main() -> None:
    """Make the frame NiceGUI lays around a page a plain one: it is a `main` too, and the page names its own."""
    slot = ui.context.client.content.parent_slot
    assert slot is not None
    slot.parent.tag = 'div'


def svg_mark() -> str:
    """Give the app's mark, the same as its favicon."""
    return FAVICON.read_text(encoding='utf-8')


def favicon(state: str) -> str:
    """Give the favicon while something is `streaming`, or has `finished` unseen."""
    return (STATIC / f'favicon-{state}.svg').read_text(encoding='utf-8')


def icon_button(icon: str, label: str, on_click: Callable[..., object] | None = None) -> ui.element:
    """Make a button that is an icon, with its label for screen readers and as a tooltip."""
    button = ui.element('button').classes('icon-button').props(f'type=button title="{label}" aria-label="{label}"')
    with button:
        icon_element(icon)
    if on_click is not None:
        button.on('click', on_click, args=[])
    return button


def icon_element(icon: str) -> ui.html:
    """Put an icon here."""
    return ui.html(svg(icon), sanitize=False).classes('icon-box')


def text_button(label: str, on_click: Callable[..., object]) -> ui.element:
    """Make a button with a text."""
    button = ui.element('button').classes('text-button').props('type=button')
    with button:
        ui.label(label)
    return button.on('click', on_click, args=[])
