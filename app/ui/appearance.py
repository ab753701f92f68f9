"""How a page looks now. A change is seen at once, and the browser keeps it for its next pages."""

from nicegui import ui

from app.ui.preferences import Preferences, TextSize, Theme, dark_mode, remember


class Appearance:
    """Theme and text size of one page, from what its browser preferred when the page was made."""

    def __init__(self, preferences: Preferences) -> None:
        self.theme: Theme = preferences.theme
        self.text_size: TextSize = preferences.text_size
        self._dark = ui.dark_mode(preferences.dark)

    def use_theme(self, theme: Theme) -> None:
        """Show the page light, dark or as the system is."""
        self.theme = theme
        self._dark.set_value(dark_mode(theme))
        remember('theme', theme)

    def use_text_size(self, size: TextSize) -> None:
        """Show everything larger or smaller."""
        self.text_size = size
        ui.run_javascript(f'document.documentElement.style.setProperty("--text-scale", "var(--text-{size})")')
        remember('text', size)
