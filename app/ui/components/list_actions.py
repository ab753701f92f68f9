"""What the list of conversations does, and what is said about it: everything that can be undone is done at once."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from app.chat import Chat
from app.chat.organising import Before
from app.errors import GuilhermeError
from app.ui.components.toast import Toast
from app.ui.said import MAYBE_TEXT, fits
from app.ui.translations import Translator, msgid
from app.ui.wording import error_sentence

DONE: Mapping[str, tuple[str, str]] = {
    'pin': (msgid('Conversation pinned.'), msgid('{n} conversations pinned.')),
    'unpin': (msgid('Conversation unpinned.'), msgid('{n} conversations unpinned.')),
    'archive': (msgid('Conversation archived.'), msgid('{n} conversations archived.')),
    'unarchive': (msgid('Back in the list.'), msgid('{n} conversations are back in the list.')),
    'move': (msgid('Moved to “{folder}”.'), msgid('{n} conversations moved to “{folder}”.')),
    'take_out': (msgid('Taken out of its folder.'), msgid('{n} conversations taken out of their folders.')),
    'tag': (msgid('Tag “{tag}” added.'), msgid('Tag “{tag}” added to {n} conversations.')),
    'untag': (msgid('Tag “{tag}” removed.'), msgid('Tag “{tag}” removed from {n} conversations.')),
    'delete': (msgid('Conversation deleted.'), msgid('{n} conversations deleted.')),
    'restore': (msgid('Conversation restored.'), msgid('{n} conversations restored.')),
}
"""What is said afterwards, of one conversation and of several."""

ON_CONVERSATIONS = frozenset(
    {'pin', 'unpin', 'archive', 'unarchive', 'move', 'tag', 'untag', 'delete', 'restore', 'erase', 'rename', 'stop'}
)
NEEDED: Mapping[str, frozenset[str]] = {
    'tag': frozenset({'tag'}),
    'untag': frozenset({'tag'}),
    'rename': frozenset({'title'}),
    'makeFolder': frozenset({'title'}),
    'renameFolder': frozenset({'folder', 'title'}),
    'removeFolder': frozenset({'folder'}),
    'emptyTrash': frozenset(),
}
"""What is done to something else than conversations, or needs to know more than which, and what it needs to know."""


def is_wish(said: Any) -> bool:
    """Tell whether the browser can ask for that."""
    details = {'name': str, 'tag': MAYBE_TEXT, 'title': MAYBE_TEXT, 'folder': MAYBE_TEXT, 'newFolder': MAYBE_TEXT}
    if not fits(said, details) or said['name'] not in ON_CONVERSATIONS | NEEDED.keys():
        return False
    if said['name'] in ON_CONVERSATIONS and not (fits(said.get('ids'), [str]) and said['ids']):
        return False
    return all(said.get(each) is not None for each in NEEDED.get(said['name'], ()))


class ListActions:
    """Does what a person asks of the list."""

    def __init__(
        self,
        chat: Chat,
        owner_id: str,
        t: Translator,
        toast: Toast,
        *,
        on_open: Callable[[str], Awaitable[None]],
        forget: Callable[[str], None],
    ) -> None:
        """`on_open` shows a conversation; `forget` drops what was being written in one that is deleted for good."""
        self._chat = chat
        self._owner_id = owner_id
        self._t = t
        self._toast = toast
        self.open = on_open
        self._forget = forget
        self._verbs: dict[str, Callable[[Mapping[str, Any]], Awaitable[None]]] = {
            'pin': self._pin,
            'unpin': self._pin,
            'archive': self._archive,
            'unarchive': self._archive,
            'move': self._move,
            'tag': self._tag,
            'untag': self._tag,
            'delete': self._delete,
            'restore': self._restore,
            'erase': self._erase,
            'emptyTrash': self._empty_trash,
            'rename': self._rename,
            'stop': self._stop,
            'makeFolder': self._make_folder,
            'renameFolder': self._rename_folder,
            'removeFolder': self._remove_folder,
        }

    async def do(self, wanted: Mapping[str, Any]) -> None:
        """Do what the browser asks for: `name` says what, `ids` to which conversations. They fit `is_wish`."""
        await self._try(self._verbs[wanted['name']](wanted))

    async def _pin(self, wanted: Mapping[str, Any]) -> None:
        name = wanted['name']
        self._offer_undo(name, await self._chat.organising.pin(self._owner_id, *wanted['ids'], pinned=name == 'pin'))

    async def _archive(self, wanted: Mapping[str, Any]) -> None:
        name = wanted['name']
        self._offer_undo(
            name, await self._chat.organising.archive(self._owner_id, *wanted['ids'], archived=name == 'archive')
        )

    async def _move(self, wanted: Mapping[str, Any]) -> None:
        folder_id = wanted.get('folder')
        if name := wanted.get('newFolder'):
            folder_id = (await self._chat.filing.make(self._owner_id, name)).id
        before = await self._chat.organising.move(self._owner_id, folder_id, *wanted['ids'])
        folders = {each.folder.id: each.folder.name for each in await self._chat.listing.folders(self._owner_id)}
        self._offer_undo('move' if folder_id else 'take_out', before, folder=folders.get(folder_id or '', ''))

    async def _tag(self, wanted: Mapping[str, Any]) -> None:
        organising, tag = self._chat.organising, wanted['tag']
        work = organising.tag if wanted['name'] == 'tag' else organising.untag
        self._offer_undo(wanted['name'], await work(self._owner_id, tag, *wanted['ids']), tag=tag)

    async def _delete(self, wanted: Mapping[str, Any]) -> None:
        self._offer_undo('delete', await self._chat.organising.delete(self._owner_id, *wanted['ids']))

    async def _restore(self, wanted: Mapping[str, Any]) -> None:
        self._offer_undo('restore', await self._chat.organising.restore(self._owner_id, *wanted['ids']))

    async def _erase(self, wanted: Mapping[str, Any]) -> None:
        await self._chat.trash.erase(self._owner_id, *wanted['ids'])
        for each in wanted['ids']:
            self._forget(each)
        self._toast.show(self._t('Deleted for good.'))

    async def _empty_trash(self, _wanted: Mapping[str, Any]) -> None:
        for each in await self._chat.trash.empty(self._owner_id):
            self._forget(each)
        self._toast.show(self._t('The trash is empty.'))

    async def _rename(self, wanted: Mapping[str, Any]) -> None:
        await self._chat.organising.rename(self._owner_id, wanted['ids'][0], wanted['title'])

    async def _stop(self, wanted: Mapping[str, Any]) -> None:
        await self._chat.asking.stop(self._owner_id, wanted['ids'][0])

    async def _make_folder(self, wanted: Mapping[str, Any]) -> None:
        await self._chat.filing.make(self._owner_id, wanted['title'])

    async def _rename_folder(self, wanted: Mapping[str, Any]) -> None:
        await self._chat.filing.rename(self._owner_id, wanted['folder'], wanted['title'])

    async def _remove_folder(self, wanted: Mapping[str, Any]) -> None:
        taken = await self._chat.filing.take_away(self._owner_id, wanted['folder'])
        self._toast.show(
            self._t('Folder removed. Its conversations are still here.'),
            self._t('Undo'),
            lambda: self._try(self._chat.filing.put_back(self._owner_id, taken)),
        )

    def _offer_undo(self, name: str, before: Before, **details: str) -> None:
        one, several = DONE[name]
        self._toast.show(
            self._t(several if len(before) > 1 else one).format(n=len(before), **details),
            self._t('Undo'),
            lambda: self._try(self._chat.organising.put_back(self._owner_id, before)),
        )

    async def _try(self, work: Awaitable[None]) -> None:
        try:
            await work
        except GuilhermeError as error:
            self._toast.show(error_sentence(self._t, error.as_data()).text)
