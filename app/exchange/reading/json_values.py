"""Builds values out of what a JSON parser tells, and gives up before they take more memory than any conversation.

ijson's own builder keeps the path to each value beside it, which grows with the square of the depth, and has no limits.
"""

import math
import sys
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from app.errors import ImportRefused
from app.exchange.reading.json_events import Event

DEEPEST = 100
"""Brackets within each other. Conversations have some 15, beside what was given to tools; and what is kept as JSON is
written by calls within each other, of which Python allows 1,000."""

DEEPEST_CHAIN = 10_000
"""The same where each message holds the next: a line of 5,000 messages."""

MOST_VALUES = 1_000_000
"""Values in one conversation; objects and lists count twice. A message has some 60, one with much from the web 1,000.
With 100 bytes for each they take 100 MB of memory."""

LARGEST = 100_000_000
"""Bytes of memory for all texts of one conversation together."""

MOST_NAMES, LONGEST_NAME = 1_000, 100
"""How many keys, of how many characters, are kept for the next value: those of the format. Ids are there only once."""


class Builder:
    """Builds one value after the other, numbers as `int` and `float`. With `members` those in the outermost list.

    It forgets what it gave: the limits hold for each value.
    """

    def __init__(self, *, deepest: int = DEEPEST, members: bool = False) -> None:
        self._deepest = deepest
        self._members = members
        self._containers: list[Any] = []
        self._names: dict[str, str] = {}
        self._name = ''
        self._count = self._size = 0

    def take(self, events: Iterable[Event]) -> Iterator[Any]:
        """Yield the values that are complete now.

        Raises:
            ImportRefused: one of them lies too deep, has too many values, too much text, or an infinite number.
        """
        for kind, value in events:
            if kind == 'map_key':
                self._name = self._kept_once(value)
                continue
            if kind in ('start_map', 'start_array'):
                self._begin({} if kind == 'start_map' else [])
                continue
            if kind not in ('end_map', 'end_array'):
                made = self._scalar(value)
                self._add(made)
            elif self._containers:
                made = self._containers.pop()
            else:
                continue  # the end of the list around them
            if not self._containers:
                self._check()
                self._count = self._size = 0
                yield made
        self._check()

    def _begin(self, container: Any) -> None:
        if self._members:
            self._members = False
            if isinstance(container, list):
                return
        self._add(container)
        self._count += 1
        self._containers.append(container)
        if len(self._containers) > self._deepest:
            raise ImportRefused(reason='too_deep', limit=self._deepest)

    def _add(self, value: Any) -> None:
        self._count += 1
        if not self._containers:
            return
        around = self._containers[-1]
        if type(around) is list:
            around.append(value)
        else:
            around[self._name] = value

    def _scalar(self, value: Any) -> Any:
        if isinstance(value, str):
            self._size += sys.getsizeof(value)
        elif isinstance(value, Decimal):
            value = float(value)
            if math.isinf(value):
                raise ImportRefused(reason='long_number')
        return value

    def _kept_once(self, name: str) -> str:
        kept = self._names.get(name)
        if kept is None:
            self._size += sys.getsizeof(name)
            if len(self._names) < MOST_NAMES and len(name) <= LONGEST_NAME:
                self._names[name] = name
        return kept or name

    def _check(self) -> None:
        if self._count > MOST_VALUES:
            raise ImportRefused(reason='too_many', limit=MOST_VALUES)
        if self._size > LARGEST:
            raise ImportRefused(reason='too_long', limit=LARGEST // 1_000_000)
