"""Builds values out of what a JSON parser tells, and gives each up that would take more memory than any conversation.

ijson's own builder keeps the path to each value beside it, which grows with the square of the depth, and has no limits.
"""

import math
import sys
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from app.errors import ImportRefused
from app.exchange.reading.json_bytes import LARGEST_TEXT, LONG_TEXT
from app.exchange.reading.json_events import LONGEST_NUMBER, Event

DEEPEST = 100
"""Brackets within each other. Conversations have some 15, beside what was given to tools; and what is kept as JSON is
written by calls within each other, of which Python allows 1,000."""

DEEPEST_CHAIN = 10_000
"""The same where each message holds the next: a line of 5,000 messages."""

DEEPEST_PASSED_OVER = 100_000
"""The same in what was given up: the parser remembers each of them."""

MOST_VALUES = 1_000_000
"""Values in one conversation; objects and lists count twice. A message has some 60, one with much from the web 1,000.
With 100 bytes for each they take 100 MB of memory."""

LARGEST = 100_000_000
"""Bytes of memory for all texts of one conversation together."""

MOST_NAMES, LONGEST_NAME = 1_000, 100
"""How many keys, of how many characters, are kept for the next value: those of the format. Ids are there only once."""


class Builder:
    """Builds one value after the other, numbers as `int` and `float`. With `members` those in the outermost list.

    It forgets what it gave: the limits hold for each value. One that is beyond them is passed over, and the reason
    stands in its place; `refusal` is that of the present one.
    """

    def __init__(self, *, deepest: int = DEEPEST, members: bool = False) -> None:
        self._deepest = deepest
        self._members = members
        self._containers: list[Any] = []
        self._depth = 0
        self.refusal: ImportRefused | None = None
        self._names: dict[str, str] = {}
        self._name = ''
        self._count = self._size = 0

    def take(self, events: Iterable[Event]) -> Iterator[Any]:
        """Yield the values that are complete now, and an `ImportRefused` for one that lies too deep, has too many
        values, too much text, or an infinite number.

        Raises:
            ImportRefused: brackets lie deeper within each other than can be passed over.
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
            elif self._depth:
                self._depth -= 1
                made = self._containers.pop() if self._containers else None
            else:
                continue  # the end of the list around them
            if not self._depth:
                self._check()
                yield self.refusal or made
                self._count = self._size = 0
                self.refusal = None
        self._check()

    def refuse(self, reason: str, limit: int) -> None:
        """Give up the value that is being built, or the next; the first reason counts."""
        if self.refusal is None:
            self.refusal = ImportRefused(reason=reason, limit=limit)
            self._containers.clear()

    def _begin(self, container: Any) -> None:
        if self._members:
            self._members = False
            if isinstance(container, list):
                return
        self._depth += 1
        if self.refusal is not None:
            if self._depth > DEEPEST_PASSED_OVER:
                raise ImportRefused(reason='too_deep', limit=self._deepest)
            return
        self._add(container)
        self._count += 1
        self._containers.append(container)
        if self._depth > self._deepest:
            self.refuse('too_deep', self._deepest)

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
            written, value = value, float(value)
            if math.isinf(value):
                self._refuse_for(written)
        return value

    def _refuse_for(self, number: Decimal) -> None:
        if number == Decimal(LONG_TEXT.decode()):
            self.refuse('long_text', LARGEST_TEXT // 1_000_000)
        else:
            self.refuse('long_number', LONGEST_NUMBER)

    def _kept_once(self, name: str) -> str:
        kept = self._names.get(name)
        if kept is None:
            self._size += sys.getsizeof(name)
            if len(self._names) < MOST_NAMES and len(name) <= LONGEST_NAME:
                self._names[name] = name
        return kept or name

    def _check(self) -> None:
        if self._count > MOST_VALUES:
            self.refuse('too_many', MOST_VALUES)
        if self._size > LARGEST:
            self.refuse('too_long', LARGEST // 1_000_000)
