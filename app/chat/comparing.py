"""How a conversation that comes in stands to what is here: new, known, with news, or in the trash."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from enum import Enum
from uuid import uuid5

from app.domain.carried import Carried
from app.domain.identifiers import is_temporary
from app.domain.message import Status
from app.exchange.reading.tree import NAMESPACE
from app.storage.staging import Stored


class Standing(Enum):
    """What is here of a conversation."""

    NEW = 'new'
    KNOWN = 'known'
    WITH_NEWS = 'with news'
    IN_TRASH = 'in the trash'


def standing(carried: Carried, found: Stored | None, messages: Mapping[str, Stored]) -> Standing:
    """Say how it stands to the person's own conversation of its id, and to the `messages` that are stored."""
    if found is None:
        return Standing.NEW
    if found.is_deleted:
        return Standing.IN_TRASH
    return Standing.KNOWN if all(message.id in messages for message in carried.messages) else Standing.WITH_NEWS


def is_taken(
    carried: Carried,
    found: Stored | None,
    messages: Mapping[str, Stored],
    owners: Collection[str],
    beside: str | None = None,
) -> bool:
    """Tell whether an id belongs to something else, such as the same conversation of another person.

    What belongs to one of the `owners` is the same; what is stored in the conversation `beside` it, too.
    """
    if found is not None and found.owner_id not in owners:
        return True
    ids = carried.conversation.id, *(each.id for each in carried.messages), *(each.id for each in carried.queued)
    if any(map(is_temporary, ids)):
        return True  # of a temporary conversation; what is imported is kept
    places = {carried.conversation.id, beside}
    return any(
        message.id in messages and messages[message.id].conversation_id not in places for message in carried.messages
    )


def settled(carried: Carried) -> Carried:
    """Let nothing come in that seems to be still being written."""
    if all(message.status is not Status.STREAMING for message in carried.messages):
        return carried
    return replace(
        carried,
        messages=tuple(
            replace(message, status=Status.INTERRUPTED) if message.status is Status.STREAMING else message
            for message in carried.messages
        ),
    )


def renamed(carried: Carried, owner_id: str) -> Carried:
    """Give ids of the owner's own, the same every time."""

    def own(key: str | None) -> str | None:
        return None if key is None else str(uuid5(NAMESPACE, f'guilherme:{owner_id}:{key}'))

    conversation = carried.conversation
    conversation_id = str(own(conversation.id))
    return replace(
        carried,
        queued=tuple(
            replace(queued, id=str(own(queued.id)), conversation_id=conversation_id, behind_id=own(queued.behind_id))
            for queued in carried.queued
        ),
        conversation=replace(conversation, id=conversation_id, head_id=own(conversation.head_id)),
        messages=tuple(
            replace(message, id=str(own(message.id)), parent_id=own(message.parent_id), conversation_id=conversation_id)
            for message in carried.messages
        ),
    )
