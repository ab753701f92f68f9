"""The look: one style sheet with every colour, size and duration, and what has to be known before it is there."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from nicegui import app, ui

from app.ui.icons import svg

STATIC = Path(__file__).parent / 'static'
STYLE_SHEET = STATIC / 'guilherme.css'
FAVICON = STATIC / 'favicon.svg'

YEAR = 365 * 24 * 3600
"""Seconds a browser may keep a file whose address names its content."""


def install() -> None:
    """Make the style sheet part of every page; its address changes with its content."""
    version = sha256(STYLE_SHEET.read_bytes()).hexdigest()[:12]
    app.add_static_files(f'/static/{version}', STATIC, max_cache_age=YEAR)
    ui.add_head_html(f'<link rel="stylesheet" href="/static/{version}/{STYLE_SHEET.name}">', shared=True)


def first_paint(theme: str) -> None:
    """Give a page its background before any script ran, so that a dark page does not begin white."""
    if theme != 'auto':
        ui.add_head_html(f'<style>:root {{ --first-paint: var(--{theme}-page) }}</style>')


def svg_mark() -> str:
    """Give the app's mark, the same as its favicon."""
    return FAVICON.read_text(encoding='utf-8')


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
