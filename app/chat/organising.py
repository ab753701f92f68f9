"""Keeping order: titles, models, what has been read; pins, folders, tags, the archive and the trash.

Where several conversations can be named, all are changed in one transaction, those that are not there (any more) are
passed over, and what is given back is how they were: `put_back` undoes it.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from app.chat.asking import Asking
from app.chat.reading import Reading
from app.domain.conversation import LONGEST_TAG, LONGEST_TITLE, Conversation
from app.domain.model import ModelRef
from app.errors import InvalidInput
from app.replies.live import ConversationNews, LiveConversations
from app.storage.conversations import Conversations
from app.storage.folders import Folders
from app.storage.rows import search_key, storable
from app.storage.shelves import Change, Shelves

Before = tuple[Conversation, ...]
"""Conversations as they were before something was done to them."""


class Organising:
    """Changes conversations, and tells whoever shows them.

    What takes several ids raises `NotFound` if none of them is there for this owner.
    """

    def __init__(
        self,
        *,
        conversations: Conversations,
        shelves: Shelves,
        folders: Folders,
        reading: Reading,
        asking: Asking,
        live: LiveConversations,
    ) -> None:
        self._conversations = conversations
        self._shelves = shelves
        self._folders = folders
        self._reading = reading
        self._asking = asking
        self._live = live

    async def rename(self, owner_id: str, conversation_id: str, title: str) -> None:
        """Give a conversation a title of the person's own.

        Raises:
            NotFound: there is none for this owner.
            InvalidInput: the title is empty.
        """
        title = ' '.join(title.split())[:LONGEST_TITLE]
        if not title:
            raise InvalidInput(reason='empty_title')
        state = await self._reading.open(owner_id, conversation_id)
        await self._conversations.rename(conversation_id, owner_id, title)
        state.announce(replace(state.conversation, title=title, title_by_person=True))

    async def choose_model(self, owner_id: str, conversation_id: str, model: ModelRef) -> None:
        """Let another model answer from now on."""
        state = await self._reading.open(owner_id, conversation_id)
        await self._conversations.set_model(conversation_id, owner_id, model)
        state.announce(replace(state.conversation, model=model))

    async def mark_read(self, owner_id: str, conversation_id: str) -> None:
        """Note that the person has seen how the conversation stands."""
        state = await self._reading.open(owner_id, conversation_id)
        if state.conversation.unread:
            state.announce(replace(state.conversation, unread=False))
            await self._conversations.set_unread(conversation_id, False)

    async def pin(self, owner_id: str, *conversation_ids: str, pinned: bool = True) -> Before:
        """Keep conversations at the top of the list, or no longer; pinning takes one out of the archive."""

        def change(was: Conversation) -> Conversation:
            return replace(was, pinned=pinned, archived_at=None if pinned else was.archived_at)

        return await self._rearrange(owner_id, conversation_ids, change)

    async def archive(self, owner_id: str, *conversation_ids: str, archived: bool = True) -> Before:
        """Put conversations aside, or back into the list."""
        now = datetime.now(UTC)

        def change(was: Conversation) -> Conversation:
            return replace(was, archived_at=(was.archived_at or now) if archived else None)

        return await self._rearrange(owner_id, conversation_ids, change)

    async def move(self, owner_id: str, folder_id: str | None, *conversation_ids: str) -> Before:
        """Put conversations into a folder, or into none.

        Raises:
            NotFound: there is no such folder for this owner.
        """
        if folder_id is not None:
            await self._folders.get(folder_id, owner_id)
        return await self._rearrange(owner_id, conversation_ids, lambda was: replace(was, folder_id=folder_id))

    async def tag(self, owner_id: str, tag: str, *conversation_ids: str) -> Before:
        """Put a word on conversations; one that differs from a word there only in case or accents changes nothing.

        Raises:
            InvalidInput: there is nothing to read in the word.
        """
        tag = storable(' '.join(tag.strip(' #').split()))[:LONGEST_TAG].strip()
        if not tag:
            raise InvalidInput(reason='empty_tag')

        def change(was: Conversation) -> Conversation:
            if any(search_key(each) == search_key(tag) for each in was.tags):
                return was
            return replace(was, tags=tuple(sorted((*was.tags, tag))))

        return await self._rearrange(owner_id, conversation_ids, change)

    async def untag(self, owner_id: str, tag: str, *conversation_ids: str) -> Before:
        """Take a word off conversations."""

        def change(was: Conversation) -> Conversation:
            return replace(was, tags=tuple(each for each in was.tags if each != tag))

        return await self._rearrange(owner_id, conversation_ids, change)

    async def delete(self, owner_id: str, *conversation_ids: str) -> Before:
        """Put conversations into the trash; what streams into them is stopped and kept."""
        await asyncio.gather(*(self._stop(owner_id, each) for each in conversation_ids))
        now = datetime.now(UTC)
        return await self._rearrange(owner_id, conversation_ids, lambda was: replace(was, deleted_at=now))

    async def restore(self, owner_id: str, *conversation_ids: str) -> Before:
        """Take conversations out of the trash again, to where they were."""
        return await self._rearrange(
            owner_id, conversation_ids, lambda was: replace(was, deleted_at=None), deleted=True
        )

    async def put_back(self, owner_id: str, before: Sequence[Conversation]) -> None:
        """Put conversations back to where they were; a folder that is gone meanwhile is none."""
        earlier = {each.id: each for each in before}

        def change(now: Conversation) -> Conversation:
            return _placed(now, like=earlier[now.id])

        await self._rearrange(owner_id, [*earlier], change, deleted=None)

    async def _rearrange(
        self, owner_id: str, conversation_ids: Sequence[str], change: Change, *, deleted: bool | None = False
    ) -> Before:
        done = await self._shelves.rearrange(owner_id, conversation_ids, change, deleted=deleted)
        for conversation in done.after:
            if state := self._live.find(conversation.id):
                state.announce(_placed(state.conversation, like=conversation))
            else:
                self._live.spread(ConversationNews(conversation, streaming=False))
        self._live.refiled.emit(owner_id)
        return done.before

    async def _stop(self, owner_id: str, conversation_id: str) -> None:
        state = self._live.find(conversation_id)
        if state is not None and state.replies and state.conversation.owner_id == owner_id:
            await self._asking.stop(owner_id, conversation_id)


def _placed(conversation: Conversation, *, like: Conversation) -> Conversation:
    """Put a conversation where another value of it stands; all else may have changed meanwhile and stays."""
    return replace(
        conversation,
        pinned=like.pinned,
        folder_id=like.folder_id,
        tags=like.tags,
        archived_at=like.archived_at,
        deleted_at=like.deleted_at,
    )
