"""What becomes of one part of a message: of a text, of a tool's call, of what the tool gave."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.domain.message import Source, Step
from app.exchange.reading import notes, tool_use
from app.exchange.reading.notes import Say


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What is shown in the answer, what was thought, what is folded below it, and the pages it comes from."""

    text: str = ''
    thinking: str = ''
    steps: tuple[Step, ...] = ()
    sources: tuple[Source, ...] = ()


def together(pieces: Iterable[Piece]) -> Piece:
    """Put pieces below each other; a page that several name is named once, by the first."""
    pieces = tuple(pieces)
    sources: dict[str, Source] = {}
    for source in (source for piece in pieces for source in piece.sources):
        sources.setdefault(source.url or source.title, source)
    return Piece(
        text=notes.paragraphs(piece.text for piece in pieces),
        thinking=notes.paragraphs(piece.thinking for piece in pieces),
        steps=tuple(step for piece in pieces for step in piece.steps),
        sources=tuple(sources.values()),
    )


def told(t: Say, tool: str, given: Any = None, result: Any = None) -> Piece:
    """Keep folded what a tool was given and gave; nothing comes of it if there is no word of either, nor a name."""
    step = tool_use.step(t, tool, given, result)
    return Piece(steps=(step,) if step.text or tool else ())


def folded_text(t: Say, title: str, text: str) -> Piece:
    """Keep a text folded under a title; nothing comes of an empty one."""
    shown = tool_use.bounded(t, text)
    return Piece(steps=(Step(notes.plain(title), shown),) if shown else ())
