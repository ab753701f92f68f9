"""The branches of a conversation: which one is shown, and how one becomes a conversation of its own."""

from dataclasses import replace
from datetime import UTC, datetime

from app.chat.reading import Reading
from app.domain.conversation import Conversation
from app.domain.identifiers import new_id
from app.domain.message import Message, Status
from app.errors import Conflict, NotFound
from app.replies.changes import BranchChanged
from app.replies.live import ConversationState, LiveConversations
from app.storage.messages import Messages

READ_AT_ONCE = 200
"""Messages of a branch read at a time, so that a long one does not fill the memory while it is copied."""


class Branching:
    """Chooses branches and copies them. Whatever streams on a branch that is left goes on."""

    def __init__(self, messages: Messages, reading: Reading, live: LiveConversations) -> None:
        self._messages = messages
        self._reading = reading
        self._live = live

    async def step_version(self, owner_id: str, message_id: str, step: int) -> None:
        """Show the branch through the version before (-1) or after (1) a message.

        Raises:
            NotFound: there is no such message for this owner.
        """
        _, state = await self._find(owner_id, message_id)
        versions = await self._messages.versions(message_id)
        index = min(max(versions.index(message_id) + step, 0), len(versions) - 1)
        await self._show(state, versions[index])

    async def show(
        self, owner_id: str, message_id: str, *, within: str | None = None
    ) -> tuple[ConversationState, Message]:
        """Make sure that the branch that is shown holds a message; give its conversation's state and the message.

        Raises:
            NotFound: there is no such message for this owner, or not in the conversation `within` which it should be.
        """
        message, state = await self._find(owner_id, message_id)
        if within not in (None, state.id):
            raise NotFound(id=message_id)
        head_id = state.conversation.head_id
        if head_id is not None:
            place = await self._messages.branch(head_id, after_depth=message.depth - 1, limit=1)
            if [each.id for each in place] != [message_id]:
                await self._show(state, message_id)
        return state, message

    async def fork(self, owner_id: str, message_id: str) -> ConversationState:
        """Copy a branch from its beginning to a message into a new conversation; give that one's state.

        The copies keep their times and what was noted of how they were made. An answer above the message that is just
        being continued is copied as far as it is stored.

        Raises:
            NotFound: there is no such message for this owner.
            Conflict: the message is just being written.
        """
        message, state = await self._find(owner_id, message_id)
        if message.status is Status.STREAMING:
            raise Conflict(reason='busy')
        now = datetime.now(UTC)
        source = state.conversation
        fork = Conversation(
            id=new_id(beside=source.id),
            owner_id=owner_id,
            title=source.title,
            title_by_person=source.title_by_person,
            model=source.model,
            parameters=source.parameters,
            folder_id=source.folder_id,
            created_at=now,
            updated_at=now,
        )
        branch = [_as_ended(state.newest(each)) for each in await self._branch_to(message)]
        stored = await self._messages.fork(fork, branch)
        new = self._live.adopt(stored)
        new.announce()
        return new

    async def _branch_to(self, message: Message) -> list[Message]:
        branch: list[Message] = []
        depth = message.depth + 1
        while depth > 0:
            part = await self._messages.branch(message.id, before_depth=depth, limit=READ_AT_ONCE)
            branch = part + branch
            depth = part[0].depth
        return branch

    async def _show(self, state: ConversationState, message_id: str) -> None:
        async with state.sending:  # a question that is just being stored belongs to the branch shown before
            head_id = await self._messages.set_head(state.id, message_id)
            state.conversation = replace(state.conversation, head_id=head_id)
        stats = state.newest(await self._messages.get(head_id)).stats
        state.stats = stats if 'num_ctx' in stats else {}
        state.tell(BranchChanged(message_id))

    async def _find(self, owner_id: str, message_id: str) -> tuple[Message, ConversationState]:
        message = await self._reading.message(owner_id, message_id)
        return message, await self._reading.open(owner_id, message.conversation_id)


def _as_ended(message: Message) -> Message:
    return replace(message, status=Status.INTERRUPTED) if message.status is Status.STREAMING else message
