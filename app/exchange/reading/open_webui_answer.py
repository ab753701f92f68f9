"""What a message of Open WebUI's says: its text, and which counts where an answer is kept in two ways."""

from collections.abc import Mapping
from typing import Any

from app.domain.message import Step
from app.exchange.reading import notes, shapes
from app.exchange.reading.open_webui_details import unfold
from app.exchange.reading.open_webui_output import tell_output
from app.exchange.reading.written import Written

Message = Mapping[str, Any]


def tell_text(value: Message, written: Written) -> None:
    """Add the text of an answer: of `output`, as the program shows it, if there is any; else of `content`.

    Until 0.9 `content` said the same; an answer that was changed since then may say something else there.
    """
    written.think(shapes.side_text(value.get('reasoning_content')))
    kept, shown = Written(written.t), Written(written.t)
    for part in _parts(value.get('content')):
        if isinstance(part, str):
            unfold(part, kept)
        else:
            _tell_part(part, kept)
    tell_output(value.get('output'), shown)
    is_another = bool(shown.content.strip()) and _bare(kept.content) not in _bare(shown.content)
    shown.fill(kept)
    written.take(shown)
    if is_another:
        written.note(Step(written.t('Another wording, kept beside the answer'), kept.content))


def tell_content(value: Message, written: Written) -> None:
    """Add the text of a message that is no answer."""
    for part in _parts(value.get('content')):
        if isinstance(part, str):
            written.say(part)
        else:
            _tell_part(part, written)


def _parts(content: Any) -> list[Any]:
    """Give the pieces of a content: texts, and whatever else is in it."""
    parts: list[Any] = content if isinstance(content, list) else [shapes.text(content, 'content')]
    return [each['text'] if _is_text(each) else each for each in parts if each]


def _is_text(part: Any) -> bool:
    return isinstance(part, dict) and isinstance(part.get('text'), str)


def _tell_part(part: Any, written: Written) -> None:
    """Add a part that is no text, as the servers of models take them."""
    kind = shapes.side_text(part.get('type')) if isinstance(part, dict) else ''
    if 'image' in kind:
        written.say(notes.image(written.t))
    elif 'audio' in kind:
        written.say(notes.sound(written.t))
    elif kind in ('file', 'input_file'):
        named = [place.get('filename') for place in shapes.side_mappings([part.get('file'), part])]
        written.say(notes.file(written.t, next((name for name in named if isinstance(name, str)), '')))
    else:
        written.keep(kind, part)


def _bare(text: str) -> str:
    return ''.join(text.split())
