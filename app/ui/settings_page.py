"""The settings: a page of its own address that opens over the conversation, which stays as it was underneath."""

from collections.abc import Callable

from nicegui import ui
from nicegui.element import Element

from app.chat import Chat
from app.ui.addresses import address
from app.ui.appearance import Appearance
from app.ui.components.connection import ConnectionState
from app.ui.components.settings_about import about_section
from app.ui.components.settings_appearance import appearance_section
from app.ui.components.settings_data import data_section
from app.ui.components.settings_models import ModelSettings
from app.ui.icons import svgs
from app.ui.theme import icon_element
from app.ui.translations import Translator

PATH = '/settings'


class SettingsPage(Element, component='settings_page.js'):
    """All sections, one below the other; the browser's way back leads out of them."""

    def __init__(self, t: Translator, on_close: Callable[[], object]) -> None:
        super().__init__()
        self._props['labels'] = {'settings': t('Settings'), 'back': t('Back'), 'sections': t('Sections')}
        self._props['sections'] = {
            'appearance': t('Appearance'),
            'models': t('Models'),
            'parameters': t('Answers'),
            'data': t('Data'),
            'about': t('About'),
        }
        self._props['icons'] = svgs('left')
        self.on('close', on_close, args=[])


class Settings:
    """Opens and closes the settings of one page; `shell` is the page's outermost element."""

    def __init__(
        self,
        chat: Chat,
        owner_id: str,
        t: Translator,
        *,
        appearance: Appearance,
        shell: ui.element,
        on_close: Callable[[], object],
    ) -> None:
        self._chat = chat
        self._owner_id = owner_id
        self._t = t
        self._appearance = appearance
        self._shell = shell
        self._on_close = on_close
        self._page: SettingsPage | None = None
        self._opening = False

    @property
    def is_open(self) -> bool:
        """Tell whether the settings are what is shown."""
        return self._page is not None

    def link(self, on_click: Callable[[], object]) -> None:
        """Put the link to the settings here; with a key held down it is a link like any other."""
        label = self._t('Settings')
        link = ui.element('a').classes('settings-link').props(f'title="{label}" data-testid=settings')
        link._props['href'] = address(PATH)
        link.on('click', on_click, args=[], js_handler=PLAIN_CLICK)
        with link:
            icon_element('settings')
            ui.label(label)

    async def open(self) -> None:
        """Show the settings."""
        if self._page is not None or self._opening:
            return
        t, chat = self._t, self._chat
        self._opening = True
        try:
            own = await chat.preferring.read(self._owner_id)
            copies = await chat.erasing.copies()
            if not self._opening:  # something else was opened meanwhile
                return
        finally:
            self._opening = False
        with self._shell, SettingsPage(t, self._on_close) as page:
            ConnectionState(t)
            appearance_section(t, self._appearance)
            ModelSettings(chat, self._owner_id, t, own)
            data_section(chat, self._owner_id, t, copies)
            about_section(chat, t)
        self._page = page
        self._shell.classes('in-settings')

    def close(self) -> None:
        """Show what is underneath again."""
        self._opening = False
        if self._page is not None:
            self._page.delete()
            self._page = None
            self._shell.classes(remove='in-settings')


PLAIN_CLICK = """(event) => {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  event.preventDefault();
  emit();
}"""
