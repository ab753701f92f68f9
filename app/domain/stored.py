"""Reads what lies beside the text of a message: whatever an old version, a file or a command wrote, it is shown."""

import json
from typing import Any

from app.domain.message import CommandCall, Source, Step
from app.domain.plain import plain_mapping

UNKNOWN = 'unexpected'  # the code of an error


def data_from(text: str) -> Any:
    """Read JSON, None if it is none. Never raises."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def source_from(stored: Any) -> Source:
    """Read a source; what is no text of it is empty. Never raises."""
    known = plain_mapping(stored)
    return Source(_text(known.get('title')), _text(known.get('url')), _text(known.get('key')))


def step_from(stored: Any) -> Step:
    """Read a step, which without a title is shown to nobody. Never raises."""
    known = plain_mapping(stored)
    return Step(_text(known.get('title')), _text(known.get('text')), plain_mapping(known.get('data')))


def sources_from(stored: Any) -> tuple[Source, ...]:
    """Read the sources of an answer, none for whatever else it is."""
    return tuple(map(source_from, stored)) if isinstance(stored, list) else ()


def steps_from(stored: Any) -> tuple[Step, ...]:
    """Read the steps of an answer, none for whatever else it is."""
    return tuple(map(step_from, stored)) if isinstance(stored, list) else ()


def command_from(stored: Any) -> CommandCall | None:
    """Read which command wrote an answer; None without its name."""
    known = plain_mapping(stored)
    name = _text(known.get('name'))
    return CommandCall(name, _text(known.get('language'))) if name else None


def error_from(stored: Any) -> dict[str, Any] | None:
    """Read why an answer failed; a reason nobody can read is still one."""
    if stored is None:
        return None
    return plain_mapping(stored) or {'code': UNKNOWN}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ''
