"""The line above the conversation: sidebar, title, model, language, theme."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from nicegui import ui

from app.chat.models import ModelsOverview
from app.domain.model import ModelInfo, ModelRef
from app.replies.live import ConversationState
from app.ui.appearance import Appearance
from app.ui.components.choice import Choice
from app.ui.components.conversation_title import ConversationTitle
from app.ui.preferences import remember
from app.ui.said import fits, readable
from app.ui.theme import icon_button, icon_element
from app.ui.translations import Translator

LANGUAGE_NAMES: Mapping[str, str] = {'pt-BR': 'Português', 'en': 'English'}

ELSEWHERE = '☁'
"""Before the name of a model that runs elsewhere: of a long line the beginning is always seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopBarActions:
    """What the bar's parts do; `show_shortcuts` is a script, for it needs no server."""

    toggle_sidebar: Callable[[bool], object]
    choose_model: Callable[[ModelRef], object]
    show_shortcuts: str


class TopBar(ui.element):
    """Shows the title of the conversation's state as it is, and what can be chosen."""

    def __init__(
        self,
        t: Translator,
        appearance: Appearance,
        state: ConversationState | None,
        *,
        overview: ModelsOverview,
        model: ModelRef,
        actions: TopBarActions,
    ) -> None:
        super().__init__('header')
        self.classes('top-bar')
        self._t = t
        self._actions = actions
        with self:
            sidebar_toggle(t, actions.toggle_sidebar)
            self._model = Choice(
                t('Model'), 'model-select', self._options(overview, model), str(model), self._choose_model
            )
            self._title = ConversationTitle(t, state)
            Choice(t('Language'), 'language-select', LANGUAGE_NAMES, t.language, _choose_language)
            keys = icon_button('keyboard', t('Keyboard shortcuts')).classes('keyboard-only')
            keys.props('data-testid=shortcuts').on('click', js_handler=actions.show_shortcuts)
            self._theme_toggle(appearance)

    def show(self, state: ConversationState | None, overview: ModelsOverview, model: ModelRef) -> None:
        """Bind the bar to another conversation."""
        self._title.follow(state)
        self.show_models(overview, model)

    def show_models(self, overview: ModelsOverview, model: ModelRef) -> None:
        """Show which models there are and which one answers."""
        self._model.show(self._options(overview, model), str(model))

    def _options(self, overview: ModelsOverview, model: ModelRef) -> dict[str, str]:
        """Give what can be chosen, and what is, even if it is not there."""
        there = model_options(self._t, overview, model)
        return there if str(model) in there else {str(model): model.name} | there

    def _choose_model(self, value: str) -> object:
        return self._actions.choose_model(ModelRef.parse(value)) if fits(value, readable(ModelRef.parse)) else None

    def _theme_toggle(self, appearance: Appearance) -> None:
        button = icon_button('moon', self._t('Light or dark')).classes('theme-toggle').props('data-testid=theme-toggle')
        with button:
            icon_element('sun')
        button.on(
            'click',
            lambda event: appearance.use_theme('light' if event.args else 'dark'),
            js_handler='() => emit(document.body.classList.contains("body--dark"))',
        )


def sidebar_toggle(t: Translator, on_toggle: Callable[[bool], object]) -> ui.element:
    """Make the button that folds the sidebar; `on_toggle` gets whether the window is as narrow as a phone's."""
    button = icon_button('sidebar', t('Show or hide the list')).props('data-testid=sidebar-toggle')
    return button.on(
        'click',
        lambda event: on_toggle(event.args),
        js_handler='() => emit(matchMedia("(max-width: 767px)").matches)',
    )


def model_options(t: Translator, overview: ModelsOverview, model: ModelRef) -> dict[str, str]:
    """Give the models to choose from, with the provider where there are several; those that run elsewhere say so."""
    infos = overview.models or (ModelInfo(ref=model),)
    several = len({info.ref.provider for info in infos}) > 1
    return {str(info.ref): ' · '.join(_named(t, info, several=several)) for info in infos}


def _named(t: Translator, info: ModelInfo, *, several: bool) -> Iterator[str]:
    yield f'{ELSEWHERE} {info.ref.name}' if info.remote_host else info.ref.name
    if several:
        yield info.ref.provider
    if info.remote_host:
        yield t('in the cloud · leaves this machine')


def _choose_language(language: str) -> None:
    if language in LANGUAGE_NAMES:
        remember('language', language)
        ui.navigate.reload()
