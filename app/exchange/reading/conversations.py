"""Makes conversations of the members of a JSON file, and remarks of those that cannot be read."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

from app.domain.carried import Carried
from app.errors import ImportRefused
from app.exchange.reading import notes
from app.exchange.reading.context import Reading
from app.exchange.reading.intake import Intake
from app.exchange.reading.json_place import Places
from app.exchange.reading.json_stream import values
from app.exchange.reading.json_values import DEEPEST
from app.exchange.reading.remarks import Remark, remark_of


def read_each(
    file: Intake, reading: Reading, convert: Callable[[Any], Carried | None], *, deepest: int = DEEPEST
) -> Iterator[Carried | Remark]:
    """Yield what `convert` makes of each member of the list in a file (or of the one object that it is), and remarks.

    What it makes nothing of is passed over, and what it refuses costs only itself. Brackets may lie `deepest` within
    each other. Where a file cannot be read on, that is remarked: what came before is there.
    """
    try:
        with closing(Places(file)) as places:
            for number, value, piece in values(file, deepest):
                made = None
                with reading.conversation():
                    made = convert(_within_limits(value))
                if made is not None:
                    yield made
                if remarks := reading.take():
                    title = made.conversation.title if made else title_of(value)
                    byte = places.start_of(number, piece)
                    yield from (replace(each, conversation=number, title=title, byte=byte) for each in remarks)
    except ImportRefused as refusal:
        yield remark_of(refusal)


def _within_limits(value: Any) -> Any:
    """Give a value that was read.

    Raises:
        ImportRefused: it was beyond a limit.
    """
    if isinstance(value, ImportRefused):
        raise value
    return value


def title_of(value: Any) -> str:
    """Give what a conversation that cannot be read is called, as far as that is known.

    Ours stands an object further in, and so does Open WebUI's.
    """
    fields = value if isinstance(value, dict) else {}
    within = [each for name in ('conversation', 'chat') if isinstance(each := fields.get(name), dict)]
    said = [each.get(name) for each in (fields, *within) for name in ('title', 'name')]
    return notes.plain(next((each for each in said if isinstance(each, str)), ''))
