"""The search above the list of conversations. While something is looked for, what is found stands in its place."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from nicegui.element import Element

from app.chat import Chat
from app.domain.conversation import Conversation
from app.domain.message import Role
from app.domain.model import ModelRef
from app.domain.search import FoundConversation, Fragment, Place, SearchQuery
from app.errors import QueryTooSlow, StorageUnavailable
from app.replies.live import ConversationNews
from app.ui.icons import svgs
from app.ui.said import MAYBE_TEXT, Shape, heard, readable
from app.ui.translations import Translator

PAGE = 15
"""Conversations sent at a time, each with a few hits: more than a tall screen shows."""

DAY = readable(datetime.fromisoformat, empty=True)
SEARCH: Mapping[str, Shape] = {
    'query': str,
    'ticket': (int, float, str),
    'filters': {
        'folder': MAYBE_TEXT,
        'tag': MAYBE_TEXT,
        'model': readable(ModelRef.parse, empty=True),
        'role': readable(Role, empty=True),
        'since': DAY,
        'until': DAY,
    },
}
FOUND: Mapping[str, Shape] = {'conversation': MAYBE_TEXT, 'message': MAYBE_TEXT}


class Open(Protocol):
    """Shows a conversation, at a message if one is named."""

    async def __call__(self, conversation_id: str, *, message_id: str | None = None) -> None:
        """Show it."""
        ...


class SearchPanel(Element, component='search_panel.js', dependencies=['input_method.js']):
    """A field with filters, and what was found."""

    def __init__(self, chat: Chat, owner_id: str, t: Translator, open_found: Open) -> None:
        super().__init__()
        self._chat = chat
        self._owner_id = owner_id
        self._t = t
        self._props['labels'] = _labels(t)
        self._props['icons'] = svgs('search', 'filter')
        self.on('choices', self._choices)
        self.on('search', heard(SEARCH, self._search))
        self.on('more', heard({**SEARCH, 'after': _is_place}, self._more))
        self.on('leave', self._leave)
        self.on('open', heard(FOUND, lambda said: open_found(said.get('conversation'), message_id=said.get('message'))))
        self._running: asyncio.Task[Any] | None = None
        self.client.on_disconnect(self._away)
        self.client.on_connect(lambda: self.run_method('resume'))
        chat.live.news.subscribe(self._update)

    def focus(self) -> None:
        """Let the person type what they look for."""
        self.run_method('focus')

    async def _choices(self) -> None:
        try:
            choices = await self._chat.searching.choices(self._owner_id)
        except StorageUnavailable:
            return  # there is nothing to choose from, then; the search itself says why
        folders = [[folder.id, folder.name] for folder in choices.folders]
        models = [[str(model), model.name] for model in choices.models]
        self.run_method('offer', {'folder': folders, 'tag': [[tag, tag] for tag in choices.tags], 'model': models})

    async def _search(self, asked: Mapping[str, Any]) -> None:
        await self._answer('fill', asked, None)

    async def _more(self, asked: Mapping[str, Any]) -> None:
        is_titled, updated, conversation_id = asked['after']
        await self._answer('extend', asked, (is_titled, datetime.fromisoformat(updated), conversation_id))

    async def _answer(self, method: str, asked: Mapping[str, Any], after: Place | None) -> None:
        self._leave()
        self._running = asyncio.current_task()
        query = _query(asked['query'], asked['filters'])
        try:
            found = await self._chat.searching.find(self._owner_id, query, after=after, limit=PAGE)
        except StorageUnavailable as error:
            self.run_method('fail', asked['ticket'], _fault(self._t, error))
            return
        finally:
            if self._running is asyncio.current_task():
                self._running = None
        streaming = self._chat.live.streaming()
        items = [self._item(each, each.conversation.id in streaming) for each in found.conversations]
        more = found.after and (found.after[0], found.after[1].isoformat(), found.after[2])
        note = self._t('This is a lot of text: only its first words were looked for.') if found.is_cut else ''
        self.run_method(method, asked['ticket'], items, more, note)

    def _leave(self) -> None:
        """End the search that runs: a page has one, and what it no longer asks for keeps nothing busy."""
        if self._running is not None:
            self._running.cancel()
            self._running = None

    def _away(self) -> None:
        if not self.client.has_socket_connection:  # another of its sockets may be there already
            self._leave()

    def _item(self, found: FoundConversation, streaming: bool) -> dict[str, Any]:
        beyond = found.count - len(found.hits)
        more = self._t.n('{n} more message', '{n} more messages', beyond).format(n=beyond) if beyond > 0 else ''
        return {
            **_state(found.conversation, streaming),
            'marked': _fragments(found.title),
            'updated': int(found.conversation.updated_at.timestamp() * 1000),
            'archived': found.conversation.archived_at is not None,
            'hits': [
                {'id': hit.message_id, 'own': hit.role is Role.USER, 'snippet': _fragments(hit.snippet)}
                for hit in found.hits
            ],
            'beyond': more,
        }

    def _update(self, news: tuple[ConversationNews, ...]) -> None:
        own = [each for each in news if each.conversation.owner_id == self._owner_id]
        if own and self.client.has_socket_connection:
            self.run_method('update', [_state(each.conversation, each.streaming) for each in own])

    def _handle_delete(self) -> None:
        self._leave()
        self._chat.live.news.unsubscribe(self._update)
        super()._handle_delete()


def _is_place(value: Any) -> bool:
    """Tell whether it is where a page of results ended, as the browser was told."""
    if not isinstance(value, list) or len(value) != 3:
        return False
    is_titled, updated, conversation_id = value
    return isinstance(is_titled, int) and readable(datetime.fromisoformat)(updated) and isinstance(conversation_id, str)


def _fault(t: Translator, error: StorageUnavailable) -> str:
    if isinstance(error, QueryTooSlow):
        return t('This search took too long and was ended. Try another word, or narrow it by a filter.')
    return t('The search does not work right now. Try again in a moment.')


def _query(text: str, filters: Mapping[str, str]) -> SearchQuery:
    return SearchQuery(
        text=text,
        folder_id=filters.get('folder') or None,
        tag=filters.get('tag') or None,
        model=ModelRef.parse(filters['model']) if filters.get('model') else None,
        role=Role(filters['role']) if filters.get('role') else None,
        since=datetime.fromisoformat(filters['since']) if filters.get('since') else None,
        until=datetime.fromisoformat(filters['until']) if filters.get('until') else None,
    )


def _fragments(fragments: Iterable[Fragment]) -> list[tuple[str, bool]]:
    return [(fragment.text, fragment.is_hit) for fragment in fragments]


def _state(conversation: Conversation, streaming: bool) -> dict[str, Any]:
    """Give what can change while a conversation is shown as found."""
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
        'tryLess': t('Try fewer words, or take a filter away.'),
        'filters': t('Filters'),
        'clear': t('Clear filters'),
        'folder': t('Folder'),
        'tag': t('Tag'),
        'model': t('Model'),
        'role': t('Written by'),
        'since': t('From'),
        'until': t('To'),
        'any': t('Any'),
        'user': t('You'),
        'assistant': t('The model'),
        'archived': t('Archived'),
        'streaming': t('Answering'),
        'unread': t('New answer'),
    }
