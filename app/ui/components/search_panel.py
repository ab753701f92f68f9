"""The search above the list of conversations. While something is looked for, what is found stands in its place."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from app.chat import Chat
from app.domain.conversation import Conversation
from app.replies.live import ConversationNews
from app.ui.icons import svgs
from app.ui.translations import Translator

PAGE = 20
"""Conversations sent at a time."""


class SearchPanel(Element, component='search_panel.js'):
    """A field, and what was found. `open` gets the id of the conversation that was chosen."""

    def __init__(self, chat: Chat, owner_id: str, t: Translator, open: Callable[[str], Awaitable[None]]) -> None:  # noqa: A002
        super().__init__()
        self._chat = chat
        self._owner_id = owner_id
        self._props['labels'] = _labels(t)
        self._props['icons'] = svgs('search')
        self.on('search', self._search)
        self.on('more', self._more)
        self.on('open', lambda event: open(event.args['conversation']))
        chat.live.news.subscribe(self._update)

    def focus(self) -> None:
        """Let the person type what they look for."""
        self.run_method('focus')

    async def _search(self, event: GenericEventArguments) -> None:
        await self._answer('fill', event.args, None)

    async def _more(self, event: GenericEventArguments) -> None:
        updated, conversation_id = event.args['after']
        await self._answer('extend', event.args, (datetime.fromisoformat(updated), conversation_id))

    async def _answer(self, method: str, asked: dict[str, Any], before: tuple[datetime, str] | None) -> None:
        found = await self._chat.reading.conversations(
            self._owner_id, before=before, limit=PAGE + 1, search=asked['query']
        )
        streaming = self._chat.live.streaming()
        items = [_item(each, each.id in streaming) for each in found[:PAGE]]
        more = (found[PAGE - 1].updated_at.isoformat(), found[PAGE - 1].id) if len(found) > PAGE else None
        self.run_method(method, asked['ticket'], items, more)

    def _update(self, news: tuple[ConversationNews, ...]) -> None:
        own = [each for each in news if each.conversation.owner_id == self._owner_id]
        if own and self.client.has_socket_connection:
            self.run_method('update', [_item(each.conversation, each.streaming) for each in own])

    def _handle_delete(self) -> None:
        self._chat.live.news.unsubscribe(self._update)
        super()._handle_delete()


def _item(conversation: Conversation, streaming: bool) -> dict[str, Any]:
    return {
        'id': conversation.id,
        'title': conversation.title,
        'streaming': streaming,
        'unread': conversation.unread,
        'gone': conversation.deleted_at is not None,
    }


def _labels(t: Translator) -> dict[str, str]:
    return {
        'search': t('Search'),
        'results': t('Found'),
        'nothingFound': t('Nothing found.'),
    }
