"""What could not be read as it is in a file: told beside what was read, never instead of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.errors import ImportRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something of a file that came in otherwise than it is there, or not at all.

    `reason` and `details` are those of `ImportRefused`. `file` is its name inside an archive; `conversation` and
    `message` are counted from 1, 0 if it is about none; `title` is what the conversation is called; `byte` is where it
    begins in the file, from 0, as far as that is known.
    """

    reason: str
    file: str = ''
    conversation: int = 0
    title: str = ''
    message: int = 0
    byte: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    def as_refusal(self) -> ImportRefused:
        """Give it as the reason why a whole file is refused: nothing else came of it."""
        place = {'file': self.file, 'conversation': self.conversation, 'message': self.message}
        byte = {} if self.byte is None else {'byte': self.byte}
        told = {name: value for name, value in place.items() if value}
        return ImportRefused(**{**self.details, 'reason': self.reason, **told, **byte})


def remark_of(refusal: ImportRefused, **place: Any) -> Remark:
    """Make a remark of what was refused; what the refusal says of its place counts more than `place`."""
    said = {**place, **refusal.details}
    named = {name: said.pop(name) for name in ('file', 'conversation', 'title', 'message', 'byte') if name in said}
    reason = str(said.pop('reason'))
    return Remark(reason=reason, **named, details=said)
