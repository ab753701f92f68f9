"""An import that ended, as its person sees it afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PastImport:
    """What came by it: so many new `conversations`, and messages for so many others (`with_news`).

    `sources` are the programs it came from, by the names their readers have (`chatgpt`). `is_undoing` says that it is
    being taken out again. Times are UTC and aware.
    """

    id: str
    owner_id: str
    file: str
    sources: Sequence[str]
    created_at: datetime
    conversations: int = 0
    with_news: int = 0
    is_undoing: bool = False
