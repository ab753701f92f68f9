"""The notice that other machines can come in, for whoever did not put it away."""

from nicegui import ui

from app.ui.preferences import remember
from app.ui.theme import text_button
from app.ui.translations import Translator
from app.ui.wording import OPEN


def open_notice(t: Translator) -> None:
    """Put the notice here. It stays away, in this browser, once it was put away."""
    with ui.element('section').classes('open-notice').props('data-testid=open-notice') as notice:
        ui.label(t(OPEN))
        text_button(t('I know'), lambda: _put_away(notice))


def _put_away(notice: ui.element) -> None:
    remember('open', 'known')
    notice.delete()
