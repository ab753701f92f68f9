"""The tab of the browser: title, icon and notifications tell whoever looks elsewhere what streams or has finished."""

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import ui
from nicegui.element import Element

from app.chat import Chat
from app.domain.conversation import Conversation
from app.domain.identifiers import is_temporary
from app.replies.live import ConversationNews, ConversationState
from app.ui.said import heard
from app.ui.theme import favicon
from app.ui.translations import Translator


class BrowserTab(Element, component='browser_tab.js', dependencies=['notifications.js', 'spoken_messages.js']):
    """Marks the title of the page, `app_name` behind that of the conversation; `on_open` gets the id of a conversation.

    Notifications are off until the person wants them (see `NotificationSwitch`); they name the conversation and nothing
    of what was answered.
    """

    def __init__(
        self, chat: Chat, owner_id: str, t: Translator, app_name: str, on_open: Callable[[str], Awaitable[None]]
    ) -> None:
        super().__init__()
        self._chat = chat
        self._t = t
        self._owner_id = owner_id
        self._app_name = app_name
        self._props['icons'] = {'streaming': favicon('streaming'), 'finished': favicon('finished')}
        self._props['labels'] = {
            'finished': t('Your answer is ready'),
            'finishedIn': t('The answer in “{title}” is finished.'),
            'offer': t('Shall I tell you when an answer is ready while you are elsewhere?'),
            'yes': t('Yes, tell me'),
            'no': t('No'),
        }
        self._props['initial'] = {'title': app_name, 'conversation': None, 'streaming': self._streaming()}
        self.on('open', heard(str, on_open))
        self.client.on_connect(self._catch_up)
        chat.live.news.subscribe(self._update)

    def show(self, state: ConversationState | None, over: str = '') -> None:
        """Name the conversation that is shown, None for the welcome page; or what lies `over` it."""
        name = over or (self._name_of(state.conversation) if state else '')
        title = f'{name} · {self._app_name}' if name else self._app_name
        with self.client:
            ui.page_title(title)
        if self.client.has_socket_connection:
            self.run_method('show', title, state.id if state else None)
        else:
            self._props['initial'] |= {'title': title, 'conversation': state.id if state else None}

    def _streaming(self) -> list[dict[str, Any]]:
        live = self._chat.live
        states = [state for each in live.streaming() if (state := live.find(each))]
        return [self._item(each.conversation, True) for each in states if each.conversation.owner_id == self._owner_id]

    def _update(self, news: tuple[ConversationNews, ...]) -> None:
        own = [
            self._item(each.conversation, each.streaming)
            for each in news
            if each.conversation.owner_id == self._owner_id
        ]
        if own and self.client.has_socket_connection:
            self.run_method('update', own)

    def _catch_up(self) -> None:
        self.run_method('catchUp', self._streaming())

    def _item(self, conversation: Conversation, streaming: bool) -> dict[str, Any]:
        return {
            'id': conversation.id,
            'title': self._name_of(conversation),
            'streaming': streaming,
            'unread': conversation.unread,
            'gone': conversation.deleted_at is not None,
        }

    def _name_of(self, conversation: Conversation) -> str:
        """Give the title; of a temporary chat none: the browser's history and the system keep what they are told."""
        return self._t('Temporary chat') if is_temporary(conversation.id) else conversation.title

    def _handle_delete(self) -> None:
        self._chat.live.news.unsubscribe(self._update)
        super()._handle_delete()
