"""The list of conversations beside the chat. The search above it is `search_panel`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from app.chat import Chat
from app.domain.conversation import Conversation
from app.replies.live import ConversationNews
from app.ui.icons import svgs
from app.ui.translations import Translator

PAGE = 40
"""Conversations sent at a time: more than a tall screen shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListActions:
    """What choosing, renaming and deleting do; each gets the conversation's id."""

    open: Callable[[str], Awaitable[None]]
    rename: Callable[[str, str], Awaitable[None]]
    remove: Callable[[str], Awaitable[None]]


class ConversationList(Element, component='conversation_list.js'):
    """Shows a person's conversations, the latest first, and follows what happens to them."""

    def __init__(self, chat: Chat, owner_id: str, t: Translator, actions: ListActions) -> None:
        super().__init__()
        self._chat = chat
        self._owner_id = owner_id
        self._missed = False
        self._props['labels'] = _labels(t)
        self._props['icons'] = svgs('more', 'edit', 'delete')
        self.on('open', lambda event: actions.open(event.args))
        self.on('rename', lambda event: actions.rename(event.args['id'], event.args['title']))
        self.on('remove', lambda event: actions.remove(event.args))
        self.on('more', self._more)
        self.client.on_connect(self._catch_up)
        chat.live.news.subscribe(self._update)

    async def load(self, active: str | None) -> None:
        """Read what goes out with the page itself."""
        items, more = await self._page()
        self._props['initial'] = {'items': items, 'more': more, 'active': active}

    def select(self, conversation_id: str | None) -> None:
        """Mark the conversation that is shown."""
        self.run_method('select', conversation_id)

    def _update(self, news: tuple[ConversationNews, ...]) -> None:
        own = [each for each in news if each.conversation.owner_id == self._owner_id]
        if not self.client.has_socket_connection:
            self._missed = self._missed or bool(own)
        elif own:
            self.run_method('update', [_item(each.conversation, each.streaming) for each in own])

    async def _catch_up(self) -> None:
        if self._missed:
            self._missed = False
            items, more = await self._page()
            self.run_method('fill', items, more)

    async def _more(self, event: GenericEventArguments) -> None:
        last = event.args
        before = (datetime.fromisoformat(last['updated']), last['id'])
        items, more = await self._page(before=before)
        self.run_method('extend', items, more)

    async def _page(self, before: tuple[datetime, str] | None = None) -> tuple[list[dict[str, Any]], bool]:
        found = await self._chat.reading.conversations(self._owner_id, before=before, limit=PAGE + 1)
        streaming = self._chat.live.streaming()
        return [_item(each, each.id in streaming) for each in found[:PAGE]], len(found) > PAGE

    def _handle_delete(self) -> None:
        self._chat.live.news.unsubscribe(self._update)
        super()._handle_delete()


def _item(conversation: Conversation, streaming: bool) -> dict[str, Any]:
    return {
        'id': conversation.id,
        'title': conversation.title,
        'updated': int(conversation.updated_at.timestamp() * 1000),
        'exact': conversation.updated_at.isoformat(),
        'streaming': streaming,
        'unread': conversation.unread,
        'gone': conversation.deleted_at is not None,
    }


def _labels(t: Translator) -> dict[str, str]:
    return {
        'conversations': t('Conversations'),
        'today': t('Today'),
        'yesterday': t('Yesterday'),
        'earlier': t('Earlier'),
        'rename': t('Rename'),
        'delete': t('Delete'),
        'menu': t('More'),
        'streaming': t('Answering'),
        'unread': t('New answer'),
        'empty': t('Your conversations will be here.'),
    }
