"""Which commands there are, and how a message becomes a call of one."""

import difflib
import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from app.commands.base import Command
from app.errors import UnknownCommand

ENTRY_POINTS = 'guilherme.commands'
"""The group under which other packages announce theirs (https://packaging.python.org/specifications/entry-points/)."""

NAME = re.compile(r'[^\W\d_][\w-]*')
_TYPED = re.compile(rf'\s*/({NAME.pattern})(?:\s+(.*))?', re.DOTALL)
_LITERAL = re.compile(r'(\s*)//')

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Typed:
    """A command as it was typed: its name or an alias, and everything after it."""

    name: str
    arguments: str


def read(message: str) -> Typed | None:
    """Take a message for a command if it looks like one: `/name` and then nothing or a space. A path is none."""
    found = _TYPED.fullmatch(message)
    return Typed(found[1].casefold(), (found[2] or '').strip()) if found else None


def literal(message: str) -> str:
    """Give what a message says that is no command: of two slashes at its beginning one is left."""
    return _LITERAL.sub(r'\1/', message, count=1) if _LITERAL.match(message) else message


class Commands:
    """Commands by name and alias. The first of a name wins; a later one keeps what names are left to it."""

    def __init__(self, commands: Iterable[Command] = ()) -> None:
        self._by_name: dict[str, Command] = {}
        for each in commands:
            self.add(each)

    def __iter__(self) -> Iterator[Command]:
        return iter([each for name, each in sorted(self._by_name.items()) if each.name.casefold() == name])

    def find(self, name: str) -> Command:
        """Give the command of a name or alias.

        Raises:
            UnknownCommand: there is none; its details hold the nearest name.
        """
        if found := self._by_name.get(name.casefold()):
            return found
        near = difflib.get_close_matches(name.casefold(), self._by_name, n=1)
        raise UnknownCommand(name=name, nearest=near[0] if near else '')

    def add(self, command: Command) -> None:
        """Take up one more command."""
        for name in (command.name, *command.aliases):
            if not NAME.fullmatch(name):
                log.warning('%r cannot be the name of a command; it is left out', name)
            elif self._by_name.setdefault(name.casefold(), command) is not command:
                log.warning('There are two commands /%s; the first one stays', name)


def installed() -> list[Command]:
    """Load the commands of other packages. One that cannot be loaded is reported and left out."""
    return [command for point in entry_points(group=ENTRY_POINTS) if (command := _load(point)) is not None]


def _load(point: EntryPoint) -> Command | None:
    try:
        loaded = point.load()
        if not isinstance(loaded, Command):
            raise TypeError(f'{point.value} is no command')
    except (Exception, SystemExit):  # foreign code, run for the first time: whatever it does, the app starts
        log.exception('The command %s (%s) is left out, because it cannot be loaded', point.name, point.value)
        return None
    return loaded
