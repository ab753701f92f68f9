"""The app with a page on which there is nothing but the import.

Run as `python -m tests.support.import_page --port … --data-dir …`.
"""

import argparse
import asyncio

from fastapi import Request
from nicegui import ui

from app import bootstrap, settings
from app.domain.conversation import LOCAL_OWNER
from app.ui import theme
from app.ui.components.data_import import DataImport
from app.ui.components.past_imports import PastImports
from app.ui.preferences import Preferences
from app.ui.translations import translator

PATH = '/import-page'


def install(parts: bootstrap.Parts) -> None:
    """Register the page."""

    @ui.page(PATH)
    def page(request: Request) -> None:
        preferences = Preferences.of(request, 'auto')
        theme.dress(request, preferences.theme, preferences.text_size)
        ui.dark_mode({'dark': True, 'light': False}.get(preferences.theme))
        with ui.element('main').style('max-width: 46rem; margin: 2rem auto; padding: 0 1rem; width: 100%'):
            DataImport(parts.chat, LOCAL_OWNER, translator(preferences.language))
            PastImports(parts.chat, LOCAL_OWNER, translator(preferences.language))


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser()
    parser.add_argument('--port', type=int)
    parser.add_argument('--data-dir')
    given = parser.parse_args()
    parts = bootstrap.build(settings.load(port=given.port, data_dir=given.data_dir))
    asyncio.run(parts.prepare())
    install(parts)
    bootstrap.serve(parts)


if __name__ in {'__main__', '__mp_main__'}:
    main()
