"""Preferences in an archive of ours, which anybody can write: what no person could have set stays out."""

from collections.abc import Callable, Mapping
from typing import Any

from app.domain.model import ModelRef
from app.domain.preferences import LEAST_NUM_CTX, LONGEST_PROMPT, PARAMETERS, Range
from app.exchange.reading.context import Reading

LONGEST_MODEL = 500
"""Characters of a model's name with its provider; file systems, in which Ollama keeps them, end at 255 a part."""

WINDOW = Range(LEAST_NUM_CTX, 2**31 - 1, whole=True)
"""Tokens; the app's own setting narrows it."""


def settable(record: Any, reading: Reading) -> dict[str, Any]:
    """Give those of the preferences in a record that a person could have set here; the others are remarked.

    Raises:
        TypeError: it is no object.
    """
    if not isinstance(record, dict):
        raise TypeError('preferences')
    kept = _usable(record, KNOWN, reading)
    unknown = len(record.keys() - KNOWN.keys())
    if parameters := kept.get('parameters'):
        kept['parameters'] = _usable(parameters, {name: each.holds for name, each in PARAMETERS.items()}, reading)
        unknown += len(parameters.keys() - PARAMETERS.keys())
    if unknown:
        reading.remark('unknown_preferences', value=unknown)
    return kept


def _usable(
    given: Mapping[str, Any], known: Mapping[str, Callable[[object], bool]], reading: Reading
) -> dict[str, Any]:
    """Give what is known and as it should be; what is otherwise is remarked."""
    kept = {name: given[name] for name in known if name in given and known[name](given[name])}
    for name in known:
        if name in given and name not in kept:
            reading.remark('wrong_shape', field=name)
    return kept


def _is_model(value: object) -> bool:
    try:
        return isinstance(value, str) and len(value) <= LONGEST_MODEL and bool(ModelRef.parse(value))
    except ValueError:
        return False


KNOWN: Mapping[str, Callable[[object], bool]] = {
    'default_model': _is_model,
    'parameters': lambda value: isinstance(value, dict),
    'num_ctx': WINDOW.holds,
    'system_prompt': lambda value: isinstance(value, str) and len(value) <= LONGEST_PROMPT,
    'titles': lambda value: isinstance(value, bool),
}
"""What a person can set, as `storage/preferences.py` writes it, and how it can be."""
