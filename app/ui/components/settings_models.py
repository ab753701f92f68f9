"""The sections on models: which one begins, what it is told, and how its answers are made."""

from collections.abc import Mapping

from nicegui import ui

from app.chat import Chat
from app.domain.model import ModelRef
from app.domain.preferences import PARAMETERS, Number, PersonalPreferences
from app.errors import InvalidInput
from app.ui.components.settings_form import SettingsField, SettingsForm
from app.ui.components.settings_section import SettingsSection
from app.ui.components.top_bar import model_options
from app.ui.theme import text_button
from app.ui.translations import Translator, msgid

WORDS: Mapping[str, tuple[str, str]] = {
    'temperature': (
        msgid('Temperature'),
        msgid('How daring the words are: 0 stays with the likeliest, above 1 gets surprising.'),
    ),
    'top_p': (msgid('Top p'), msgid('Only the likeliest words that make up this share together are considered.')),
    'top_k': (msgid('Top k'), msgid('Only so many of the likeliest words are considered.')),
    'min_p': (msgid('Min p'), msgid('Leaves out words that are less likely than this share of the likeliest one.')),
    'repeat_penalty': (
        msgid('Repeat penalty'),
        msgid('Above 1, words that were just used come less often. Some servers do not know it.'),
    ),
    'num_predict': (msgid('Longest answer'), msgid('Tokens after which an answer ends. You can let it continue then.')),
    'seed': (msgid('Seed'), msgid('With the same number, the same question gets the same answer.')),
}
"""What each sampling option is called, and what it does."""


class ModelSettings(ui.element):
    """Two sections, which follow what is changed in another tab."""

    def __init__(self, chat: Chat, owner_id: str, t: Translator, own: PersonalPreferences) -> None:
        super().__init__('div')
        self.classes('settings-group')
        self._chat = chat
        self._preferring = chat.preferring
        self._owner_id = owner_id
        self._t = t
        with self, SettingsSection('models', t('Models')):
            self._form = SettingsForm(t, self._fields(own))
        with self, SettingsSection('parameters', t('Answers')):
            told = t('Every model brings values its makers found good. What you set here holds for all of them.')
            ui.label(told).classes('settings-note')
            self._parameters = SettingsForm(t, [self._parameter(own, name) for name in PARAMETERS])
            text_button(t('Leave all to the model'), self._reset).props('data-testid=reset-parameters')
        self._preferring.changed.subscribe(self._follow)

    def _fields(self, own: PersonalPreferences) -> list[SettingsField]:
        t, base = self._t, self._preferring.base
        return [
            SettingsField(
                name='default_model',
                kind='choice',
                label=t('Model for new conversations'),
                value=_shown(t, own)['default_model'],
                options=self._models(own),
                save=self._choose_model,
            ),
            *([self._titles(own)] if base.titles else []),
            SettingsField(
                name='num_ctx',
                kind='number',
                label=t('Context window'),
                help=t(
                    'Tokens a model reads at once, up to {most}. More of a long conversation fits into a wider one, '
                    'and it needs more memory.'
                ).format(most=self._preferring.window_range.most),
                value=_shown(t, own)['num_ctx'],
                placeholder=str(base.num_ctx),
                save=self._set_num_ctx,
            ),
            SettingsField(
                name='system_prompt',
                kind='text',
                label=t('Instruction for every conversation'),
                help=t('Who you are, how you like answers: the model reads it before anything else.'),
                value=own.system_prompt,
                placeholder=base.system_prompt,
                save=lambda text: self._preferring.set_system_prompt(self._owner_id, text),
            ),
        ]

    def _parameter(self, own: PersonalPreferences, name: str) -> SettingsField:
        label, explained = WORDS[name]

        async def save(text: str) -> None:
            await self._preferring.set_parameter(self._owner_id, name, _number(text))

        return SettingsField(
            name=name,
            kind='number',
            label=self._t(label),
            help=self._t(explained),
            value=_shown(self._t, own)[name],
            placeholder=self._t('as the model wants it'),
            save=save,
        )

    def _models(self, own: PersonalPreferences) -> dict[str, str]:
        t, models = self._t, self._chat.models
        usual = t('As set up: {model}').format(model=models.default().name)
        installed = model_options(t, models.overview, models.default()) if models.overview.models else {}
        missing = {str(own.default_model): own.default_model.name} if own.default_model else {}
        return {'': usual} | missing | installed

    def _titles(self, own: PersonalPreferences) -> SettingsField:
        return SettingsField(
            name='titles',
            kind='switch',
            label=self._t('Name conversations by themselves'),
            help=self._t('The model writes a short title after its first answer.'),
            value=own.titles is not False,
            save=lambda wanted: self._preferring.set_titles(self._owner_id, bool(wanted)),
        )

    async def _choose_model(self, value: str) -> None:
        await self._preferring.choose_model(self._owner_id, ModelRef.parse(value) if value else None)

    async def _set_num_ctx(self, text: str) -> None:
        await self._preferring.set_num_ctx(self._owner_id, _number(text))

    async def _reset(self) -> None:
        await self._preferring.reset_parameters(self._owner_id)

    def _handle_delete(self) -> None:
        self._preferring.changed.unsubscribe(self._follow)
        super()._handle_delete()

    async def _follow(self, owner_id: str) -> None:
        if owner_id == self._owner_id:
            shown = _shown(self._t, await self._preferring.read(owner_id))
            self._form.show(**{name: shown[name] for name in self._form.values})
            self._parameters.show(**{name: shown[name] for name in self._parameters.values})


def _shown(t: Translator, own: PersonalPreferences) -> dict[str, str | bool]:
    """Give what is set as the fields show it."""
    return {
        'default_model': str(own.default_model) if own.default_model else '',
        'titles': own.titles is not False,
        'num_ctx': _written(t, own.num_ctx),
        'system_prompt': own.system_prompt,
        **{name: _written(t, own.parameters.get(name)) for name in PARAMETERS},
    }


def _written(t: Translator, value: Number | None) -> str:
    """Write a number with the language's own decimal mark, '' for none."""
    written = '' if value is None else str(value)
    return written.replace('.', ',') if t.language == 'pt-BR' else written


def _number(text: str) -> Number | None:
    """Read a number as people write it, with a point or a comma; None for nothing.

    Raises:
        InvalidInput: it is none.
    """
    text = text.strip().replace(',', '.')
    if not text:
        return None
    try:
        return float(text) if '.' in text else int(text)
    except ValueError:
        raise InvalidInput(reason='not_a_number') from None
