"""A part of the settings: a heading that can be jumped to, and what stands below it."""

from nicegui import ui


class SettingsSection(ui.element):
    """A section with its title; `name` is the anchor in the address."""

    def __init__(self, name: str, title: str) -> None:
        super().__init__('section')
        self.classes('settings-section').props(f'data-section={name}')
        with self, ui.element('h2').props('tabindex=-1'):
            ui.label(title)
