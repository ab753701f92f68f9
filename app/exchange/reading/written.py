"""What one message says, put together part by part in the order it was said."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.domain.message import Source, Step
from app.exchange.reading.bounds import MOST_SOURCES, MOST_STEPS, bounded
from app.exchange.reading.fields import Fate, unknown
from app.exchange.reading.notes import Say, fenced, folded, paragraphs, plain


class Written:
    """A message as it grows: its text, its thoughts, folded notes beside it, and the sources it names.

    Whoever adds to it finds in `t` the person's language.
    """

    def __init__(self, t: Say) -> None:
        self.t = t
        self._said: list[str] = []
        self._thoughts: list[str] = []
        self._steps: list[Step] = []
        self._sources: dict[Source, None] = {}
        self._has_unknown = False

    def say(self, *texts: str) -> None:
        """Add paragraphs."""
        self._said += texts

    def head(self, title: str) -> None:
        """Add a line that says what comes below, if it says anything; it may come from a file."""
        if shown := plain(title):
            self._said.append(f'**{shown}**')

    def attach(self, name: str, text: str) -> None:
        """Add the text of a file that was given, under its name."""
        heading = f'{plain(name)}:\n\n' if plain(name) else ''
        self._said.append(heading + fenced(text))

    def think(self, *thoughts: str) -> None:
        """Add thoughts."""
        self._thoughts += thoughts

    def note(self, *steps: Step | None) -> None:
        """Add folded notes; None is none. One beyond those that are kept stands for all others."""
        for step in filter(None, steps):
            if len(self._steps) <= MOST_STEPS:
                self._steps.append(step)

    def keep(self, kind: str, value: Any) -> None:
        """Keep what we do not know, folded as it is in the file; `kind` is what it is called there."""
        self._has_unknown = True
        if len(self._steps) <= MOST_STEPS:
            self.note(folded(self.t, kind, value))

    def keep_rest(self, value: Mapping[str, Any], known: Mapping[str, Fate]) -> None:
        """Keep the fields of a message that are none of those we know, if they say anything."""
        if rest := unknown(value, known):
            self.keep(', '.join(rest), rest)

    def name(self, sources: Iterable[Source]) -> None:
        """Add sources, up to a number; each is named once, where it came first."""
        for source in sources:
            if len(self._sources) >= MOST_SOURCES:
                break
            self._sources.setdefault(source)

    def take(self, other: 'Written') -> None:
        """Add everything that another holds."""
        self.say(*other._said)
        self.think(*other._thoughts)
        self.note(*other._steps)
        self.name(other._sources)
        self._has_unknown |= other._has_unknown

    def beside(self) -> 'Written':
        """Give all of it but text and thoughts."""
        beside = Written(self.t)
        beside._steps, beside._sources = [*self._steps], {**self._sources}
        beside._has_unknown = self._has_unknown
        return beside

    def fill(self, other: 'Written') -> None:
        """Add text, thoughts and notes of another, each where this one has none."""
        self._said = self._said if self.content.strip() else other._said
        self._thoughts = self._thoughts if self.thinking.strip() else other._thoughts
        self._steps = self._steps or other._steps
        self.name(other._sources)
        self._has_unknown |= other._has_unknown

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was added that says anything."""
        return not (self.content.strip() or self.thinking.strip() or self._steps or self._sources)

    @property
    def is_empty_for_us(self) -> bool:
        """Tell whether nothing can be read of it but what is kept because we do not know it."""
        return self._has_unknown and not (self.content.strip() or self.thinking.strip())

    @property
    def content(self) -> str:
        """The whole text."""
        return paragraphs(self._said)

    @property
    def thinking(self) -> str:
        """All thoughts."""
        return paragraphs(self._thoughts)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The folded notes."""
        return bounded(self._steps, self.t)

    @property
    def sources(self) -> tuple[Source, ...]:
        """The sources."""
        return tuple(self._sources)
