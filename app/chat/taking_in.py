"""Taking in what an import reads: each conversation is new, there already, or has news for one that is there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from app.chat.comparing import Standing, is_taken, renamed, settled, standing
from app.chat.trash import Trash
from app.domain.carried import Carried
from app.domain.conversation import Conversation, Folder
from app.domain.document import Document
from app.domain.message import Message
from app.domain.past_import import PastImport
from app.domain.queued import QueuedMessage
from app.exchange.reading.own import Item, Origin, Wishes
from app.storage.following import News
from app.storage.giving import STAGED
from app.storage.staging import Batch, Staging, Stored
from app.storage.trash import NOBODY

ROWS = 25
CHARACTERS = 40_000
"""How much is written in one transaction: some milliseconds, mostly of the search index, for which replies wait with
their commits. Eight times as much takes a quarter less in all, and holds replies up for 200 ms at a time."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many conversations were new, there already, there with news, and left in the trash where they lay.

    `instruction` says that one for every conversation came along, `sources` which programs wrote the file.
    """

    new: int = 0
    known: int = 0
    with_news: int = 0
    in_trash: int = 0
    instruction: bool = False
    sources: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """All of them."""
        return self.new + self.known + self.with_news + self.in_trash


@dataclass(frozen=True, slots=True)
class Place:
    """The folder a person chose for what comes new: one that is there, one to be made (`name`), or neither for none."""

    folder_id: str = ''
    name: str = ''


class TakingIn:
    """One import of a `file` into the things of `owner_id`. Nobody sees anything of it before it is given.

    What comes new goes into the folders it had, unless the person has chosen a `place`.
    """

    def __init__(
        self, staging: Staging, trash: Trash, owner_id: str, *, file: str = '', place: Place | None = None
    ) -> None:
        self.tally = Tally()
        self.id = str(uuid4())
        self._staging = staging
        self._trash = trash
        self._owner_id = owner_id
        self._file = file
        self._place = place
        self._folders: dict[str, str] = {}
        self._beside: dict[str, str] = {}
        self._preferences: Mapping[str, Any] | None = None
        self._conversations: list[Conversation] = []
        self._messages: list[Message] = []
        self._queued: list[QueuedMessage] = []
        self._length = 0
        self._fresh: set[str] = set()

    async def take(self, items: Sequence[Item]) -> None:
        """Store things where nobody sees them; preferences are kept for a person who has none."""
        for item in items:
            match item:
                case Document():
                    await self._staging.keep_document(self.id, item)
                case Folder() if self._place is None:
                    await self._keep_folder(item)
                case Wishes():
                    self._preferences = item.data
                case Origin():
                    self._note_source(item.name)
        await self._take_conversations([item for item in items if isinstance(item, Carried)])

    def _note_source(self, name: str) -> None:
        if name not in self.tally.sources:
            self.tally = replace(self.tally, sources=(*self.tally.sources, name))

    async def _take_conversations(self, conversations: Sequence[Carried]) -> None:
        stored, messages = await self._look(conversations)
        for carried in conversations:
            if not self._fresh.isdisjoint((carried.conversation.id, *(message.id for message in carried.messages))):
                stored, messages = await self._look(conversations)  # the same came a moment ago
            await self._take(settled(carried), stored, messages)
        await self._write()

    async def _folder_of(self, carried: Carried) -> str | None:
        if self._place is None:
            return await self._folder(carried.folder) if carried.folder else None
        return self._place.folder_id or (await self._folder(self._place.name) if self._place.name else None)

    async def _folder(self, name: str) -> str:
        """Have a folder of this name in the end; give its id until then."""
        if name not in self._folders:
            new = Folder(id=str(uuid4()), owner_id=self._owner_id, name=name, created_at=datetime.now(UTC))
            await self._keep_folder(new)
        return self._folders[name]

    async def _keep_folder(self, folder: Folder) -> None:
        if folder.name not in self._folders:
            self._folders[folder.name] = await self._staging.keep_folder(self.id, folder)

    async def give(self) -> bool:
        """Give everything to the person, at once; tell whether anything came by it, which can be undone then.

        Raises:
            ImportRefused: some of it was given up meanwhile; then nothing is given.
        """
        wishes = self._preferences
        past = PastImport(
            id=self.id,
            owner_id=self._owner_id,
            file=self._file,
            sources=self.tally.sources,
            created_at=datetime.now(UTC),
            conversations=self.tally.new,
            with_news=len(self._beside),
        )
        kept, is_any = await self._staging.give(past, wishes)
        self.tally = replace(self.tally, instruction=kept and bool(wishes and wishes.get('system_prompt')))
        return is_any

    async def give_up(self) -> None:
        """Give everything to the trash; no effect if it was given."""
        await self._staging.give_up(self.id)

    async def _look(self, conversations: Sequence[Carried]) -> tuple[dict[str, Stored], dict[str, Stored]]:
        await self._write()
        self._fresh.clear()
        found, messages = await self._find(conversations)
        if any(each.owner_id == NOBODY for each in (*found.values(), *messages.values())):
            await self._trash.erase_now()  # what is being deleted for good may come back, but anew
            found, messages = await self._find(conversations)
        return found, messages

    async def _find(self, conversations: Sequence[Carried]) -> tuple[dict[str, Stored], dict[str, Stored]]:
        found = await self._staging.conversations([carried.conversation.id for carried in conversations])
        messages = [message.id for carried in conversations for message in carried.messages]
        return found, await self._staging.messages(messages)

    async def _take(self, carried: Carried, stored: Mapping[str, Stored], messages: Mapping[str, Stored]) -> None:
        found = stored.get(carried.conversation.id)
        owners = self._owner_id, STAGED + self.id
        if is_taken(carried, found, messages, owners, self._beside.get(carried.conversation.id)):
            carried = renamed(carried, self._owner_id)
            await self._take(carried, *await self._look([carried]))
        elif found is not None and found.owner_id == STAGED + self.id:
            await self._put(carried, messages, carried.conversation.id)
        else:
            await self._take_as(standing(carried, found, messages), carried, found, messages)

    async def _take_as(
        self, how: Standing, carried: Carried, found: Stored | None, messages: Mapping[str, Stored]
    ) -> None:
        if found is None:
            await self._take_new(carried)
        elif how is Standing.IN_TRASH:
            self.tally = replace(self.tally, in_trash=self.tally.in_trash + 1)
        elif how is Standing.KNOWN:
            known = 0 if carried.conversation.id in self._beside else 1
            self.tally = replace(self.tally, known=self.tally.known + known)
        else:
            await self._take_news(carried, found, messages)

    async def _take_new(self, carried: Carried) -> None:
        folder_id = await self._folder_of(carried)
        conversation = replace(carried.conversation, owner_id=STAGED + self.id, folder_id=folder_id)
        self._conversations.append(conversation)
        self._fresh.add(conversation.id)
        self.tally = replace(self.tally, new=self.tally.new + 1)
        for message in carried.messages:
            await self._add(message)
        self._queued += carried.queued

    async def _take_news(self, carried: Carried, found: Stored, messages: Mapping[str, Stored]) -> None:
        """Let what is missing wait beside the conversation."""
        conversation = carried.conversation
        if conversation.id not in self._beside:
            self.tally = replace(self.tally, with_news=self.tally.with_news + 1)
            news = _news(carried, found, messages)
            beside = replace(conversation, head_id=None, pinned=False, archived_at=None, deleted_at=None)
            self._beside[conversation.id] = await self._staging.put_beside(self.id, beside, news)
            await self._put(carried, messages, self._beside[conversation.id], news.parents)

    async def _put(
        self,
        carried: Carried,
        messages: Mapping[str, Stored],
        place: str,
        parents: Mapping[str, str | None] | None = None,
    ) -> None:
        """Store the messages that are missing into the conversation `place`; `parents` are of another one."""
        depths: dict[str | None, int] = {None: -1, **{key: each.depth for key, each in messages.items()}}
        for message in carried.messages:
            if message.id not in messages:
                depths[message.id] = depths[message.parent_id] + 1
                parent_id = None if message.id in (parents or {}) else message.parent_id
                await self._add(replace(message, conversation_id=place, parent_id=parent_id, depth=depths[message.id]))

    async def _add(self, message: Message) -> None:
        self._messages.append(message)
        self._fresh.add(message.id)
        self._length += message_length(message)
        if len(self._messages) >= ROWS or self._length > CHARACTERS:
            await self._write()

    async def _write(self) -> None:
        if self._conversations or self._messages:
            await self._staging.write(self.id, Batch(self._conversations, self._messages, self._queued))
        self._conversations, self._messages, self._queued, self._length = [], [], [], 0


def message_length(message: Message) -> int:
    """Give the characters of a message that are written."""
    return len(message.content) + len(message.thinking) + sum(len(step.text) for step in message.steps)


def _news(carried: Carried, found: Stored, messages: Mapping[str, Stored]) -> News:
    by_id = {message.id: message for message in carried.messages}
    missing = [message for message in carried.messages if message.id not in messages]
    head_id = carried.conversation.head_id
    above = by_id.get(head_id or '')
    while above is not None and above.id != found.head_id:
        above = by_id.get(above.parent_id or '')
    goes_on = found.head_id is None or above is not None
    return News(
        conversation_id=carried.conversation.id,
        parents={
            message.id: message.parent_id
            for message in missing
            if message.parent_id is None or message.parent_id in messages
        },
        seen_head_id=found.head_id,
        head_id=head_id if goes_on else None,
        updated_at=carried.conversation.updated_at,
    )
