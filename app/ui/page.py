"""The page: one for the welcome and for every conversation. Switching between them moves nothing but what differs."""

from collections.abc import Awaitable
from contextlib import suppress
from typing import Any

from nicegui import background_tasks, ui

from app.chat import Chat
from app.chat.asking import Question
from app.domain.message import Message
from app.domain.model import ModelRef
from app.errors import GuilhermeError, StorageUnavailable
from app.replies.live import ConversationNews, ConversationState
from app.ui.addresses import address
from app.ui.appearance import Appearance
from app.ui.components.announcer import Announcer
from app.ui.components.browser_tab import BrowserTab
from app.ui.components.composer import Composer, Sent, gauge
from app.ui.components.connection import ConnectionState
from app.ui.components.conversation_list import ConversationList
from app.ui.components.list_actions import ListActions
from app.ui.components.message_actions import MessageActions
from app.ui.components.message_queue import MessageQueue
from app.ui.components.open_notice import open_notice
from app.ui.components.search_panel import SearchPanel
from app.ui.components.server_state import DownloadBar, ServerState
from app.ui.components.shortcuts import Shortcuts
from app.ui.components.toast import Toast
from app.ui.components.top_bar import TopBar, TopBarActions, model_options
from app.ui.components.welcome import greeting, quick_actions
from app.ui.components.wiping_state import WipingState
from app.ui.preferences import Preferences, remember
from app.ui.said import heard
from app.ui.settings_page import PATH as SETTINGS
from app.ui.settings_page import Settings
from app.ui.theme import icon_button, icon_element, svg_mark
from app.ui.translations import Translator
from app.ui.wording import error_sentence

APP_NAME = 'Guilherme'


class ChatPage:
    """One browser's page. What it shows is its own affair; everything it asks for names the conversation."""

    def __init__(self, chat: Chat, owner_id: str, t: Translator, preferences: Preferences) -> None:
        self._chat = chat
        self._owner_id = owner_id
        self._t = t
        self._preferences = preferences
        self._state: ConversationState | None = None
        self._chosen_model: ModelRef | None = None
        self._default_model = chat.models.default()
        self._opened = 0  # how often something else was to be shown: what was asked for before the last comes too late

    async def build(
        self, conversation_id: str | None, message_id: str | None = None, *, settings: bool = False
    ) -> None:
        """Make the page with everything it shows at once (see `open`); with `settings`, those over it."""
        state, at, fault = await self._look_up(conversation_id, message_id)
        self._state = state
        await self._learn_default_model(self._owner_id)
        Announcer()
        self._tab = BrowserTab(self._chat, self._owner_id, self._t, APP_NAME, self.open)
        self._shortcuts = Shortcuts(self._t, self._unfold_to_search, self._close_drawer)
        self._toast = Toast()
        self._appearance = Appearance(self._preferences)
        with ui.element('div').classes('shell') as self._shell:
            if self._preferences.folded:
                self._shell.classes('folded')
            self._settings = Settings(
                self._chat,
                self._owner_id,
                self._t,
                appearance=self._appearance,
                shell=self._shell,
                on_close=lambda: self.open(None),
            )
            await self._build_sidebar()
            if settings:
                await self._try(self._settings.open())
            with ui.element('main').classes('main'):
                await self._build_main(at)
        self._show_around(state)
        self._name_settings()
        if fault is not None:
            self._say(fault)
        ui.context.client.on_connect(self._connected)
        self._chat.live.news.subscribe(self._on_news)
        self._chat.preferring.changed.subscribe(self._prefers)
        self._chat.erasing.erased.subscribe(self._begin_anew)

    async def _build_sidebar(self) -> None:
        t = self._t
        ui.element('div').classes('scrim').on('click', self._close_drawer, args=[])
        with ui.element('aside').classes('sidebar'):
            with ui.element('div').classes('sidebar-head'):
                ui.html(svg_mark(), sanitize=False).classes('mark')
                ui.label(APP_NAME).classes('brand')
            new = ui.element('a').classes('new-chat').props('data-testid=new-chat')
            new._props['href'] = address('/')
            new._props['aria-label'] = t('New chat')
            new.on('click.prevent', lambda: self.open(None), args=[])
            with new:
                icon_element('new-chat')
                ui.label(t('New chat'))
            icon_button('search', t('Search'), lambda: self._unfold_to_search(narrow=False)).classes('rail-only')
            self._search = SearchPanel(self._chat, self._owner_id, t, self.open)
            actions = ListActions(
                self._chat,
                self._owner_id,
                t,
                self._toast,
                on_open=self.open,
                forget=self._forget_draft,
            )
            self._list = ConversationList(self._chat, self._owner_id, t, actions)
            await self._list.load(self._state.id if self._state else None)
            WipingState(self._chat, self._owner_id, t, lasting=False)
            self._settings.link(self.open_settings)

    async def _build_main(self, at: Message | None) -> None:
        t, models = self._t, self._chat.models
        actions = TopBarActions(
            toggle_sidebar=self._toggle_sidebar,
            choose_model=self._choose_model,
            show_shortcuts=self._shortcuts.open_handler,
        )
        self._top = TopBar(
            t, self._appearance, self._state, overview=models.overview, model=self._model(), actions=actions
        )
        self._view = MessageActions(
            self._chat,
            self._owner_id,
            t,
            self._toast,
            on_open=self.open,
            models=lambda: model_options(self._t, self._chat.models.overview, self._model()),
        ).view
        self._view.on('navigate', heard(str, self._navigate))
        # Before anything with a timer: NiceGUI sends a page off as soon as a timer in it waits for the browser.
        await self._view.show(self._state, at=at, initial=True)
        with ui.element('div').classes('dock'):
            greeting(t)
            ConnectionState(t)
            if self._chat.about.is_open and not self._preferences.knows_open:
                open_notice(t)
            with ui.element('div').classes('dock-notices'):
                DownloadBar(self._chat, t)
            self._queue = MessageQueue(self._chat, self._owner_id, t, self._toast, self._take_back)
            self._queue.follow(self._state, initial=True)
            commands = self._chat.commanding.menu(t)
            self._composer = Composer(t, commands, self._send, self._stop, self._place())
            quick_actions(t, self._composer.fill)
            self._server = ServerState(self._chat, t)

    async def open(self, conversation_id: str | None, *, message_id: str | None = None, push: bool = True) -> None:
        """Show another conversation, or the welcome page for None; with `message_id`, where that message stands."""
        self._opened += 1
        this = self._opened
        state, at, fault = await self._look_up(conversation_id, message_id)
        if this != self._opened:
            return
        self._show_around(state, moved=True)
        await self._view.show(state, _path(state) if push or fault else '', at=at)
        if fault is not None:
            self._say(fault)
        if state is None:
            background_tasks.create(self._look_at_servers(), name='look at the model servers')
        await self._mark_read()

    async def open_settings(self) -> None:
        """Show the settings over what is shown."""
        self._close_drawer()
        await self._try(self._settings.open())
        self._name_settings()

    def _name_settings(self) -> None:
        if self._settings.is_open:
            self._tab.show(self._state, over=self._t('Settings'))

    def _show_around(self, state: ConversationState | None, *, moved: bool = False) -> None:
        """Fit everything around the messages to the conversation that is shown."""
        self._state = state
        self._top.show(state, self._chat.models.overview, self._model())
        self._composer.follow(state)
        self._queue.follow(state)
        self._tab.show(state)
        if moved:
            self._settings.close()
            self._close_drawer()
            self._list.select(state.id if state else None)
            self._composer.place(self._place())

    def _place(self) -> dict[str, Any]:
        state = self._state
        return {
            'conversation': state.id if state else None,
            'streaming': state is not None and state.streaming,
            'model': str(self._model()),
            'gauge': gauge(self._t, state.stats) if state else None,
        }

    def _model(self) -> ModelRef:
        stored = self._state.conversation.model if self._state else None
        if self._chosen_model is not None and self._chat.models.is_gone(self._chosen_model):
            self._chosen_model = None
        return stored or self._chosen_model or self._default_model

    async def _look_up(
        self, conversation_id: str | None, message_id: str | None
    ) -> tuple[ConversationState | None, Message | None, GuilhermeError | None]:
        """Give the state of a conversation, the message asked for, and what could not be found."""
        state, at = None, None
        try:
            if conversation_id is not None:
                state = await self._chat.reading.open(self._owner_id, conversation_id)
                await self._chat.queueing.look(state)
                if message_id is not None:
                    _, at = await self._chat.branching.show(self._owner_id, message_id, within=conversation_id)
        except GuilhermeError as error:
            return state, None, error
        return state, at, None

    # --- what the person does -----------------------------------------------------------------------------------------

    async def _send(self, sent: Sent) -> None:
        question = Question(
            conversation_id=sent.conversation_id,
            message_id=sent.message_id,
            text=sent.text,
            model=self._model_for(sent),
            language=self._t.language,
        )
        try:
            state = await self._chat.asking.send(self._owner_id, question)
        except GuilhermeError as error:
            self._composer.refuse(sent.message_id, error_sentence(self._t, error.as_data()).text)
            return
        self._composer.accept(sent.message_id)
        if sent.fresh and self._state is None:
            opened = self._opened
            await self._view.show(state, f'/c/{state.id}')
            if opened == self._opened:
                self._show_around(state, moved=True)
        elif self._state is state:
            await self._view.go_to_end()

    def _take_back(self, text: str) -> None:
        self._composer.take_back(text)

    def _model_for(self, sent: Sent) -> ModelRef | None:
        """Give the model asked for. One chosen just before Enter is known here first, then to the browser."""
        if sent.fresh and self._chosen_model is not None:
            return self._chosen_model
        return ModelRef.parse(sent.model) if sent.model else None

    async def _stop(self, conversation_id: str) -> None:
        await self._try(self._chat.asking.stop(self._owner_id, conversation_id))

    async def _choose_model(self, model: ModelRef) -> None:
        if self._state is None:
            self._chosen_model = model
        else:
            await self._try(self._chat.organising.choose_model(self._owner_id, self._state.id, model))
        self._composer.status(model=str(model))

    def _forget_draft(self, conversation_id: str) -> None:
        self._composer.forget_draft(conversation_id)

    async def _navigate(self, path: str) -> None:
        """Follow the browser's back and forward."""
        if path == SETTINGS:
            await self.open_settings()
        elif self._settings.is_open and path == _path(self._state):
            self._settings.close()
            self._tab.show(self._state)
        else:
            await self.open(path.removeprefix('/c/') if path.startswith('/c/') else None, push=False)

    def _toggle_sidebar(self, narrow: bool) -> None:
        if narrow:
            self._shell.classes(toggle='drawer')
        else:
            self._shell.classes(toggle='folded')
            remember('sidebar', 'folded' if 'folded' in self._shell.classes else 'open')

    def _unfold_to_search(self, narrow: bool) -> None:
        self._toggle_sidebar(narrow)
        self._search.focus()

    def _close_drawer(self) -> None:
        if 'drawer' in self._shell.classes:
            self._shell.classes(remove='drawer')

    async def _try(self, work: Awaitable[object]) -> None:
        """Do something that can fail, and say so if it does."""
        try:
            await work
        except GuilhermeError as error:
            self._say(error)

    def _say(self, fault: GuilhermeError) -> None:
        self._toast.show(error_sentence(self._t, fault.as_data()).text)

    # --- what happens elsewhere ---------------------------------------------------------------------------------------

    async def _connected(self) -> None:
        await self._mark_read()
        await self._look_at_servers()

    async def _look_at_servers(self) -> None:
        """Learn which models there are now, and show it: a model may be gone, or its server."""
        await self._chat.models.refresh()
        if not self._shell.is_deleted:
            with self._shell:
                await self._prefers(self._owner_id)
                self._server.show()

    async def _prefers(self, owner_id: str) -> None:
        """Take up what a person changed about models, if it is the person of this page."""
        await self._learn_default_model(owner_id)
        self._top.show_models(self._chat.models.overview, self._model())
        self._composer.status(model=str(self._model()))

    async def _learn_default_model(self, owner_id: str) -> None:
        if owner_id == self._owner_id:
            with suppress(StorageUnavailable):  # the last one known will do
                self._default_model = await self._chat.preferring.default_model(owner_id)

    async def _begin_anew(self, owner_id: str) -> None:
        """Go to the welcome page when everything of this page's person was deleted, and keep no draft of it."""
        if owner_id == self._owner_id:
            with self._shell:
                await self.open(None)
                self._composer.forget_all()
                self._toast.show(_gone(self._t, on_server=self._chat.wiping.on_server))

    def _on_news(self, news: tuple[ConversationNews, ...]) -> None:
        for each in news:
            if self._state is not None and each.conversation.id == self._state.id:
                if each.conversation.deleted_at is not None:
                    background_tasks.create(self._leave(), name='leave deleted conversation')
                    return
                self._tab.show(self._state)
                self._top.show_models(self._chat.models.overview, self._model())

    async def _leave(self) -> None:
        with self._shell:  # a task of its own does not know which page it belongs to
            await self.open(None)

    async def _mark_read(self) -> None:
        if self._state is not None and self._state.conversation.unread:
            await self._try(self._chat.organising.mark_read(self._owner_id, self._state.id))


def _gone(t: Translator, *, on_server: bool) -> str:
    return t('Everything is gone.') if on_server else t('Everything is gone. The disk is being cleaned of it.')


def _path(state: ConversationState | None) -> str:
    return f'/c/{state.id}' if state else '/'
