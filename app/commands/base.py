"""What a slash command is, and what it is given.

A command is an async generator of deltas with a docstring, made one by `@command`:

    @command('dice', usage='[sides]')
    async def dice(call: Call) -> AsyncIterator[Delta]:
        \"\"\"Roll a die.\"\"\"
        yield text(str(random.randint(1, int(call.arguments or 6))))

It runs as any reply does: in a task of its own, stored before it is shown, stopped by closing the generator.
"""

import inspect
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from app.domain.delta import Delta
from app.domain.document import Document
from app.domain.message import Source, Step
from app.domain.prompt import PromptMessage
from app.errors import GuilhermeError


class Words(Protocol):
    """Says things in the language of the person who asked."""

    @property
    def language(self) -> str:
        """The language, as `pt-BR` or `en`."""
        ...

    def __call__(self, text: str) -> str:
        """Translate an English text of ours; one that has no translation stays as it is."""
        ...

    def n(self, singular: str, plural: str, n: float) -> str:
        """Translate the form that goes with the number `n`."""
        ...

    def fault(self, error: GuilhermeError) -> str:
        """Say what went wrong and what helps."""
        ...


class Shelf(Protocol):
    """The documents of the person who asked. Both methods raise `StorageUnavailable` when the database fails."""

    async def find(self, key: str) -> Document | None:
        """Give a document that was kept, None if there is none."""
        ...

    async def keep(self, document: Document) -> None:
        """Keep a document in place of the one with the same key."""
        ...


class Model(Protocol):
    """The model of the conversation. Every method raises `ProviderError`."""

    async def room(self) -> int:
        """Give how many tokens a prompt may have, so that the answer still fits into the context window."""
        ...

    def tokens(self, text: str) -> int:
        """Estimate how many tokens a text has; rather too many than too few."""
        ...

    def ask(self, prompt: Sequence[PromptMessage], partial: str = '') -> AsyncIterator[Delta]:
        """Stream an answer; with `partial`, what follows the part of the answer that is there already.

        Raises:
            PromptTooLong: the server finds the prompt too long, whatever was estimated; nothing was answered. From then
                on `room` and `tokens` say more truly what fits.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a person asked of a command, and what it may use.

    `arguments` is everything after the command's name, as typed. `content`, `sources` and `steps` are what the answer
    holds already when it goes on after an interruption; a command that does not go on by itself can ignore them: what
    it says again is left out.
    """

    arguments: str
    words: Words
    documents: Shelf
    model: Model
    content: str = ''
    sources: tuple[Source, ...] = field(default=())
    steps: tuple[Step, ...] = field(default=())


Run = Callable[[Call], AsyncIterator[Delta]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A slash command. `help` is its docstring: the first line says what it does, the rest how.

    `usage` shows its arguments, empty if it takes none. `asks_model` says that it uses the conversation's model, so its
    replies wait in that model's queue. `goes_on` says that after an interruption it goes on from `Call.content` and
    `Call.steps` by itself.
    """

    name: str
    aliases: tuple[str, ...]
    usage: str
    help: str
    run: Run
    asks_model: bool = False
    goes_on: bool = False

    @property
    def summary(self) -> str:
        """What it does, in one line."""
        return self.help.partition('\n')[0]


def command(
    name: str, *aliases: str, usage: str = '', asks_model: bool = False, goes_on: bool = False
) -> Callable[[Run], Command]:
    """Make an async generator of deltas a command; `name` and `aliases` are written without the slash."""

    def make(run: Run) -> Command:
        return Command(
            name=name,
            aliases=aliases,
            usage=usage,
            help=inspect.getdoc(run) or '',
            run=run,
            asks_model=asks_model,
            goes_on=goes_on,
        )

    return make
