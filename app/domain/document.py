"""Something that was fetched for a conversation and is kept: a video's transcript, later a page or a file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.domain.timestamps import stamp


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph of a document. `start` is when it is spoken, in seconds from the beginning, if that is known."""

    text: str
    start: float | None = None

    def as_line(self) -> str:
        """Write it for a model: its time in brackets, and nothing that could end a frame around it."""
        said = self.text.replace('</', '< /')
        return said if self.start is None else f'[{stamp(self.start)}] {said}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A text with where it came from.

    `key` names it among its owner's documents (`youtube:dQw4w9WgXcQ:pt-BR`), `kind` says what it is (`transcript`).
    `url` is empty for what came from no address. `data` is what its kind knows beside the text. Times are UTC.
    """

    key: str
    kind: str
    title: str
    url: str
    passages: tuple[Passage, ...]
    fetched_at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)
