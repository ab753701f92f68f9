"""The lists of conversations, shelf by shelf and page by page, and putting conversations onto other shelves."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, literal_column, not_, tuple_, update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.domain.conversation import Conversation
from app.domain.identifiers import TEMPORARY, VERSION_AT
from app.domain.shelf import CountedFolder, Mark, Overview, Place, Shelf, ShelfPage
from app.errors import NotFound
from app.storage.database import Database
from app.storage.folders import folders_of, known_folders
from app.storage.tables import ConversationRow
from app.storage.tags import with_tags, write_tags

AT_A_TIME = 500
"""Ids in one statement: SQLite takes 32,766 values, PostgreSQL 65,535."""

Change = Callable[[Conversation], Conversation]
"""Gives a conversation with another place: pin, folder, tags, marks of archive and trash. Nothing else is stored."""


@dataclass(frozen=True, slots=True)
class Rearranged:
    """Conversations as they were and as they are, in the same order; `before` is what undoing needs."""

    before: tuple[Conversation, ...]
    after: tuple[Conversation, ...]


class Shelves:
    """Where conversations stand. All methods raise `StorageUnavailable` when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def overview(self, owner_id: str, limit: int) -> Overview:
        """Give what a list begins with: folders, and the first `limit` of what stands open.

        Pinned conversations come first; however many they are, a quarter of `limit` is for recent ones.
        """

        def work(session: Session) -> Overview:
            counts = dict(session.exec(_counts(owner_id)).all())
            pinned = _page(session, owner_id, Shelf(Place.PINNED), None, limit - limit // 4)
            return Overview(
                pinned=pinned,
                temporary=ShelfPage((), more=False),
                folders=tuple(CountedFolder(each, counts.get(each.id, 0)) for each in folders_of(session, owner_id)),
                recent=_page(session, owner_id, Shelf(Place.RECENT), None, limit - len(pinned.conversations)),
            )

        overview = await self._database.read(work)
        return replace(overview, temporary=await self.page(owner_id, Shelf(Place.TEMPORARY), limit=limit))

    async def folders(self, owner_id: str) -> list[CountedFolder]:
        """Give a person's folders in alphabetical order."""

        def work(session: Session) -> list[CountedFolder]:
            counts = dict(session.exec(_counts(owner_id)).all())
            return [CountedFolder(each, counts.get(each.id, 0)) for each in folders_of(session, owner_id)]

        return await self._database.read(work)

    async def page(self, owner_id: str, shelf: Shelf, *, before: Mark | None = None, limit: int) -> ShelfPage:
        """Give at most `limit` conversations of a shelf, the latest first; `before` is where the last page ended."""
        database = self._database.temporary if shelf.place is Place.TEMPORARY else self._database
        return await database.read(lambda session: _page(session, owner_id, shelf, before, limit))

    async def rearrange(
        self, owner_id: str, conversation_ids: Sequence[str], change: Change, *, deleted: bool | None = False
    ) -> Rearranged:
        """Put conversations elsewhere, in one transaction, and give them before and after.

        Temporary conversations are not rearranged together with others: the first decides which are.
        `deleted` says which count: those outside the trash, those in it (True) or both (None). Those that do not,
        or are someone else's, are passed over. A folder that is not there (any more) becomes none.

        Raises:
            NotFound: none of them counts.
        """

        def work(session: Session) -> Rearranged:
            before = [
                each
                for ids in _portions(conversation_ids)
                for each in with_tags(session, session.exec(_named(owner_id, ids, deleted)))
            ]
            if not before:
                raise NotFound(id=next(iter(conversation_ids), ''))
            after = _in_known_folders(session, owner_id, [change(each) for each in before])
            _write(session, before, after)
            return Rearranged(tuple(before), tuple(after))

        return await self._database.of(next(iter(conversation_ids), '')).write(work)


_PINNED: ColumnElement[bool] = literal_column('conversation.pinned')  # bare, as its index has it, not `= 1`
_LISTED = col(ConversationRow.deleted_at).is_(None), col(ConversationRow.archived_at).is_(None)
_LISTED_OF_FEW = func.coalesce(ConversationRow.deleted_at, ConversationRow.archived_at).is_(None)
"""The same in a form that does not fit the index of the list: SQLite would walk along all of it for a few pins."""


def _on(shelf: Shelf) -> tuple[ColumnElement[bool], ...]:
    """Give the conditions of a shelf, in a form in which both databases see which index they fit."""
    match shelf.place:
        case Place.TEMPORARY:
            version = func.substr(ConversationRow.id, VERSION_AT + 1, 1)
            return col(ConversationRow.deleted_at).is_(None), version == TEMPORARY
        case Place.PINNED:
            return _LISTED_OF_FEW, _PINNED
        case Place.FOLDER:
            return _LISTED_OF_FEW, not_(_PINNED), col(ConversationRow.folder_id) == shelf.folder_id
        case Place.RECENT:
            return (*_LISTED, not_(_PINNED), col(ConversationRow.folder_id).is_(None))
        case Place.ARCHIVE:
            return col(ConversationRow.deleted_at).is_(None), col(ConversationRow.archived_at).is_not(None)
        case Place.TRASH:
            return (col(ConversationRow.deleted_at).is_not(None),)


def _page(session: Session, owner_id: str, shelf: Shelf, before: Mark | None, limit: int) -> ShelfPage:
    time = ConversationRow.deleted_at if shelf.place is Place.TRASH else ConversationRow.updated_at
    order = col(time), col(ConversationRow.id)
    query = select(ConversationRow).where(col(ConversationRow.owner_id) == owner_id, *_on(shelf))
    if before is not None:
        query = query.where(tuple_(*order) < before)
    query = query.order_by(*(column.desc() for column in order)).limit(limit + 1)
    found = session.exec(query).all()
    return ShelfPage(tuple(with_tags(session, found[:limit])), len(found) > limit)


def _counts(owner_id: str) -> Any:
    folder = col(ConversationRow.folder_id)
    return (
        select(folder, func.count())
        .where(col(ConversationRow.owner_id) == owner_id, _LISTED_OF_FEW, not_(_PINNED), folder.is_not(None))
        .group_by(folder)
    )


def _portions(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), AT_A_TIME):
        yield ids[start : start + AT_A_TIME]


def _named(owner_id: str, ids: Sequence[str], deleted: bool | None) -> SelectOfScalar[ConversationRow]:
    query = select(ConversationRow).where(col(ConversationRow.id).in_(ids), col(ConversationRow.owner_id) == owner_id)
    if deleted is not None:
        in_trash = col(ConversationRow.deleted_at)
        query = query.where(in_trash.is_not(None) if deleted else in_trash.is_(None))
    return query.with_for_update()


def _in_known_folders(session: Session, owner_id: str, after: list[Conversation]) -> list[Conversation]:
    wanted = {each.folder_id for each in after} - {None}
    known = known_folders(session, owner_id, [folder_id for folder_id in wanted if folder_id])
    return [
        each if each.folder_id is None or each.folder_id in known else replace(each, folder_id=None) for each in after
    ]


def _write(session: Session, before: list[Conversation], after: list[Conversation]) -> None:
    changed = [now for was, now in zip(before, after, strict=True) if _place(was) != _place(now)]
    if changed:
        query = update(ConversationRow).where(col(ConversationRow.id) == bindparam('key'))
        values: dict[str, Any] = {name: bindparam(f'to_{name}') for name in _place(changed[0])}
        rows = [{'key': each.id, **{f'to_{name}': value for name, value in _place(each).items()}} for each in changed]
        session.connection().execute(query.values(**values), rows)
    retagged = [now for was, now in zip(before, after, strict=True) if was.tags != now.tags]
    for start in range(0, len(retagged), AT_A_TIME):
        write_tags(session, retagged[start : start + AT_A_TIME])


def _place(conversation: Conversation) -> dict[str, Any]:
    return {
        'pinned': conversation.pinned,
        'folder_id': conversation.folder_id,
        'archived_at': conversation.archived_at,
        'deleted_at': conversation.deleted_at,
    }
