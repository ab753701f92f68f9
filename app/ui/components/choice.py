"""A native select: it opens at once, works with a finger, a keyboard and a screen reader, and looks like the rest."""

from collections.abc import Callable, Mapping

from nicegui import ui
from nicegui.events import GenericEventArguments


class Choice(ui.element):
    """Lets a person choose one of `options` (value to label); `on_choose` gets the value."""

    def __init__(
        self, label: str, testid: str, options: Mapping[str, str], value: str, on_choose: Callable[[str], object]
    ) -> None:
        super().__init__('select')
        self._shown: tuple[tuple[str, str], ...] = ()
        self._value = ''
        self._on_choose = on_choose
        self.props(f'aria-label="{label}" title="{label}" data-testid={testid}').classes('choice')
        self.on('change', self._choose, js_handler='(event) => emit(event.target.value)')
        self.show(options, value)

    def show(self, options: Mapping[str, str], value: str) -> None:
        """Show other options; what is shown already stays untouched."""
        if value not in options:
            options = {value: value, **options}
        if (tuple(options.items()), value) == (self._shown, self._value):
            return  # every update makes the browser build the whole page anew
        self._value = value
        if tuple(options.items()) != self._shown:
            self._shown = tuple(options.items())
            self.clear()
            with self:
                for each, label in options.items():
                    option = ui.element('option')
                    option._props['value'] = each
                    with option:
                        ui.label(label)
        self._props['value'] = value
        self.update()

    def _choose(self, event: GenericEventArguments) -> object:
        self._value = str(event.args)  # so that the browser is told if the choice does not hold
        return self._on_choose(self._value)
