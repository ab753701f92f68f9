"""The look: one style sheet, whose first part names every colour and size, and what has to be known before it comes."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from fastapi import Response
from nicegui import app, ui

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
    'composer',
    'message_queue',
    'welcome',
    'settings',
    'data_import',
    'toast',
    'shortcuts',
    'browser_tab',
    'narrow',
)
"""Parts of the style sheet, in the order they go out: one request for all. The last one fits them to narrow windows."""
FAVICON = STATIC / 'favicon.svg'

YEAR = 365 * 24 * 3600
"""Seconds a browser may keep a file whose address names its content."""


def install() -> None:
    """Make the style sheet part of every page; its address changes with its content."""
    sheet = '\n'.join((STYLES / f'{part}.css').read_text('utf-8') for part in PARTS)
    folder = f'/static/{sha256(sheet.encode()).hexdigest()[:12]}'
    address = f'{folder}/guilherme.css'

    @app.get(address, include_in_schema=False)
    def style_sheet() -> Response:
        return Response(sheet, media_type='text/css', headers={'Cache-Control': f'public, max-age={YEAR}'})

    app.add_static_files(folder, STATIC, max_cache_age=YEAR)
    ui.add_head_html(f'<link rel="stylesheet" href="{address}">', shared=True)


def first_paint(theme: str, text_size: str) -> None:
    """Give a page its background and text size before any script ran, so that a dark page does not begin white."""
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
