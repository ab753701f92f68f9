"""Lines that stand in the place of what cannot be carried over, in words of the person's language."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from app.domain.message import Step

Say = Callable[[str], str]
"""Translates a text."""

LONGEST_FOLDED = 20_000
"""Characters of JSON that are kept of what we do not know."""

_FENCES = re.compile('`{3,}')


def image(t: Say) -> str:
    """Stand for an image."""
    return note(t('An image was here; it is not part of the import.'))


def sound(t: Say) -> str:
    """Stand for a recording."""
    return note(t('A recording was here; it is not part of the import.'))


def film(t: Say) -> str:
    """Stand for a video."""
    return note(t('A video was here; it is not part of the import.'))


def file(t: Say, name: str) -> str:
    """Stand for a file."""
    if not name:
        return note(t('A file was here; it is not part of the import.'))
    return note(t('A file was here: {name}. It is not part of the import.').format(name=plain(name)))


def tool(t: Say, name: str) -> str:
    """Stand for what a tool was asked or gave."""
    if not name:
        return note(t('A tool was used here; what it did is not part of the import.'))
    return note(
        t('A tool was used here: {name}. What it did is not part of the import.').format(name=plain(name)),
    )


def speaker(t: Say, name: str) -> str:
    """Say who spoke, where that is none of those we know."""
    return note(t('Said by {name}').format(name=plain(name)))


def unread(t: Say) -> str:
    """Stand for a message that has another shape than messages have; it is folded below."""
    return note(t('This message could not be read. It is folded here as it is in the file.'))


def unknown(t: Say, kind: str) -> str:
    """Stand for what we do not know."""
    return note(t('Something was here that cannot be imported: {kind}').format(kind=plain(kind) or '?'))


def fenced(text: str, language: str = '') -> str:
    """Give a code block whose fence is longer than any run of backticks in it; `language` may come from a file."""
    fence = '`' * max((3, *(len(run) + 1 for run in _FENCES.findall(text))))
    info = plain(language).replace('`', '').partition(' ')[0]
    return f'{fence}{info}\n{text.rstrip()}\n{fence}'


def folded(t: Say, kind: str, value: Any) -> Step:
    """Keep what we do not know as it is in the file, folded, as JSON; too long a one is cut, and says so.

    `kind` is what the file calls it, empty where it has no name.
    """
    said = ''
    for piece in _written(value):
        said += piece[: LONGEST_FOLDED + 1 - len(said)]
        if len(said) > LONGEST_FOLDED:
            break
    is_cut = len(said) > LONGEST_FOLDED
    title = t('As it is in the file: {kind}').format(kind=plain(kind)) if plain(kind) else t('As it is in the file')
    cut = note(t('It is longer than this; the rest is not part of the import.'))
    return Step(title, paragraphs([fenced(said[:LONGEST_FOLDED], 'json'), cut if is_cut else '']))


def _written(value: Any) -> Iterator[str]:
    try:
        yield from json.JSONEncoder(ensure_ascii=False, indent=1, default=str).iterencode(value)
    except RecursionError:  # messages within each other, as LibreChat writes them
        yield ' …'


def note(said: str) -> str:
    """Set a line apart from what was written; a question is shown as plain text, so without markdown."""
    return f'[{said}]'


def plain(name: str, longest: int = 120) -> str:
    """Make a name fit into a line of so many characters, without taking more of it apart than that."""
    return ' '.join(name.split(maxsplit=longest))[:longest]


def paragraphs(parts: Iterable[str]) -> str:
    """Put parts below each other; the same note twice in a row is one."""
    said: list[str] = []
    for part in parts:
        if part.strip() and said[-1:] != [part]:
            said.append(part)
    return '\n\n'.join(said)
