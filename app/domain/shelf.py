"""Where a conversation stands in the lists: exactly one shelf at a time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.conversation import Conversation, Folder
from app.domain.identifiers import is_temporary

TRASH_KEPT = timedelta(days=30)
"""How long a conversation lies in the trash before it is deleted for good."""

Mark = tuple[datetime, str]
"""Where a page of a shelf ended: the time it is ordered by, and the id, of its last conversation."""


class Place(StrEnum):
    """The kinds of shelf."""

    TEMPORARY = 'temporary'
    PINNED = 'pinned'
    FOLDER = 'folder'
    RECENT = 'recent'
    ARCHIVE = 'archive'
    TRASH = 'trash'


@dataclass(frozen=True, slots=True)
class Shelf:
    """A shelf; `folder_id` says which folder if it is one."""

    place: Place
    folder_id: str | None = None

    def __str__(self) -> str:
        """Write it as the screens name it: the place, and for a folder `folder:` and its id."""
        return f'{self.place}:{self.folder_id}' if self.folder_id else self.place.value

    @classmethod
    def parse(cls, text: str) -> 'Shelf':
        """Read what `str` wrote.

        Raises:
            ValueError: it is no shelf.
        """
        place, _, folder_id = text.partition(':')
        if (place == Place.FOLDER) != bool(folder_id):
            raise ValueError(f'not a shelf: {text!r}')
        return cls(Place(place), folder_id or None)


@dataclass(frozen=True, slots=True)
class ShelfPage:
    """A stretch of a shelf, the latest first, and whether there is more of it."""

    conversations: tuple[Conversation, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class CountedFolder:
    """A folder, and how many conversations stand on its shelf."""

    folder: Folder
    count: int


@dataclass(frozen=True, slots=True)
class Overview:
    """What a list of conversations begins with: folders in alphabetical order, and the shelves that stand open."""

    pinned: ShelfPage
    temporary: ShelfPage
    folders: tuple[CountedFolder, ...]
    recent: ShelfPage


def shelf_of(conversation: Conversation) -> Shelf:
    """Say on which shelf a conversation stands: a pin goes before a folder, the archive before both."""
    if conversation.deleted_at is not None:
        return Shelf(Place.TRASH)
    if is_temporary(conversation.id):
        return Shelf(Place.TEMPORARY)
    if conversation.archived_at is not None:
        return Shelf(Place.ARCHIVE)
    if conversation.pinned:
        return Shelf(Place.PINNED)
    if conversation.folder_id is not None:
        return Shelf(Place.FOLDER, conversation.folder_id)
    return Shelf(Place.RECENT)


def shelved_at(conversation: Conversation) -> datetime:
    """Give the time a shelf is ordered by: in the trash that of deleting, else that of the last change."""
    return conversation.deleted_at or conversation.updated_at
