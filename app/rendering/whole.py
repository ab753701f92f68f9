"""Whole messages to HTML: at once when that is quick whatever is in them, otherwise in a process that can be ended.

Colours of code are found by regular expressions, and some of them never end on a text made for it; while one runs, no
other thread does.
"""

from collections.abc import Iterable, Sequence

from markdown_it.token import Token

from app.rendering.bounds import PLAIN
from app.rendering.effort import Effort
from app.rendering.highlight import is_quick
from app.rendering.markdown import Block, language, normalise, parse, render_plain

Html = list[list[str]]
"""The blocks of each of several texts."""

QUICK_STEPS = 20_000
"""Steps up to which a message is parsed in this process, in a thread: 0.2 s at the worst."""

BRIEF_STEPS = 4_000
"""Steps for the notes of a message that is still being written, all together: 16 kB of prose."""

QUICK_CHARACTERS = 200_000
"""Characters up to which that is tried at all."""


def render_quickly(texts: Sequence[str]) -> Html | None:
    """Render the texts of a message; None when that might take long."""
    if sum(map(len, texts)) > QUICK_CHARACTERS:
        return None
    effort = Effort(QUICK_STEPS)
    parsed = [parse(normalise(text), {}, effort) for text in texts]
    if effort.short or not all(is_quick(token.content, language(token)) for token in _fences(parsed)):
        return None
    return _html(parsed)


def render_briefly(texts: Sequence[str]) -> list[str]:
    """Render texts where everybody else waits meanwhile: with no colours, and plain where that takes long."""
    effort = Effort(BRIEF_STEPS)
    parsed = [parse(normalise(text), {}, effort) for text in texts]
    return [''.join(html) for html in _html(_without_colours(parsed))]


def render_fully(texts: Sequence[str], colours: bool = True) -> Html:
    """Render the texts of a message; what asks for more than its effort stays plain (see `bounds`)."""
    effort = Effort()
    parsed = [parse(normalise(text), {}, Effort() if number == 0 else effort) for number, text in enumerate(texts)]
    return _html(parsed if colours else _without_colours(parsed))


def render_plainly(texts: Sequence[str]) -> Html:
    """Give texts as they are written."""
    return [[f'<p class="{PLAIN}">{render_plain(text)}</p>'] if text.strip() else [] for text in texts]


def _fences(parsed: Iterable[Sequence[Block]]) -> list[Token]:
    return [token for blocks in parsed for block in blocks for token in block.tokens if token.type == 'fence']


def _without_colours(parsed: list[list[Block]]) -> list[list[Block]]:
    for token in _fences(parsed):
        token.meta[PLAIN] = True
    return parsed


def _html(parsed: Iterable[Sequence[Block]]) -> Html:
    return [[block.html() for block in blocks] for blocks in parsed]
