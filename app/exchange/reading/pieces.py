"""What becomes of one part of a message: of a text, of a tool's call, of what the tool gave."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.domain.message import Source, Step
from app.exchange.reading import notes, tool_use
from app.exchange.reading.bounds import MOST_SOURCES, MOST_STEPS
from app.exchange.reading.notes import Say


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What is shown in the answer, what was thought, what is folded below it, and the pages it comes from."""

    text: str = ''
    thinking: str = ''
    steps: tuple[Step, ...] = ()
    sources: tuple[Source, ...] = ()


class Pile:
    """Pieces that are put below each other. Of more notes and sources than a message may have, it keeps one too many:
    that tells that there are more.
    """

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._thoughts: list[str] = []
        self._steps: list[Step] = []
        self._sources: dict[str, Source] = {}

    def add(self, piece: Piece) -> None:
        """Put a piece below those before it; a page that several name is named once, by the first."""
        self._texts += [piece.text] if piece.text else []
        self._thoughts += [piece.thinking] if piece.thinking else []
        self._steps += piece.steps[: MOST_STEPS + 1 - len(self._steps)]
        for source in piece.sources:
            if len(self._sources) >= MOST_SOURCES:
                break
            self._sources.setdefault(source.url or source.title, source)

    def whole(self) -> Piece:
        """Give all of them as one."""
        return Piece(
            text=notes.paragraphs(self._texts),
            thinking=notes.paragraphs(self._thoughts),
            steps=tuple(self._steps),
            sources=tuple(self._sources.values()),
        )


def together(pieces: Iterable[Piece]) -> Piece:
    """Put pieces below each other, one after the other as they come."""
    pile = Pile()
    for piece in pieces:
        pile.add(piece)
    return pile.whole()


def told(t: Say, tool: str, given: Any = None, result: Any = None) -> Piece:
    """Keep folded what a tool was given and gave; nothing comes of it if there is no word of either, nor a name."""
    step = tool_use.step(t, tool, given, result)
    return Piece(steps=(step,) if step.text or tool else ())


def folded_text(t: Say, title: str, text: str) -> Piece:
    """Keep a text folded under a title; nothing comes of an empty one."""
    shown = tool_use.bounded(t, text)
    return Piece(steps=(Step(notes.plain(title), shown),) if shown else ())
