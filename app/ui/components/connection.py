"""The notice that the line to the server is lost."""

from nicegui.element import Element

from app.ui.icons import svgs
from app.ui.translations import Translator


class ConnectionState(Element, component='connection.js'):
    """Visible only while there is no connection."""

    def __init__(self, t: Translator) -> None:
        super().__init__()
        self._props['labels'] = {'lost': t('No connection. Trying again; nothing is lost.')}
        self._props['icons'] = svgs('offline')
