"""The addresses of the pages."""

from dataclasses import dataclass

from fastapi import Request, Response
from nicegui import ui

from app.chat import Chat
from app.domain.conversation import LOCAL_OWNER
from app.ui import installing, theme
from app.ui.components.closing_question import Closing, ClosingQuestion
from app.ui.edge.unseen_pages import make_room
from app.ui.page import APP_NAME, ChatPage
from app.ui.preferences import Preferences
from app.ui.preloading import preload
from app.ui.translations import Translator, translator

AGAIN = '5'
"""Seconds after which a page is asked for again that could not be given."""


@dataclass(frozen=True, slots=True)
class Screens:
    """Makes the pages; `language_setting` is `auto` or the language of all pages.

    With `closing`, which the window of its own has, they can ask whether it shall close.
    """

    chat: Chat
    language_setting: str
    closing: Closing | None = None

    def install(self) -> None:
        """Register every page."""
        theme.install()
        installing.install(APP_NAME, self.language_setting)

        @ui.page('/')
        async def welcome(request: Request) -> Response | None:
            return await self._page(request)

        @ui.page('/c/{conversation_id}')
        async def conversation(request: Request, conversation_id: str, m: str | None = None) -> Response | None:
            """Show a conversation, where the message `m` stands if it is given."""
            return await self._page(request, conversation_id, m)

        @ui.page('/settings')
        async def settings(request: Request) -> Response | None:
            return await self._page(request, settings=True)

    async def _page(
        self,
        request: Request,
        conversation_id: str | None = None,
        message_id: str | None = None,
        *,
        settings: bool = False,
    ) -> Response | None:
        preferences = Preferences.of(request, self.language_setting)
        t = translator(preferences.language)
        if not make_room():
            ui.context.client.delete()
            return _too_many(t)
        theme.dress(request, preferences.theme, preferences.text_size)
        installing.head(request, preferences.theme)
        theme.one_main()
        ui.add_head_html(f'<script>document.documentElement.lang = "{preferences.language}"</script>')
        page = ChatPage(self.chat, LOCAL_OWNER, t, preferences)
        await page.build(conversation_id, message_id, settings=settings)
        if self.closing is not None:
            ClosingQuestion(t, self.closing)
        preload(request)
        return None


def _too_many(t: Translator) -> Response:
    """Say that there are more pages than anybody looks at; browsers try again by themselves."""
    sentence = t('Too many pages are being opened just now. This one tries again in a moment.')
    headers = {'Cache-Control': 'no-store', 'Retry-After': AGAIN, 'Refresh': AGAIN}
    return Response(sentence + '\n', 503, headers, media_type='text/plain; charset=utf-8')
