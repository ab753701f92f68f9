"""Looking for what was said, in all conversations at once."""

import asyncio
from dataclasses import dataclass
from weakref import WeakValueDictionary

from app.chat.listing import Listing
from app.domain.conversation import Folder
from app.domain.model import ModelRef
from app.domain.search import Findings, Place, SearchQuery
from app.errors import QueryTooSlow
from app.storage.search import Search

PATIENCE = 5.0
"""Seconds that a search may take with those of the same person before it."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a search can be narrowed by, each in alphabetical order."""

    folders: tuple[Folder, ...]
    tags: tuple[str, ...]
    models: tuple[ModelRef, ...]


class Searching:
    """Finds conversations and the messages in them."""

    def __init__(self, search: Search, listing: Listing) -> None:
        self._search = search
        self._listing = listing
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def find(self, owner_id: str, query: SearchQuery, *, after: Place | None = None, limit: int) -> Findings:
        """Give a page of what was found: hits in titles first, then the newest conversations.

        `after` is what the page before said. Archived conversations are found too, those in the trash not, nor what a
        reply that is still being written has said so far.

        However many pages a person has open, one search of theirs runs at a time, and leaves room for those of others.
        One that is cancelled ends at once.

        Raises:
            QueryTooSlow: it took too long, alone or with those before it.
        """
        turn = self._turns.setdefault(owner_id, asyncio.Lock())
        try:
            async with asyncio.timeout(PATIENCE), turn:
                return await self._search.find(owner_id, query, after=after, limit=limit)
        except TimeoutError as error:
            raise QueryTooSlow(seconds=PATIENCE, message='too many searches were before it') from error

    async def choices(self, owner_id: str) -> Choices:
        """Give what this person can narrow a search by."""
        folders = await self._listing.folders(owner_id)
        tags = await self._listing.tags(owner_id)
        models = await self._search.models(owner_id)
        return Choices(tuple(each.folder for each in folders), tuple(tags), tuple(models))
