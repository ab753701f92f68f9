"""Bringing conversations in from a file: choose or drop it, see how far it is, and what became of it."""

from typing import Any

from nicegui.element import Element

from app.chat import Chat
from app.chat.importing import Import
from app.errors import ImportRefused
from app.ui.addresses import address
from app.ui.icons import svgs
from app.ui.import_wording import progress_of_import, refusal_sentence, result_lines
from app.ui.said import heard
from app.ui.translations import Translator


class DataImport(Element, component='data_import.js'):
    """Shows the import of one person. It goes on when the page is left, and any page of that person shows it."""

    def __init__(self, chat: Chat, owner_id: str, t: Translator) -> None:
        super().__init__()
        self._importing = chat.importing
        self._owner_id = owner_id
        self._t = t
        self._props['labels'] = _labels(t)
        self._props['icons'] = svgs('import')
        self._props['lists'] = _lists(t)
        self._props['initial'] = self._state()
        self.on('wish', heard(int, self._answer))
        self.on('cancel', lambda: self._importing.cancel(owner_id), args=[])
        self.client.on_connect(self._show)
        self._importing.changed.subscribe(self._on_change)

    def _answer(self, size: int) -> None:
        """Let the browser send a file of so many bytes, or say why not."""
        try:
            self._importing.check_room(size)
            last = self._importing.current(self._owner_id)
            if last is not None and last.runs:
                raise ImportRefused(reason='busy')
        except ImportRefused as error:
            self.run_method('refuse', refusal_sentence(self._t, error.as_data()))
        else:
            self._importing.forget(self._owner_id)
            self.run_method('send')

    def _on_change(self, step: Import) -> None:
        if step.owner_id == self._owner_id:
            self._show()

    def _show(self) -> None:
        if self.client.has_socket_connection:
            self.run_method('show', self._state())

    def _state(self) -> dict[str, Any]:
        """Give what the browser shows."""
        last = self._importing.current(self._owner_id)
        if last is None:
            return {'stage': 'idle', 'share': 0, 'text': '', 'lines': [], 'list': False}
        return {
            'stage': last.state,
            'share': last.read / last.total if last.total else 0,
            'text': progress_of_import(self._t, last),
            'lines': result_lines(self._t, last),
            'list': not last.runs and last.remarks.count > 0 and self._importing.remark_lists.has(self._owner_id),
        }

    def _handle_delete(self) -> None:
        self._importing.changed.unsubscribe(self._on_change)
        super()._handle_delete()


def _lists(t: Translator) -> list[dict[str, str]]:
    """Say where the list of what could not be read is to be had, and as what."""
    kinds = {'csv': t('Download the list as a table'), 'json': t('Download the list as JSON')}
    return [
        {'ending': ending, 'label': label, 'href': address(f'/import/remarks.{ending}')}
        for ending, label in kinds.items()
    ]


def _labels(t: Translator) -> dict[str, str]:
    return {
        'invitation': t(
            'Choose or drop a file here: from ChatGPT, Claude, Open WebUI or LibreChat, from Guilherme, '
            'or the old chat_history.json.'
        ),
        'choose': t('Choose a file'),
        'cancel': t('Cancel'),
        'sending': t('Sending the file'),
        'progress': t('Import'),
        'failed': t('The file could not be sent. Check the connection and try again.'),
    }
