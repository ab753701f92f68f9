"""The content of a message as the servers of models take it: a text, or a list of parts."""

from collections.abc import Callable
from typing import Any

from app.exchange.reading import notes, shapes
from app.exchange.reading.written import Written


def tell_content(content: Any, written: Written, say: Callable[[str, Written], None] | None = None) -> None:
    """Add a content to what was written; `say` adds a text of it, if that is not said as it is.

    Raises:
        ImportRefused: it is neither text nor list.
    """
    parts: list[Any] = content if isinstance(content, list) else [shapes.text(content, 'content')]
    for part in filter(None, parts):
        text = part.get('text') if isinstance(part, dict) else part
        if not isinstance(text, str):
            _tell_part(part, written)
        elif say is None:
            written.say(text)
        else:
            say(text, written)


def _tell_part(part: Any, written: Written) -> None:
    """Add a part that is no text; one whose type is unknown stays as it is, folded."""
    kind = shapes.side_text(part.get('type')) if isinstance(part, dict) else ''
    if 'image' in kind:
        written.say(notes.image(written.t))
    elif 'audio' in kind:
        written.say(notes.sound(written.t))
    elif 'video' in kind:
        written.say(notes.film(written.t))
    elif kind in ('file', 'input_file'):
        named = [place.get('filename') for place in shapes.side_mappings([part.get('file'), part])]
        written.say(notes.file(written.t, next((name for name in named if isinstance(name, str)), '')))
    else:
        written.keep(kind, part)
