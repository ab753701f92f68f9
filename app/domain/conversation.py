"""A conversation: a tree of messages, an owner, and the model it talks to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.domain.model import ModelRef

LOCAL_OWNER = 'local'
"""Owner of everything while there is no sign-in."""

LONGEST_TITLE = 200
"""Characters of a title."""

LONGEST_TAG = 40
"""Characters of a tag."""

LONGEST_FOLDER_NAME = 80
"""Characters of a folder's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """What is kept of a conversation beside its messages.

    `head_id` is the newest message of the branch that is shown: following `parent_id` from there gives the branch.
    `title_by_person` says that a person chose the title, so nothing may replace it. `unread` says that a reply ended
    while nobody looked. `pinned` keeps it at the top of the list, `archived_at` marks one that was put aside, and
    `deleted_at` one in the bin. `tags` are in alphabetical order. Times are UTC and aware.
    """

    id: str
    owner_id: str
    title: str
    created_at: datetime
    updated_at: datetime
    title_by_person: bool = False
    model: ModelRef | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    head_id: str | None = None
    unread: bool = False
    pinned: bool = False
    folder_id: str | None = None
    tags: tuple[str, ...] = ()
    archived_at: datetime | None = None
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A named place for conversations. Times are UTC and aware."""

    id: str
    owner_id: str
    name: str
    created_at: datetime
