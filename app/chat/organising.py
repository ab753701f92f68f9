"""Keeping order: titles, models, the bin, and what has been read."""

from dataclasses import replace
from datetime import UTC, datetime

from app.chat.asking import Asking
from app.chat.reading import Reading
from app.domain.model import ModelRef
from app.errors import InvalidInput
from app.replies.live import LiveConversations
from app.storage.conversations import Conversations

LONGEST_TITLE = 200
"""Characters of a title a person may give."""


class Organising:
    """Changes conversations, and tells whoever shows them."""

    def __init__(self, conversations: Conversations, reading: Reading, asking: Asking, live: LiveConversations) -> None:
        self._conversations = conversations
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

    async def delete(self, owner_id: str, conversation_id: str) -> None:
        """Put a conversation into the bin; what streams into it is stopped and kept."""
        state = await self._reading.open(owner_id, conversation_id)
        await self._asking.stop(owner_id, conversation_id)
        await self._conversations.delete(conversation_id, owner_id)
        state.announce(replace(state.conversation, deleted_at=datetime.now(UTC)))

    async def restore(self, owner_id: str, conversation_id: str) -> None:
        """Take a conversation out of the bin again."""
        await self._conversations.restore(conversation_id, owner_id)
        conversation = await self._conversations.get(conversation_id, owner_id)
        self._live.adopt(conversation).announce(conversation)
