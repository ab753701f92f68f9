"""What a message of Open WebUI's says: its text, and which counts where an answer is kept in two ways."""

from collections.abc import Mapping
from typing import Any

from app.domain.message import Step
from app.exchange.reading import shapes
from app.exchange.reading.content_parts import tell_content
from app.exchange.reading.open_webui.details import unfold
from app.exchange.reading.open_webui.output import tell_output
from app.exchange.reading.written import Written

Message = Mapping[str, Any]


def tell_text(value: Message, written: Written) -> None:
    """Add the text of an answer: of `output`, as the program shows it, if there is any; else of `content`.

    Until 0.9 `content` said the same; an answer that was changed since then may say something else there.
    """
    written.think(shapes.side_text(value.get('reasoning_content')))
    kept, shown = Written(written.t), Written(written.t)
    tell_content(value.get('content'), kept, unfold)
    tell_output(value.get('output'), shown)
    is_another = bool(shown.content.strip()) and _bare(kept.content) not in _bare(shown.content)
    shown.fill(kept)
    written.take(shown)
    if is_another:
        written.note(Step(written.t('Another wording, kept beside the answer'), kept.content))


def _bare(text: str) -> str:
    return ''.join(text.split())
