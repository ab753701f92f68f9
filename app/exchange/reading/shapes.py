"""Takes values out of foreign JSON: what is missing is empty, what has another shape than it should is refused."""

import math
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from app.errors import ImportRefused

EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
SECONDS_BELOW = 100_000_000_000
"""Numbers below this are seconds: it lies in the year 5138. Then come milli-, micro- and nanoseconds, each up to a
thousand times what was before; as each of them the least lies in the year 1973."""

LONGEST_TIME = 100
"""Characters of a time."""

WRITTEN = ('%Y-%m-%d %H:%M:%S', '%d/%m/%Y %H:%M:%S', '%d/%m/%Y %H:%M', '%d/%m/%Y, %H:%M:%S')


def text(value: Any, field: str) -> str:
    """Give a text, empty for null."""
    if value is None or isinstance(value, str):
        return value or ''
    raise ImportRefused(reason='wrong_shape', field=field)


def name(value: Any, field: str) -> str:
    """Give an id or a key as text: some programs number them, or use a time."""
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return str(value) if is_number else text(value, field)


def side_field(value: Any, field: str) -> str:
    """Give a text or number that may stand in a field of what may be an object: empty for whatever else it is."""
    given = value.get(field) if isinstance(value, dict) else None
    return given if isinstance(given, str) else str(given) if isinstance(given, int) else ''


def side_text(value: Any) -> str:
    """Give a text that does not matter much: empty for whatever else it is."""
    return value if isinstance(value, str) else ''


def side_mappings(value: Any) -> list[Mapping[str, Any]]:
    """Give the objects of a list that does not matter much, also of lists within: none for whatever else it is."""
    found: list[Mapping[str, Any]] = []
    waiting = [value] if isinstance(value, list) else []
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            found.append(each)
        elif isinstance(each, list):
            waiting += reversed(each)
    return found


def mapping(value: Any, field: str) -> Mapping[str, Any]:
    """Give an object, empty for null."""
    if value is None or isinstance(value, dict):
        return value or {}
    raise ImportRefused(reason='wrong_shape', field=field)


def sequence(value: Any, field: str) -> Sequence[Any]:
    """Give a list, empty for null."""
    if value is None or isinstance(value, list):
        return value or []
    raise ImportRefused(reason='wrong_shape', field=field)


def check_has(value: Mapping[str, Any], *fields: str, beside: Collection[str] = ()) -> None:
    """Make sure that an object has one of these fields if it has anything but what may stand `beside` them.

    Raises:
        ImportRefused: it is an object of another kind: there are other objects or lists in it.
    """
    others = (each for name, each in value.items() if name not in beside)
    if value.keys().isdisjoint(fields) and any(isinstance(each, dict | list) and each for each in others):
        raise ImportRefused(reason='wrong_shape', field=fields[0])


def moment(value: Any, field: str) -> datetime | None:
    """Give a time in UTC, None for null, nothing and the time zero; a number is seconds, milli-, micro- or nanoseconds,
    a text mostly ISO 8601.

    A text without a zone is of this machine's zone, since programs that write such times run on it.

    Raises:
        ImportRefused: it is none, or one that nobody lived in who could have written to a model.
    """
    if value in (None, '', 0):
        return None
    try:
        made = _from_text(value) if isinstance(value, str) else _from_number(value)
        if not EARLIEST <= made <= LATEST:
            raise OverflowError(made)
    except (ValueError, OverflowError, ArithmeticError, TypeError, OSError) as error:
        said = str(value)[:40] if isinstance(value, str | int | float) else '…'
        raise ImportRefused(reason='wrong_time', field=field, value=said) from error
    return made if made != EARLIEST else None


def _from_number(value: Any) -> datetime:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise TypeError(value)
    if isinstance(value, Decimal) and value.adjusted() > 20:  # too long to be written out
        raise OverflowError(value)
    seconds = float(value)
    if not math.isfinite(seconds):
        raise OverflowError(value)
    for _unit in ('seconds', 'milliseconds', 'microseconds'):
        if seconds < SECONDS_BELOW:
            break
        seconds /= 1000
    return EARLIEST + timedelta(seconds=seconds)


def _from_text(value: str) -> datetime:
    value = value.strip()
    if len(value) > LONGEST_TIME:
        raise ValueError(value[:LONGEST_TIME])
    try:
        return _from_number(Decimal(value))
    except ArithmeticError:
        pass
    try:
        made = datetime.fromisoformat(value)
    except ValueError:
        made = _as_written(value)
    return made.astimezone(UTC)


def _as_written(value: str) -> datetime:
    for form in WRITTEN:
        try:
            return datetime.strptime(value, form)
        except ValueError:
            continue
    raise ValueError(value)
