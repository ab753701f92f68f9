"""Folders: make, rename, take away."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import uuid4

from app.domain.conversation import LONGEST_FOLDER_NAME, Conversation, Folder
from app.errors import InvalidInput, NotFound
from app.replies.live import LiveConversations
from app.storage.folders import Folders
from app.storage.shelves import Shelves


@dataclass(frozen=True, slots=True)
class TakenAway:
    """A folder that was taken away, and the ids of what was in it: what `Filing.put_back` needs."""

    folder: Folder
    conversation_ids: tuple[str, ...]


class Filing:
    """Looks after a person's folders, and tells whoever shows them."""

    def __init__(self, folders: Folders, shelves: Shelves, live: LiveConversations) -> None:
        self._folders = folders
        self._shelves = shelves
        self._live = live

    async def make(self, owner_id: str, name: str) -> Folder:
        """Make a folder.

        Raises:
            InvalidInput: the name is empty.
        """
        folder = Folder(id=str(uuid4()), owner_id=owner_id, name=_readable(name), created_at=datetime.now(UTC))
        await self._folders.create(folder)
        self._live.refiled.emit(owner_id)
        return folder

    async def rename(self, owner_id: str, folder_id: str, name: str) -> None:
        """Give a folder another name.

        Raises:
            InvalidInput: the name is empty.
            NotFound: there is no such folder for this owner.
        """
        await self._folders.rename(folder_id, owner_id, _readable(name))
        self._live.refiled.emit(owner_id)

    async def take_away(self, owner_id: str, folder_id: str) -> TakenAway:
        """Take a folder away; its conversations stay, in no folder.

        Raises:
            NotFound: there is no such folder for this owner.
        """
        folder, ids = await self._folders.delete(folder_id, owner_id)
        self._tell(owner_id, ids, lambda was: replace(was, folder_id=None))
        return TakenAway(folder, tuple(ids))

    async def put_back(self, owner_id: str, taken: TakenAway) -> None:
        """Make a folder again, with what was in it but for what is in another one now."""

        def change(was: Conversation) -> Conversation:
            return replace(was, folder_id=was.folder_id or taken.folder.id)

        await self._folders.create(taken.folder)
        with suppress(NotFound):  # it was empty, or nothing of what was in it is left
            await self._shelves.rearrange(owner_id, taken.conversation_ids, change, deleted=None)
        self._tell(owner_id, taken.conversation_ids, change)

    def _tell(self, owner_id: str, ids: Sequence[str], change: Callable[[Conversation], Conversation]) -> None:
        """Let what is in memory know, and all lists: a folder can hold more than can be told one by one."""
        for conversation_id in ids:
            if state := self._live.find(conversation_id):
                state.conversation = change(state.conversation)
        self._live.reshelved.emit(owner_id)


def _readable(name: str) -> str:
    name = ' '.join(name.split())[:LONGEST_FOLDER_NAME]
    if not name:
        raise InvalidInput(reason='empty_folder')
    return name
