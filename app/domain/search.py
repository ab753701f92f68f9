"""What a person looks for, and what was found."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.conversation import Conversation
from app.domain.message import Role
from app.domain.model import ModelRef

Place = tuple[int, datetime, str]
"""Where a conversation stands among those found: whether its title was hit, its `updated_at`, its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """What to look for.

    All words of `text` must be in one message or in the title; "several in quotes" stand one after the other, and
    the last word may be the beginning of one unless something follows it. A filter left out filters nothing: folder
    and tag are those of the conversation, the others of a message, and with `role` titles do not count. `since` is
    the first moment, `until` the first one that is too late; both are aware.
    """

    text: str = ''
    folder_id: str | None = None
    tag: str | None = None
    model: ModelRef | None = None
    role: Role | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def filters_messages(self) -> bool:
        """Say whether it asks for more of a message than its words."""
        return any(each is not None for each in (self.model, self.role, self.since, self.until))


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of text as it was written, and whether it is what was looked for."""

    text: str
    is_hit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """A message that was found, and what stands around the words. Times are UTC and aware."""

    message_id: str
    role: Role
    created_at: datetime
    snippet: tuple[Fragment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundConversation:
    """A conversation in which something was found: its newest hits, and how many messages were hit in all.

    `title` is marked like a snippet. Without words, or where the title alone was hit, there are no hits.
    """

    conversation: Conversation
    title: tuple[Fragment, ...]
    hits: tuple[SearchHit, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True)
class Findings:
    """A page of what was found, in order; `after` is where the next one begins, None if this is the last.

    `is_cut` says that so much was asked for that only its beginning was looked for.
    """

    conversations: tuple[FoundConversation, ...]
    after: Place | None = None
    is_cut: bool = False
