"""The imports of a person that can be taken out again, and how far that is."""

from contextlib import suppress
from typing import Any

from nicegui.element import Element

from app.chat import Chat
from app.chat.importing import Import
from app.domain.past_import import PastImport
from app.errors import GuilhermeError, StorageUnavailable
from app.ui.import_wording import refusal_sentence
from app.ui.preview_wording import past_import_line, undo_lines
from app.ui.said import heard
from app.ui.translations import Translator


class PastImports(Element, component='past_imports.js'):
    """A list, the latest first; nothing is shown of it while it is empty."""

    def __init__(self, chat: Chat, owner_id: str, t: Translator) -> None:
        super().__init__()
        self._importing = chat.importing
        self._undoing = chat.undoing
        self._erased = chat.erasing.erased
        self._owner_id = owner_id
        self._t = t
        self._props['labels'] = {'title': t('Past imports'), 'undo': t('Undo')}
        self.on('undo', heard(str, self._undo))
        self.client.on_connect(self._show)
        self._importing.changed.subscribe(self._on_import)
        self._undoing.changed.subscribe(self._on_change)
        self._erased.subscribe(self._on_change)

    async def _undo(self, import_id: str) -> None:
        try:
            await self._importing.undo(self._owner_id, import_id)
        except GuilhermeError as error:
            if not self.is_deleted:
                self.run_method('refuse', refusal_sentence(self._t, error.as_data()))

    async def _on_import(self, step: Import) -> None:
        if step.state == 'done':
            await self._on_change(step.owner_id)

    async def _on_change(self, owner_id: str) -> None:
        if owner_id == self._owner_id:
            await self._show()

    async def _show(self) -> None:
        with suppress(StorageUnavailable):  # the list stays as it is
            rows = [self._row(past) for past in await self._undoing.imports(self._owner_id)]
            if self.client.has_socket_connection and not self.is_deleted:
                self.run_method('show', rows, undo_lines(self._t, self._undoing.current(self._owner_id)))

    def _row(self, past: PastImport) -> dict[str, Any]:
        return {
            'id': past.id,
            'line': past_import_line(self._t, past),
            'file': past.file,
            'undoing': past.is_undoing,
        }

    def _handle_delete(self) -> None:
        self._importing.changed.unsubscribe(self._on_import)
        self._undoing.changed.unsubscribe(self._on_change)
        self._erased.unsubscribe(self._on_change)
        super()._handle_delete()
