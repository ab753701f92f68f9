"""Seeing: the list of conversations, one conversation, a stretch of its messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

from app.domain.conversation import Conversation
from app.domain.message import Message
from app.replies.live import ConversationState, LiveConversations
from app.replies.rendered import Rendered, RenderedMessages, plainly
from app.storage.conversations import Conversations
from app.storage.messages import Messages

WINDOW = 20
"""Messages shown at once: enough for a tall screen, few enough to be there at once."""

WINDOW_CHARACTERS = 1_000_000
"""Characters of messages shown at once, though of one message all: what a browser takes up within a second or two."""


@dataclass(frozen=True, slots=True)
class Version:
    """Which of several versions of a message is shown: `ids` are all of them, oldest first."""

    ids: tuple[str, ...]
    index: int


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of the branch that is shown, oldest message first. `rendered` are those that are finished, by id."""

    messages: tuple[Message, ...]
    rendered: dict[str, Rendered]
    versions: dict[str, Version]
    has_older: bool
    has_newer: bool


class Reading:
    """Reads what is stored and what is live, as one."""

    def __init__(
        self,
        conversations: Conversations,
        messages: Messages,
        live: LiveConversations,
        rendered: RenderedMessages,
    ) -> None:
        self._conversations = conversations
        self._messages = messages
        self._live = live
        self._rendered = rendered

    async def conversations(
        self, owner_id: str, *, before: tuple[datetime, str] | None = None, limit: int = 50
    ) -> list[Conversation]:
        """List a person's conversations, the latest first; `before` is the `(updated_at, id)` of the last one seen."""
        return await self._conversations.page(owner_id, before=before, limit=limit)

    async def open(self, owner_id: str, conversation_id: str) -> ConversationState:
        """Give the live state of a conversation.

        Raises:
            NotFound: there is none for this owner.
        """
        state = self._live.find(conversation_id)
        if state is not None and state.conversation.owner_id == owner_id and state.conversation.deleted_at is None:
            return state
        return self._live.adopt(await self._conversations.get(conversation_id, owner_id))

    async def newest(self, state: ConversationState, limit: int = WINDOW) -> Window:
        """Give the end of the branch that is shown; what begins while it is read is there too."""
        window = await self._steady(state, limit=limit)
        if not state.stats:
            state.stats = next((each.stats for each in reversed(window.messages) if 'num_ctx' in each.stats), {})
        return window

    async def stretch(self, state: ConversationState, first_depth: int, limit: int) -> Window:
        """Give the messages from a depth on; like `newest`, with what begins while it is read."""
        return await self._steady(state, after_depth=first_depth - 1, limit=limit)

    async def older(self, state: ConversationState, before_depth: int, limit: int = WINDOW) -> Window:
        """Give what comes before the message at a depth."""
        return await self._window(state, before_depth=before_depth, limit=limit)

    async def newer(self, state: ConversationState, after_depth: int, limit: int = WINDOW) -> Window:
        """Give what comes after the message at a depth; -1 is before the first."""
        return await self._window(state, after_depth=after_depth, limit=limit)

    async def owner_of(self, conversation_id: str) -> str:
        """Say whose a conversation is.

        Raises:
            NotFound: there is none, or it was deleted.
        """
        return await self._conversations.owner_of(conversation_id)

    async def message(self, owner_id: str, message_id: str) -> Message:
        """Give one message as it is now.

        Raises:
            NotFound: there is none for this owner.
        """
        message = await self._messages.get(message_id)
        state = await self.open(owner_id, message.conversation_id)
        return state.newest(message)

    async def _steady(self, state: ConversationState, *, after_depth: int | None = None, limit: int) -> Window:
        while True:
            head_id = state.conversation.head_id
            window = await self._window(state, after_depth=after_depth, limit=limit)
            if state.conversation.head_id == head_id:
                return window

    async def _window(
        self,
        state: ConversationState,
        *,
        before_depth: int | None = None,
        after_depth: int | None = None,
        limit: int,
    ) -> Window:
        head_id = state.conversation.head_id
        if head_id is None:
            return Window((), {}, {}, has_older=False, has_newer=False)
        if state.opening and before_depth is None and after_depth is None:
            stored, versions = [*state.opening], {}
        else:
            stored = await self._messages.branch(
                head_id, before_depth=before_depth, after_depth=after_depth, limit=limit
            )
            stored = _fitting(stored, newest=after_depth is None)
            versions = await self._versions(stored)
        rendered: dict[str, Rendered] = {}
        while finished := [each for each in stored if each.id not in state.replies and each.id not in rendered]:
            newest = [*map(state.newest, finished)]
            found = await self._rendered.find(newest, state.show_late)  # meanwhile another may end
            rendered |= found
            late = [each for each in newest if each.id not in found]
            rendered |= await plainly(late) if late else {}
        messages = tuple(state.newest(message) for message in stored)
        return Window(
            messages,
            rendered,
            versions,
            has_older=bool(messages) and messages[0].depth > 0,
            has_newer=bool(messages) and messages[-1].id != state.conversation.head_id,
        )

    async def _versions(self, messages: Sequence[Message]) -> dict[str, Version]:
        siblings = await self._messages.versions_of([message.id for message in messages])
        return {
            message_id: Version(tuple(ids), ids.index(message_id))
            for message_id, ids in siblings.items()
            if len(ids) > 1
        }


def _fitting(messages: Sequence[Message], *, newest: bool) -> list[Message]:
    """Give as many messages as fit into a window, at least one: from their end if the `newest` are wanted."""
    ordered = [*reversed(messages)] if newest else [*messages]
    lengths = accumulate(len(each.content) + len(each.thinking) for each in ordered)
    fitting = [each for each, length in zip(ordered, lengths, strict=True) if length <= WINDOW_CHARACTERS]
    fitting = fitting or ordered[:1]
    return fitting[::-1] if newest else fitting
