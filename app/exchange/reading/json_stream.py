"""Reads the conversations of a JSON file one by one.

Beside each goes where to look for its beginning, should it have a fault: the parser, ijson, does not say where it is.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, TypeVar

import ijson

from app.errors import ImportRefused
from app.exchange.reading import json_place
from app.exchange.reading.intake import Intake
from app.exchange.reading.json_bytes import JSON_FAULTS, pieces

T = TypeVar('T')


def read_each(file: Intake, convert: Callable[[Any], T | None]) -> Iterator[T]:
    """Yield what `convert` makes of each member of the list in a file (or of the one object that it is).

    What it makes nothing of is passed over.

    Raises:
        ImportRefused: the file is no JSON, or `convert` raised it; then with the conversation's number and byte.
    """
    for number, value, piece in _values(file):
        try:
            made = convert(value)
        except ImportRefused as refusal:
            with closing(file.again()) as again:
                byte = json_place.start_of(again, number, piece)
            raise ImportRefused(**{'conversation': number, 'byte': byte, **refusal.details}) from refusal
        if made is not None:
            yield made


def outline(file: Intake) -> Iterator[tuple[str, ...]]:
    """Yield the keys in a file as paths, in order: `('mapping',)`, `('messages', 'role')`. Lists make no step.

    Raises:
        ImportRefused: the file is no JSON.
    """
    found: list[Any] = ijson.sendable_list()
    for _ in _fed(file, ijson.parse_coro(found)):
        for prefix, event, key in found:
            if event == 'map_key':
                yield (*(step for step in prefix.split('.') if step not in ('', 'item')), str(key))
        found.clear()


def _values(file: Intake) -> Iterator[tuple[int, Any, int]]:
    """Yield number, value, and the piece of the file in which the one before it ended, all counted from 1."""
    found: list[Any] = ijson.sendable_list()
    number, before = 0, 1
    for piece in _fed(file, ijson.items_coro(found, 'item' if _is_list(file.again()) else '')):
        for value in found:
            number += 1
            yield number, value, before
            before = piece
        if found:
            found.clear()
            file.mark()


def _is_list(file: Intake) -> bool:
    with closing(file):
        _, start = next(pieces(file), (0, b''))
    return start.lstrip()[:1] == b'['


def _fed(file: Intake, parser: Any) -> Iterator[int]:
    """Feed a file to a parser and yield the number of each piece it took. A fault becomes a refusal with its place."""
    number = 0
    try:
        for number, (_, data) in enumerate(pieces(file), 1):
            file.deepen(data)
            parser.send(data)
            yield number
        parser.close()
    except JSON_FAULTS as fault:
        with closing(file.again()) as again:
            raise json_place.refusal(again, number) from fault
