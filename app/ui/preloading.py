"""The modules that a page's scripts import are named in its head: browsers ask for all at once, instead of learning of
each when they have read the one that wants it.
"""

from collections.abc import Iterator
from pathlib import Path

from fastapi import Request
from nicegui import __version__, dependencies, ui

from app.ui.addresses import prefix

OURS = Path(__file__).parent


def preload(request: Request) -> None:
    """Name the modules for the page that is being made, once its elements are there."""
    before = f'{prefix(request)}/_nicegui/{__version__}'
    ui.add_head_html(''.join(f'<link rel="modulepreload" href="{before}/{path}">' for path in _imported()))


def _imported() -> Iterator[str]:
    yield 'static/dompurify.mjs'  # by the page itself
    elements = ui.context.client.elements.values()
    yield from sorted({f'libraries/{library.key}' for element in elements for library in element.exposed_libraries})
    for key, parts in dependencies.esm_modules.items():
        if parts.path.is_relative_to(OURS):
            yield from (f'esm/{key}/{file.name}' for file in sorted(parts.path.glob('*.js')))
