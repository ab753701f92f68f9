"""The lists of conversations, shelf by shelf."""

from app.domain.shelf import CountedFolder, Mark, Overview, Shelf, ShelfPage
from app.storage.shelves import Shelves
from app.storage.tags import Tags


class Listing:
    """Reads where conversations stand."""

    def __init__(self, shelves: Shelves, tags: Tags) -> None:
        self._shelves = shelves
        self._tags = tags

    async def overview(self, owner_id: str, limit: int) -> Overview:
        """Give what a list of conversations begins with, `limit` at most, and as many temporary ones."""
        return await self._shelves.overview(owner_id, limit)

    async def shelf(self, owner_id: str, shelf: Shelf, *, before: Mark | None = None, limit: int) -> ShelfPage:
        """Give a stretch of a shelf, the latest first; `before` is where the last one ended."""
        return await self._shelves.page(owner_id, shelf, before=before, limit=limit)

    async def folders(self, owner_id: str) -> list[CountedFolder]:
        """Give a person's folders in alphabetical order, each with the number of conversations on its shelf."""
        return await self._shelves.folders(owner_id)

    async def tags(self, owner_id: str) -> list[str]:
        """Give every tag a person uses, in alphabetical order."""
        return await self._tags.names(owner_id)
