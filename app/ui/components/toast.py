"""A quiet line at the bottom: what happened, and the way back."""

from collections.abc import Callable

from nicegui import ui

from app.ui.theme import text_button

SECONDS = 8.0
"""How long it stays: long enough to read and change one's mind."""


class Toast(ui.element):
    """Shows one sentence at a time, with at most one action."""

    def __init__(self) -> None:
        super().__init__('div')
        self.classes('toast').props('role=status data-testid=toast')
        self.visible = False
        self._timer: ui.timer | None = None

    def show(self, text: str, action: str = '', on_action: Callable[[], object] | None = None) -> None:
        """Say something; `action` is the label of the one thing that can be done about it."""
        self.clear()
        with self:
            ui.label(text)
            if on_action is not None:
                text_button(action, lambda: self._take(on_action))
            if self._timer is not None:
                self._timer.cancel()
            self._timer = ui.timer(SECONDS, self.hide, once=True)
        self.visible = True

    def hide(self) -> None:
        """Take it away."""
        self.visible = False

    def _take(self, on_action: Callable[[], object]) -> object:
        self.hide()
        return on_action()
