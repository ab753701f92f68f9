"""Lines that stand in the place of what cannot be carried over, in words of the person's language."""

from collections.abc import Callable, Iterable

Say = Callable[[str], str]
"""Translates a text."""


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


def unknown(t: Say, kind: str) -> str:
    """Stand for what we do not know."""
    return note(t('Something was here that cannot be imported: {kind}').format(kind=plain(kind) or '?'))


def note(said: str) -> str:
    """Set a line apart from what was written; a question is shown as plain text, so without markdown."""
    return f'[{said}]'


def plain(name: str) -> str:
    """Make a name fit into a line."""
    return ' '.join(name.split())[:120]


def paragraphs(parts: Iterable[str]) -> str:
    """Put parts below each other; the same note twice in a row is one."""
    said: list[str] = []
    for part in parts:
        if part.strip() and said[-1:] != [part]:
            said.append(part)
    return '\n\n'.join(said)
