"""Makes sure that what one of our own files says can be kept and shown: anybody can write such a file.

What cannot be named or told is refused, what is too long is cut, and figures that are no numbers are left out.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from app.domain.carried import Carried
from app.domain.conversation import LONGEST_TITLE, Folder
from app.domain.figures import checked as good_figures
from app.domain.message import Message
from app.domain.queued import HELD
from app.errors import ImportRefused
from app.exchange.reading.bounds import MOST_OF_OURS, bounded
from app.exchange.reading.context import Reading
from app.exchange.reading.shapes import EARLIEST, LATEST
from app.exchange.reading.tree import kept_tags


def checked(carried: Carried, reading: Reading) -> Carried:
    """Give a conversation as it can be kept; what waits in it waits for the person. What is too much is remarked.

    Raises:
        ImportRefused: an id is none or is there twice, or a time is one nobody lived in.
    """
    conversation = carried.conversation
    times = conversation.created_at, conversation.updated_at, conversation.archived_at, conversation.deleted_at
    _check(conversation.id, times)
    for place, message in enumerate(carried.messages, 1):
        _check(message.id, (message.created_at, message.finished_at), message=place)
    for place, queued in enumerate(carried.queued, len(carried.messages) + 1):
        _check(queued.id, (queued.created_at,), message=place)
        _check(queued.behind_id or queued.id, (), message=place)
    ids = [*(message.id for message in carried.messages), *(queued.id for queued in carried.queued)]
    if len(set(ids)) < len(ids):
        raise ImportRefused(reason='wrong_shape', field='id')
    holding = _ends(carried) if carried.queued else frozenset[str | None]()
    return replace(
        carried,
        conversation=replace(conversation, title=conversation.title[:LONGEST_TITLE], tags=kept_tags(conversation.tags)),
        messages=tuple(
            _with_good_figures(_bounded(message, place, reading), held=message.id in holding)
            for place, message in enumerate(carried.messages, 1)
        ),
        folder=reading.folder(carried.folder),
    )


def _ends(carried: Carried) -> frozenset[str | None]:
    """Give the ids of the messages behind which something can wait: the ends of all branches."""
    parents = {message.parent_id for message in carried.messages}
    ends = {message.id for message in carried.messages if message.id not in parents}
    return frozenset({carried.conversation.head_id, *ends})


def checked_folder(folder: Folder, reading: Reading) -> Folder:
    """Give a folder as it can be kept.

    Raises:
        ImportRefused: its id is none, its time is one nobody lived in, or it is one too many.
    """
    _check(folder.id, (folder.created_at,))
    return replace(folder, name=reading.folders.kept(folder.name))


def _check(identifier: str, times: tuple[datetime | None, ...], **place: int) -> None:
    if not _is_id(identifier):
        raise ImportRefused(reason='wrong_shape', field='id', **place)
    for time in times:
        if time is not None and not EARLIEST <= time <= LATEST:
            raise ImportRefused(reason='wrong_time', field='…_at', value=time.isoformat(), **place)


def _is_id(value: str) -> bool:
    """Tell whether addresses can name it."""
    try:
        return str(UUID(value)) == value
    except ValueError:
        return False


def _bounded(message: Message, place: int, reading: Reading) -> Message:
    """Give a message with as many notes and sources as are kept."""
    if max(len(message.steps), len(message.sources)) <= MOST_OF_OURS:
        return message
    with reading.message(place):
        reading.remark('too_many_notes', limit=MOST_OF_OURS)
    steps = bounded(message.steps, reading.t, MOST_OF_OURS)
    return replace(message, steps=steps, sources=message.sources[:MOST_OF_OURS])


def _with_good_figures(message: Message, *, held: bool) -> Message:
    figures = {name: value for name, value in good_figures(message.stats).items() if value is not None}
    return replace(message, stats={**figures, HELD: True} if held else figures)
