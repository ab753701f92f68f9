"""The switch for notifications in the settings: it keeps its state in the browser and needs nothing around it."""

from nicegui.element import Element

from app.ui.translations import Translator


class NotificationSwitch(Element, component='notification_switch.js', dependencies=['notifications.js']):
    """A box to tick with its label; says why it cannot be ticked where the browser does not allow it."""

    def __init__(self, t: Translator) -> None:
        super().__init__()
        self._props['labels'] = {
            'label': t('Tell me when an answer is ready'),
            'help': t(
                'By a notification, while no page of the app can be seen. It names the conversation, nothing more.'
            ),
            'blocked': t('This browser blocks notifications from this page. Its settings for the page can allow them.'),
            'impossible': t('This browser shows notifications only from pages with https or on this computer.'),
        }
