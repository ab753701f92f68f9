"""Bringing conversations in from a file: choose or drop it, see what is in it, how far it is, and what became of it."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from nicegui.element import Element

from app.chat import Chat
from app.chat.importing import Import
from app.chat.taking_in import Place
from app.domain.conversation import LONGEST_FOLDER_NAME, Folder
from app.errors import GuilhermeError, ImportRefused, StorageUnavailable
from app.ui.addresses import address
from app.ui.icons import svgs
from app.ui.import_wording import progress_of_import, refusal_sentence, remark_lines, result_lines
from app.ui.preview_wording import preview_lines, source_names
from app.ui.said import heard
from app.ui.translations import Translator

NEW, NONE = 'new', 'none'
"""Choices beside the ids of folders."""


class DataImport(Element, component='data_import.js', dependencies=['import_preview.js']):
    """Shows the import of one person. It goes on when the page is left, and any page of that person shows it."""

    def __init__(self, chat: Chat, owner_id: str, t: Translator) -> None:
        super().__init__()
        self._chat = chat
        self._importing = chat.importing
        self._owner_id = owner_id
        self._t = t
        self._folders: Sequence[Folder] = ()
        self._props['labels'] = _labels(t)
        self._props['icons'] = svgs('import')
        self._props['lists'] = _lists(t)
        self._props['initial'] = self._state()
        self.on('wish', heard(int, self._answer))
        self.on('cancel', lambda: self._importing.cancel(owner_id), args=[])
        self.on('import', heard({'place': str, 'name': str}, self._confirm))
        self.on('undo', self._undo, args=[])
        self.client.on_connect(self._show)
        self._importing.changed.subscribe(self._on_change)
        chat.live.refiled.subscribe(self._refile)

    def _answer(self, size: int) -> None:
        """Let the browser send a file of so many bytes, or say why not."""
        try:
            self._importing.check_room(size)
            self._importing.check_free(self._owner_id)
        except ImportRefused as error:
            self._refuse(error)
        else:
            self._importing.forget(self._owner_id)
            self.run_method('send')

    def _confirm(self, said: Mapping[str, str]) -> None:
        """Import what waits, into the folder that was chosen."""
        try:
            self._importing.confirm(self._owner_id, self._place(said['place'], said['name']))
        except ImportRefused as error:
            self._refuse(error)

    def _place(self, chosen: str, name: str) -> Place | None:
        name = ' '.join(name.split())[:LONGEST_FOLDER_NAME]
        if chosen == NEW and name:
            return Place(name=name)
        if any(folder.id == chosen for folder in self._folders):
            return Place(folder_id=chosen)
        return Place() if chosen == NONE else None

    async def _undo(self) -> None:
        last = self._importing.current(self._owner_id)
        if last is None or not last.import_id:
            return
        try:
            await self._importing.undo(self._owner_id, last.import_id)
        except GuilhermeError as error:
            self._refuse(error)

    def _refuse(self, error: GuilhermeError) -> None:
        if not self.is_deleted:
            self.run_method('refuse', refusal_sentence(self._t, error.as_data()))

    async def _on_change(self, step: Import) -> None:
        if step.owner_id == self._owner_id:
            await self._show()

    async def _refile(self, owner_id: str) -> None:
        if owner_id == self._owner_id and self._waits():
            await self._show()

    async def _show(self) -> None:
        if self._waits():
            with suppress(StorageUnavailable):  # without them, there still are the other choices
                self._folders = [each.folder for each in await self._chat.listing.folders(self._owner_id)]
        if self.client.has_socket_connection and not self.is_deleted:
            self.run_method('show', self._state())

    def _waits(self) -> bool:
        last = self._importing.current(self._owner_id)
        return last is not None and last.state == 'previewed'

    def _state(self) -> dict[str, Any]:
        """Give what the browser shows."""
        last = self._importing.current(self._owner_id)
        if last is None:
            return {
                'stage': 'idle',
                'share': 0,
                'text': '',
                'lines': [],
                'remarks': [],
                'list': False,
                'preview': None,
                'undoable': False,
            }
        return {
            'stage': last.state,
            'share': last.read / last.total if last.total else 0,
            'text': progress_of_import(self._t, last),
            'lines': result_lines(self._t, last),
            'remarks': remark_lines(self._t, last),
            'list': not last.runs and last.remarks.count > 0 and self._importing.remark_lists.has(self._owner_id),
            'preview': self._preview(last) if last.state == 'previewed' else None,
            'undoable': last.state == 'done' and bool(last.import_id),
        }

    def _preview(self, step: Import) -> dict[str, Any]:
        """Give what is asked before anything is written."""
        names = source_names(self._t, step.preview.sources)
        return {
            'title': names,
            'file': step.file,
            'lines': preview_lines(self._t, step),
            'places': _places(self._t, self._folders, has_folders=step.preview.has_folders),
            'name': names[:LONGEST_FOLDER_NAME],
        }

    def _handle_delete(self) -> None:
        self._importing.changed.unsubscribe(self._on_change)
        self._chat.live.refiled.unsubscribe(self._refile)
        super()._handle_delete()


def _places(t: Translator, folders: Sequence[Folder], *, has_folders: bool) -> list[tuple[str, str]]:
    """Give the folders to choose from, each with its value; the first is chosen unless somebody does."""
    as_it_comes = [('file', t('As in the file')), (NONE, t('No folder'))] if has_folders else [('file', t('No folder'))]
    return [*as_it_comes, *((folder.id, folder.name) for folder in folders), (NEW, t('New folder …'))]


def _lists(t: Translator) -> list[dict[str, str]]:
    """Say where the list of what could not be read is to be had, and as what."""
    kinds = {'csv': t('Download the list (CSV)'), 'json': t('Download the list (JSON)')}
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
        'list': t('The whole list:'),
        'sending': t('Sending the file'),
        'progress': t('Import'),
        'import': t('Import now'),
        'undo': t('Undo'),
        'folder': t('Folder'),
        'folderName': t('Name of the folder'),
        'failed': t('The file could not be sent. Check the connection and try again.'),
    }
