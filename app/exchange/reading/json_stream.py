"""Reads the members of the list in a JSON file one by one.

Beside each goes where to look for its beginning, should it have a fault: the parser, ijson, does not say where it is.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

from app.errors import ImportRefused
from app.exchange.reading import json_place
from app.exchange.reading.intake import LARGEST_PIECE, Intake
from app.exchange.reading.json_bytes import JSON_FAULTS, pieces
from app.exchange.reading.json_events import Event, EventParser
from app.exchange.reading.json_values import DEEPEST, DEEPEST_CHAIN, Builder

TOLD = 3
"""Steps of a path that are told: the formats differ in the first two."""


def values(file: Intake, deepest: int = DEEPEST) -> Iterator[tuple[int, Any, int]]:
    """Yield number, value, and the piece of the file in which the one before it ended, all counted from 1.

    In the place of a value that is beyond a limit stands the `ImportRefused`.

    Raises:
        ImportRefused: the file is no JSON, or nothing can be passed over to read on.
    """
    builder = Builder(deepest=deepest, members=True)
    number, before = 0, 1
    try:
        for piece, events in _fed(file):
            if file.is_too_long:
                builder.refuse('too_long', LARGEST_PIECE // 1_000_000)
            for value in builder.take(events):
                number += 1
                yield number, value, before
                before = piece
                file.mark()
    except ImportRefused as refusal:
        place = {} if 'byte' in refusal.details else {'conversation': number + 1}
        raise ImportRefused(**{**place, **refusal.details}) from refusal


def outline(file: Intake) -> Iterator[tuple[str, ...]]:
    """Yield the keys in a file as paths, in order: `('mapping',)`, `('messages', 'role')`. Lists make no step, and of
    keys further in than `TOLD` only the way to them is told.

    Raises:
        ImportRefused: the file is no JSON, or is beyond a limit.
    """
    path: list[str] = []
    depth = 0
    for _, events in _fed(file):
        if file.is_too_long:
            raise ImportRefused(reason='too_long', limit=LARGEST_PIECE // 1_000_000)
        for kind, value in events:
            if kind == 'map_key':
                path[-1] = value
                yield tuple(path[:TOLD])
            elif kind in ('start_map', 'start_array'):
                depth += 1
                if depth > DEEPEST_CHAIN:
                    raise ImportRefused(reason='too_deep', limit=DEEPEST_CHAIN)
                path += [''] if kind == 'start_map' else []
            elif kind in ('end_map', 'end_array'):
                depth -= 1
                del path[len(path) - (kind == 'end_map') :]


def _fed(file: Intake) -> Iterator[tuple[int, Sequence[Event]]]:
    """Yield the number of each piece of a file and what it tells. A fault becomes a refusal with its place."""
    parser, number = EventParser(), 0
    try:
        for number, (start, data) in enumerate(pieces(file), 1):
            yield number, parser.feed(data, start)
        yield number, parser.close()
    except JSON_FAULTS as fault:
        with closing(file.again()) as again:
            raise json_place.refusal(again, number) from fault
