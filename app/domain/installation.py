"""How what the app stands on is: the database and the model servers."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseInfo:
    """A database: `system` is its maker's name for it, `size` in bytes, `place` a file or host and name, no secrets."""

    system: str
    version: str
    place: str
    size: int
    revision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedModel:
    """A model in memory: `size` in bytes, `num_ctx` in tokens (None if not told), `until` it is forgotten, UTC."""

    name: str
    size: int | None = None
    num_ctx: int | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerStatus:
    """What a model server says of itself: its version (empty if it has none to tell), and what it has in memory.

    `loaded` is None if it does not tell.
    """

    version: str = ''
    loaded: tuple[LoadedModel, ...] | None = None


@dataclass(frozen=True, slots=True)
class KeptCopies:
    """Copies of the whole database the app has kept: how many, and when the oldest was made (None if there is none)."""

    number: int = 0
    oldest: datetime | None = None
