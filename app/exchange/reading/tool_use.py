"""What tools were given and gave back, and code that was run: most formats tell of both, each in its own way.

A tool's work, and what code printed, stay folded beside the answer. Code that was run is part of the text.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from app.domain.message import Step
from app.exchange.reading import notes
from app.exchange.reading.notes import LONGEST_FOLDED, Say
from app.exchange.reading.written import Written

RUN_CODE = frozenset({'execute_code', 'code_interpreter', 'run_code', 'python', 'bash'})
"""Tools that run the `code` (or `command`) they are given."""

LONGEST_JSON = 1_000_000
"""Characters of a text that is looked at for JSON in it."""

WRAPPED = 3
"""How often JSON may stand as a text within JSON; some programs write it twice."""

PRINTED = 'stdout', 'stderr', 'logs', 'output', 'result', 'error'
"""Fields in which programs tell what code gave, in the order they are shown."""


def tell(written: Written, name: str, given: Any, result: Any) -> None:
    """Add what a tool did to what was written: in the text if it ran code, folded if not."""
    code, language = code_in(name, given)
    if code.strip():
        run(written, code, language, result)
    else:
        written.note(step(written.t, name, given, result))


def step(t: Say, name: str, given: Any, result: Any) -> Step:
    """Tell what a tool was given and gave, both whatever JSON can say."""
    shown = notes.plain(name)
    title = t('Tool: {name}').format(name=shown) if shown else t('Tool')
    return Step(title, notes.paragraphs([block(t, given), *_labelled(t('Result'), block(t, result))]))


def run(written: Written, code: str, language: str, output: Any) -> None:
    """Add code that was run, and what it printed."""
    if code.strip():
        written.say(notes.fenced(code.strip('\n'), language))
    if printed := bounded(written.t, printed_by(output)):
        written.note(Step(written.t('Output'), printed))


def code_in(name: str, given: Any) -> tuple[str, str]:
    """Give the code a tool was to run, and its language; both empty if it is no such tool."""
    given = unwrapped(given)
    if name not in RUN_CODE or not isinstance(given, dict):
        return '', ''
    code = next((given[key] for key in ('code', 'command', 'input') if isinstance(given.get(key), str)), '')
    language = next((given[key] for key in ('lang', 'language') if isinstance(given.get(key), str)), '')
    return code, language or ('bash' if name == 'bash' else 'python')


def printed_by(output: Any) -> str:
    """Give what code printed and came to; the output tells it in fields, in a list of such, or is the text itself.

    A text stays as it was printed, also if it happens to be JSON.
    """
    found = unwrapped(output)
    told = found if isinstance(found, list) else [found]
    if not told or not all(isinstance(each, Mapping) and any(name in each for name in PRINTED) for each in told):
        return as_text(output)
    fields = (as_text(each.get(name)).rstrip() for each in told for name in PRINTED)
    return '\n'.join(filter(None, fields))


def block(t: Say, value: Any) -> str:
    """Show a value in a code block, JSON laid out for reading; empty for nothing."""
    value = unwrapped(value)
    return bounded(t, as_text(value), 'json' if isinstance(value, dict | list) else '')


def bounded(t: Say, text: str, language: str = '') -> str:
    """Show a text in a code block, empty for nothing; too long a one is cut, and says so."""
    if not text.strip():
        return ''
    cut = notes.note(t('It is longer than this; the rest is not part of the import.'))
    return notes.paragraphs([notes.fenced(text[:LONGEST_FOLDED], language), cut if len(text) > LONGEST_FOLDED else ''])


def as_text(value: Any) -> str:
    """Write a value as a person would read it: a text as it is, nothing as nothing, the rest as JSON."""
    if value is None or isinstance(value, str):
        return value or ''
    try:
        return json.dumps(value, ensure_ascii=False, indent=1, default=str)
    except (RecursionError, ValueError):
        return '…'


def unwrapped(value: Any) -> Any:
    """Give what a text says as JSON if it is an object or a list, or such a text again; else the value itself."""
    found = value
    for _ in range(WRAPPED):
        if not isinstance(found, str) or len(found) > LONGEST_JSON or found.lstrip()[:1] not in ('{', '[', '"'):
            break
        try:
            found = json.loads(found)
        except (ValueError, RecursionError):
            break
    if not isinstance(found, dict | list | str):
        return value
    return found


def _labelled(label: str, shown: str) -> Iterable[str]:
    return [f'**{label}**', shown] if shown else []
