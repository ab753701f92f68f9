"""What an import would do, found out by reading its file without writing anything."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.chat.comparing import Standing, is_taken, renamed, standing
from app.domain.carried import Carried
from app.exchange.reading.own import Item, Origin
from app.storage.staging import Staging, Stored
from app.storage.trash import NOBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What is in a file: `conversations` in all, those that are here already (`known`), those of them with news, and
    those that lie in the trash, which stay there.

    `sources` are the programs it comes from. `first` and `last` are when the oldest was begun and the newest changed.
    `has_folders` says that conversations come with folders of their own.
    """

    sources: tuple[str, ...] = ()
    conversations: int = 0
    known: int = 0
    with_news: int = 0
    in_trash: int = 0
    first: datetime | None = None
    last: datetime | None = None
    has_folders: bool = False

    @property
    def new(self) -> int:
        """How many come new."""
        return self.conversations - self.known - self.with_news - self.in_trash


class Previewing:
    """One look through a file for `owner_id`, a part at a time; of all that, only 8 bytes an id are kept."""

    def __init__(self, staging: Staging, owner_id: str) -> None:
        self.preview = Preview()
        self._staging = staging
        self._owner_id = owner_id
        self._seen: set[int] = set()

    async def look(self, items: Sequence[Item]) -> None:
        """Count what is in a part of the file."""
        for item in items:
            if isinstance(item, Origin) and item.name not in self.preview.sources:
                self.preview = replace(self.preview, sources=(*self.preview.sources, item.name))
        await self._compare([item for item in items if isinstance(item, Carried)])

    async def _compare(self, conversations: Sequence[Carried]) -> None:
        stored, messages = await self._find(conversations)
        taken: list[Carried] = []
        for carried in conversations:
            found = stored.get(carried.conversation.id)
            if is_taken(carried, found, messages, [self._owner_id]):
                taken.append(renamed(carried, self._owner_id))
            else:
                self._count(carried, standing(carried, found, messages))
        if taken:
            await self._compare(taken)

    async def _find(self, conversations: Sequence[Carried]) -> tuple[dict[str, Stored], dict[str, Stored]]:
        """Say what is stored of them; what is being deleted for good counts as gone."""
        found = await self._staging.conversations([carried.conversation.id for carried in conversations])
        ids = [message.id for carried in conversations for message in carried.messages]
        return _there(found), _there(await self._staging.messages(ids))

    def _count(self, carried: Carried, how: Standing) -> None:
        """Count a conversation, once however often it is in the file."""
        key = _short(carried.conversation.id)
        if key in self._seen:
            return
        self._seen.add(key)
        was, conversation = self.preview, carried.conversation
        self.preview = replace(
            was,
            conversations=was.conversations + 1,
            known=was.known + (how is Standing.KNOWN),
            with_news=was.with_news + (how is Standing.WITH_NEWS),
            in_trash=was.in_trash + (how is Standing.IN_TRASH),
            first=min(was.first or conversation.created_at, conversation.created_at),
            last=max(was.last or conversation.updated_at, conversation.updated_at),
            has_folders=was.has_folders or bool(carried.folder),
        )


def _there(found: dict[str, Stored]) -> dict[str, Stored]:
    return {key: each for key, each in found.items() if each.owner_id != NOBODY}


def _short(key: str) -> int:
    """Give eight bytes for an id: among a million of them, two are the same once in forty million files."""
    return int.from_bytes(hashlib.blake2b(key.encode('utf-8', 'replace'), digest_size=8).digest())
