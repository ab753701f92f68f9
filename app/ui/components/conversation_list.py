"""The list of conversations beside the chat. The search above it is `search_panel`, what it does is `list_actions`."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from nicegui.element import Element

from app.chat import Chat
from app.domain.conversation import Conversation
from app.domain.shelf import TRASH_KEPT, CountedFolder, Mark, Place, Shelf, ShelfPage, shelf_of, shelved_at
from app.replies.live import ConversationNews
from app.ui.components.list_actions import ListActions, is_wish
from app.ui.icons import svgs
from app.ui.said import Shape, fits, heard, readable
from app.ui.translations import Translator

PAGE = 40
"""Conversations that go out with the page: more than a tall screen shows."""

MOST = 400
"""Conversations given at once, whatever a browser asks for."""

READINGS = 5
"""Times a page is read at most, should something change every time."""

LOAD: Mapping[str, Shape] = {
    'shelf': readable(Shelf.parse),
    'limit': int,
    'after': lambda value: not value or fits(value, AFTER),
}
AFTER: Mapping[str, Shape] = {'mark': readable(datetime.fromisoformat), 'id': str}
"""Which conversations of a shelf are wanted: so many, `after` one that is named with where it stands."""

ICONS = (
    'more', 'edit', 'delete', 'stop', 'pin', 'unpin', 'folder', 'folder-new', 'tag', 'archive', 'restore', 'select',
    'download', 'chats', 'right', 'check', 'close',
)  # fmt: skip


class ConversationList(
    Element, component='conversation_list.js', esm={'guilherme-list': 'list_parts'}, dependencies=['input_method.js']
):
    """Shows where a person's conversations stand, and follows what happens to them."""

    def __init__(self, chat: Chat, owner_id: str, t: Translator, actions: ListActions) -> None:
        super().__init__()
        self._chat = chat
        self._owner_id = owner_id
        self._t = t
        self._missed = False
        self._changes = 0
        self._props['labels'] = _labels(t)
        self._props['icons'] = svgs(*ICONS)
        self.on('open', heard(str, actions.open))
        self.on('act', heard(is_wish, actions.do))
        self.on('load', heard(LOAD, self._load))
        self.on('tags', self._tell_tags)
        self.client.on_connect(self._catch_up)
        chat.live.news.subscribe(self._update)
        chat.live.refiled.subscribe(self._refile)
        chat.live.reshelved.subscribe(self._reshelve)

    async def load(self, active: str | None) -> None:
        """Read what goes out with the page itself."""
        overview = await self._chat.listing.overview(self._owner_id, PAGE)
        shelves = {'temporary': overview.temporary, 'pinned': overview.pinned, 'recent': overview.recent}
        self._props['initial'] = {
            'shelves': {name: {'items': self._items(page), 'more': page.more} for name, page in shelves.items()},
            'folders': [_folder(each) for each in overview.folders],
            'active': active,
        }

    def select(self, conversation_id: str | None) -> None:
        """Mark the conversation that is shown."""
        self.run_method('select', conversation_id)

    def _update(self, news: tuple[ConversationNews, ...]) -> None:
        own = [each for each in news if each.conversation.owner_id == self._owner_id]
        if own:
            self._changes += 1
            self._tell('update', lambda: [_item(self._t, each.conversation, each.streaming) for each in own])

    def _tell(self, method: str, *arguments: Callable[[], Any]) -> None:
        """Tell the browser; one that is away reads everything anew when it is back."""
        if self.client.has_socket_connection:
            self.run_method(method, *(argument() for argument in arguments))
        else:
            self._missed = True

    async def _refile(self, owner_id: str) -> None:
        if owner_id == self._owner_id:
            folders = await self._chat.listing.folders(owner_id)
            self._tell('setFolders', lambda: [_folder(each) for each in folders])

    async def _reshelve(self, owner_id: str) -> None:
        if owner_id == self._owner_id:
            self._changes += 1
            self._tell('refresh')
            await self._refile(owner_id)

    async def _catch_up(self) -> None:
        if self._missed:
            self._missed = False
            await self._reshelve(self._owner_id)

    async def _load(self, wanted: Mapping[str, Any]) -> None:
        after = wanted.get('after')
        before: Mark | None = (datetime.fromisoformat(after['mark']), after['id']) if after else None
        page = await self._read(Shelf.parse(wanted['shelf']), before, max(0, min(wanted['limit'], MOST)))
        self.run_method('put', wanted['shelf'], self._items(page), page.more, before is None)

    async def _read(self, shelf: Shelf, before: Mark | None, limit: int) -> ShelfPage:
        """Read a page of a shelf; once more if something was told meanwhile, which the page would take back."""
        for _ in range(READINGS):
            changes = self._changes
            page = await self._chat.listing.shelf(self._owner_id, shelf, before=before, limit=limit)
            if changes == self._changes:
                break
        return page

    async def _tell_tags(self) -> None:
        self.run_method('knowTags', await self._chat.listing.tags(self._owner_id))

    def _items(self, page: ShelfPage) -> list[dict[str, Any]]:
        streaming = self._chat.live.streaming()
        return [_item(self._t, each, each.id in streaming) for each in page.conversations]

    def _handle_delete(self) -> None:
        live = self._chat.live
        live.news.unsubscribe(self._update)
        live.refiled.unsubscribe(self._refile)
        live.reshelved.unsubscribe(self._reshelve)
        super()._handle_delete()


def _item(t: Translator, conversation: Conversation, streaming: bool) -> dict[str, Any]:
    shelf, at = shelf_of(conversation), shelved_at(conversation)
    return {
        'id': conversation.id,
        'title': conversation.title,
        'shelf': str(shelf),
        'at': int(at.timestamp() * 1000),
        'mark': at.isoformat(),
        'pinned': conversation.pinned,
        'folder': conversation.folder_id,
        'tags': conversation.tags,
        'streaming': streaming,
        'unread': conversation.unread,
        'left': _days_left(t, at) if shelf.place is Place.TRASH else '',
    }


def _days_left(t: Translator, deleted_at: datetime) -> str:
    days = max((deleted_at + TRASH_KEPT - datetime.now(UTC)).days, 0)
    return t.n('{days} day left', '{days} days left', days).format(days=days) if days else t('until tomorrow')


def _folder(counted: CountedFolder) -> dict[str, Any]:
    return {'id': counted.folder.id, 'name': counted.folder.name, 'count': counted.count}


def _labels(t: Translator) -> dict[str, str]:
    return {
        'language': t.language,
        'conversations': t('Conversations'),
        'temporary': t('Temporary'),
        'pinned': t('Pinned'),
        'today': t('Today'),
        'yesterday': t('Yesterday'),
        'week': t('Last 7 days'),
        'showMore': t('Show more'),
        'streaming': t('Answering'),
        'unread': t('New answer'),
        'empty': t('Your conversations will be here.'),
        'folderEmpty': t('Nothing in here yet. Drag a conversation onto the folder, or use its menu.'),
        'archived': t('Archive'),
        'archiveEmpty': t('What you archive will be here, out of the way.'),
        'trash': t('Trash'),
        'trashEmpty': t('The trash is empty.'),
        'trashNote': t('What lies here is deleted for good after {days} days.').format(days=TRASH_KEPT.days),
        **_action_labels(t),
    }


def _action_labels(t: Translator) -> dict[str, str]:
    return {
        'menu': t('More'),
        'pin': t('Pin'),
        'unpin': t('Unpin'),
        'rename': t('Rename'),
        'move': t('Move to folder'),
        'noFolder': t('No folder'),
        'newFolder': t('New folder'),
        'removeFolder': t('Remove folder'),
        'tags': t('Tags'),
        'newTag': t('New tag'),
        'untag': t('Remove tag'),
        'export': t('Export'),
        'plainText': t('Plain text'),
        'archive': t('Put into the archive'),
        'unarchive': t('Take out of the archive'),
        'select': t('Select'),
        'selection': t('What to do with the selected ones'),
        'selected': t('{n} selected'),
        'close': t('Close'),
        'stop': t('Stop'),
        'delete': t('Delete'),
        'restore': t('Restore'),
        'erase': t('Delete for good'),
        'eraseQuestion': t('Delete for good? ({n})'),
        'emptyTrash': t('Empty the trash'),
        'emptyTrashQuestion': t('Empty the trash?'),
        'cannotBeUndone': t('This cannot be undone.'),
        'cancel': t('Cancel'),
    }
