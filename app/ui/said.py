"""What a page says, and the form it has to have: what comes over its line, anybody with a line can have written."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from nicegui.events import GenericEventArguments

Shape = Any
"""A type or several (`str`, `(str, NoneType)`), a list of one shape (`[str]`), names and the shapes of their values
(what is missing is None), or a function that tells whether a value will do."""

MAYBE_TEXT = (str, type(None))

log = logging.getLogger(__name__)


def heard(shape: Shape, handler: Callable[[Any], Any]) -> Callable[[GenericEventArguments], Any]:
    """Make an event handler that hands on what was said if it has the shape; else it was no page of ours."""

    def take(event: GenericEventArguments) -> Any:
        if fits(event.args, shape):
            return handler(event.args)
        log.debug('A page said what it cannot have meant, to %s', type(event.sender).__name__)
        return None

    return take


def fits(value: Any, shape: Shape) -> bool:
    """Tell whether a value has a shape."""
    match shape:
        case type() | tuple():
            return isinstance(value, shape)
        case [each]:
            return isinstance(value, list) and all(fits(part, each) for part in value)
        case Mapping():
            return isinstance(value, dict) and all(fits(value.get(name), part) for name, part in shape.items())
        case _:
            return bool(shape(value))


def readable(parse: Callable[[str], object], *, empty: bool = False) -> Callable[[Any], bool]:
    """Make a shape of what a function can read; with `empty`, of no text as well."""

    def is_readable(value: Any) -> bool:
        if empty and not value:
            return value is None or isinstance(value, str)
        try:
            return isinstance(value, str) and bool(parse(value) or True)
        except (ValueError, OverflowError):
            return False

    return is_readable
