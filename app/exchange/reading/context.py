"""What a reader is given beside the file: whose it will be, words, and whom to tell of what it cannot read.

One odd value costs only itself: a reader says with `remark` what is odd, and goes on.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from app.domain.message import Role
from app.errors import ImportRefused
from app.exchange.reading import notes, shapes
from app.exchange.reading.folders import FolderNames
from app.exchange.reading.notes import Say
from app.exchange.reading.remarks import Remark, remark_of

MOST_REMARKS = 1_000
"""About one conversation; the last of them says that there are more."""

LIKELY: Mapping[str, Role] = {
    'developer': Role.SYSTEM,
    'human': Role.USER,
    'prompter': Role.USER,
    'function': Role.ASSISTANT,
    'tool': Role.ASSISTANT,
    'ai': Role.ASSISTANT,
    'bot': Role.ASSISTANT,
    'model': Role.ASSISTANT,
}
"""What roles most probably are that a format is not known to have; whoever else speaks is taken for the assistant."""


class Reading:
    """The reading of one file for `owner_id`; `t` puts notes in texts into words.

    Remarks are about the conversation that is being read, and wait until they are taken. `projects` are names of
    projects by their ids, where another file has them; `folders` are those the file brings.
    """

    def __init__(self, owner_id: str, t: Say) -> None:
        self.owner_id = owner_id
        self.t = t
        self.projects: Mapping[str, str] = {}
        self.folders = FolderNames()
        self._message = 0
        self._remarks: list[Remark] = []

    def remark(self, reason: str, **details: Any) -> None:
        """Say that something could not be read as it is; `details` as those of `ImportRefused`."""
        self._note(remark_of(ImportRefused(reason=reason, **details), message=self._message))

    def take(self) -> list[Remark]:
        """Give the remarks about the conversation that was read; their place in the file is not known here."""
        taken, self._remarks = self._remarks, []
        return taken

    @contextmanager
    def conversation(self) -> Iterator[None]:
        """Remark what is refused within: it costs the conversation."""
        try:
            yield
        except ImportRefused as refusal:
            self._note(remark_of(refusal))

    @contextmanager
    def message(self, number: int) -> Iterator[None]:
        """Remark what is refused within, and go on: it costs the message, counted from 1."""
        before, self._message = self._message, number
        try:
            yield
        except ImportRefused as refusal:
            self._note(remark_of(refusal, message=number))
        finally:
            self._message = before

    def moment(self, value: Any, field: str) -> datetime | None:
        """Give a time in UTC; None, and a remark, for one that nobody lived in."""
        try:
            return shapes.moment(value, field)
        except ImportRefused as refusal:
            self._note(remark_of(refusal, message=self._message))
            return None

    def text(self, value: Any, field: str) -> str:
        """Give a text, empty for null; empty, and a remark, for whatever else it is."""
        if value is None or isinstance(value, str):
            return value or ''
        self.remark('wrong_shape', field=field)
        return ''

    def name(self, value: Any, field: str) -> str:
        """Give an id or a key as text; empty, and a remark, for what can be none."""
        try:
            return shapes.name(value, field)
        except ImportRefused as refusal:
            self._note(remark_of(refusal, message=self._message))
            return ''

    def folder(self, name: str) -> str:
        """Give the name of a conversation's folder as it can be kept; empty, and a remark, for one too many."""
        try:
            return self.folders.kept(name)
        except ImportRefused as refusal:
            self._note(remark_of(refusal))
            return ''

    def role(self, value: Any, roles: Mapping[str, Role], field: str = 'role') -> tuple[Role, str]:
        """Give who speaks, and the name of a speaker who is none of `roles` nor likely to be one; else no name.

        Whatever is not in `roles` is remarked.
        """
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        said = value.strip() if isinstance(value, str) else str(value) if is_number else ''
        if not said:
            self.remark('no_role', field=field)
            return Role.ASSISTANT, ''
        if (known := roles.get(said) or roles.get(said.lower())) is not None:
            return known, ''
        self.remark('unknown_role', field=field, value=notes.plain(said)[:40])
        likely = LIKELY.get(said.lower())
        return likely or Role.ASSISTANT, '' if likely else notes.plain(said)[:40]

    def _note(self, remark: Remark) -> None:
        if len(self._remarks) < MOST_REMARKS:
            self._remarks.append(remark)
        elif self._remarks[-1].reason != 'more_remarks':
            self._remarks.append(Remark(reason='more_remarks', details={'limit': MOST_REMARKS}))
