"""The section on how the pages look in this browser: language, theme, size of the text."""

from nicegui import ui

from app.ui.appearance import Appearance
from app.ui.components.notification_switch import NotificationSwitch
from app.ui.components.settings_form import SettingsField, SettingsForm
from app.ui.components.settings_section import SettingsSection
from app.ui.components.top_bar import LANGUAGE_NAMES
from app.ui.preferences import TEXT_SIZES, THEMES, remember
from app.ui.translations import Translator


def appearance_section(t: Translator, appearance: Appearance) -> None:
    """Put the section here."""

    async def use_language(language: str) -> None:
        remember('language', language)
        ui.navigate.reload()

    async def use_theme(theme: str) -> None:
        appearance.use_theme(THEMES[theme])

    async def use_text_size(size: str) -> None:
        appearance.use_text_size(TEXT_SIZES[size])

    with SettingsSection('appearance', t('Appearance')):
        SettingsForm(
            t,
            [
                SettingsField(
                    name='language',
                    kind='choice',
                    label=t('Language'),
                    value=t.language,
                    options=LANGUAGE_NAMES,
                    save=use_language,
                ),
                SettingsField(
                    name='theme',
                    kind='segments',
                    label=t('Theme'),
                    value=appearance.theme,
                    options={'auto': t('As the system'), 'light': t('Light'), 'dark': t('Dark')},
                    save=use_theme,
                ),
                SettingsField(
                    name='text_size',
                    kind='segments',
                    label=t('Size of the text'),
                    value=appearance.text_size,
                    options={
                        'small': t('Small'),
                        'normal': t('Normal'),
                        'large': t('Large'),
                        'larger': t('Larger'),
                    },
                    save=use_text_size,
                ),
            ],
        )
        NotificationSwitch(t)
        ui.label(t('This browser remembers these. Other browsers have their own.')).classes('settings-note')
