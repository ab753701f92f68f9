"""Values as JSON can say them: what is stored beside a message is read by every page and file that shows it."""

import math
from collections.abc import Mapping
from typing import Any

LARGEST_WHOLE = 2**63 - 1
"""Of whole numbers; more is held by no database and no other program, and writing 5,000 digits is refused by Python."""

DEEPEST = 30  # levels of lists and objects in one another


def plain(value: Any, depth: int = DEEPEST) -> Any:
    """Give a value with None in the place of everything JSON has no form for, or no program reads. Never raises."""
    match value:
        case Mapping() if depth:
            return {_key(name): plain(each, depth - 1) for name, each in value.items()}
        case list() | tuple() if depth:
            return [plain(each, depth - 1) for each in value]
    return value if _is_plain(value) else None


def plain_mapping(value: Any) -> dict[str, Any]:
    """Give an object of plain values, empty for whatever else it is."""
    return plain(value) if isinstance(value, Mapping) else {}


def _is_plain(value: Any) -> bool:
    match value:
        case bool() | str():
            return True
        case int():
            return abs(value) <= LARGEST_WHOLE
        case float():
            return math.isfinite(value)
    return False


def _key(name: Any) -> str:
    return name if isinstance(name, str) else str(plain(name))
