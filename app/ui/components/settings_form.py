"""Settings that are saved as soon as they are changed, and say so."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from nicegui.element import Element

from app.errors import GuilhermeError, InvalidInput
from app.ui.icons import svgs
from app.ui.said import heard
from app.ui.translations import Translator
from app.ui.wording import error_sentence

Kind = Literal['choice', 'segments', 'switch', 'number', 'text']


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsField:
    """One thing that can be set. `value` is as the browser shows it: '' in a number or text is not set.

    `placeholder` says what holds then. `save` gets what the person gave and may raise any of our errors.
    """

    name: str
    kind: Kind
    label: str
    help: str = ''
    value: str | bool = ''
    options: Mapping[str, str] = field(default_factory=dict)
    placeholder: str = ''
    save: Callable[[Any], Awaitable[None]]


class SettingsForm(Element, component='settings_form.js', dependencies=['input_method.js']):
    """Fields, one below the other. What cannot be saved is said below its field, which shows the old value again."""

    def __init__(self, t: Translator, fields: list[SettingsField]) -> None:
        super().__init__()
        self._t = t
        self._fields = {each.name: each for each in fields}
        self._values = {each.name: each.value for each in fields}
        self._props['fields'] = [_written(each) for each in fields]
        self._props['labels'] = {'reset': t('Set back')}
        self._props['icons'] = svgs('again')
        self.on('change', heard({'name': str, 'value': (str, bool)}, self._change))

    @property
    def values(self) -> Mapping[str, str | bool]:
        """What is saved, by the name of the field."""
        return self._values

    def show(self, **values: str | bool) -> None:
        """Show values that were changed elsewhere."""
        fresh = {name: value for name, value in values.items() if self._values.get(name) != value}
        if fresh:
            self._values |= fresh
            self.run_method('show', fresh)

    def offer(self, name: str, options: Mapping[str, str]) -> None:
        """Let a person choose from other options."""
        self.run_method('offer', name, _pairs(options))

    async def _change(self, said: Mapping[str, Any]) -> None:
        name, value = said['name'], said['value']
        changed = self._fields.get(name)
        if changed is None:
            return
        try:
            if changed.options and value not in changed.options:
                raise InvalidInput
            await changed.save(value)
        except GuilhermeError as error:
            self._settle(name, error_sentence(self._t, error.as_data()).text, fault=True)
        else:
            self._values[name] = value.strip() if isinstance(value, str) else value
            self._settle(name, self._t('Saved'), fault=False)

    def _settle(self, name: str, said: str, *, fault: bool) -> None:
        if not self.is_deleted:  # who leaves at once is not told
            self.run_method('settle', name, self._values[name], said, fault)


def _written(each: SettingsField) -> dict[str, Any]:
    return {
        'name': each.name,
        'kind': each.kind,
        'label': each.label,
        'help': each.help,
        'value': each.value,
        'options': _pairs(each.options),
        'placeholder': each.placeholder,
    }


def _pairs(options: Mapping[str, str]) -> list[list[str]]:
    return [[value, label] for value, label in options.items()]
