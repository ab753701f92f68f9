"""The title above the conversation, and the notice that its text is not saved yet."""

from typing import Any

from nicegui import binding
from nicegui.binding import BindableProperty
from nicegui.element import Element

from app.replies.live import ConversationState
from app.ui.translations import Translator


class ConversationTitle(Element, component='conversation_title.js'):
    """Shows the title of a conversation's state as it is; empty without one."""

    title = BindableProperty(on_change=lambda self, value: self._status(title=value))
    unsaved = BindableProperty(on_change=lambda self, value: self._status(unsaved=value))

    def __init__(self, t: Translator, state: ConversationState | None) -> None:
        super().__init__()
        self._props['labels'] = {'unsaved': t('Not saved yet; trying again. Nothing is lost.')}
        self._told: dict[str, Any] = {
            'title': state.title if state else '',
            'unsaved': state is not None and state.unsaved,
        }
        self._props['initial'] = dict(self._told)
        self.title, self.unsaved = self._told.values()
        self.follow(state)

    def follow(self, state: ConversationState | None) -> None:
        """Bind to another conversation's state, None for the welcome page."""
        binding.remove([self])
        if state is None:
            self.title, self.unsaved = '', False
        else:
            binding.bind_from(self, 'title', state, 'title')
            binding.bind_from(self, 'unsaved', state, 'unsaved')

    def _status(self, **status: Any) -> None:
        """Tell the browser what it does not know."""
        fresh = {name: value for name, value in status.items() if self._told.get(name) != value}
        if fresh:
            self._told |= fresh
            self.run_method('status', fresh)
