"""What is said where there is nothing: a plain page, since NiceGUI's own would be kept for a minute like every page."""

from dataclasses import dataclass
from html import escape

from fastapi import Request, Response
from nicegui import app

from app.ui.addresses import prefix
from app.ui.preferences import Preferences
from app.ui.theme import static
from app.ui.translations import translator


@dataclass(frozen=True, slots=True)
class NotFoundPages:
    """Answers in the language of the browser that asks."""

    language_setting: str

    def install(self) -> None:
        """Take the place of NiceGUI's page."""
        app.add_exception_handler(404, self._answer)

    async def _answer(self, request: Request, _: Exception) -> Response:
        if request.headers.get('sec-fetch-dest', 'document') != 'document':
            return Response(status_code=404)
        preferences = Preferences.of(request, self.language_setting)
        t, before = translator(preferences.language), prefix(request)
        said, way_out = escape(t('There is nothing here.')), escape(t('Go to Guilherme'))
        html = (
            f'<!doctype html><html lang="{preferences.language}"><meta charset="utf-8"><title>Guilherme</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<link rel="stylesheet" href="{escape(before + static("guilherme.css"))}">'
            f'<main class="not-found"><h1>{said}</h1>'
            f'<a href="{escape(before)}/">{way_out}</a></main></html>'
        )
        return Response(html, 404, {'Cache-Control': 'no-store'}, media_type='text/html')
