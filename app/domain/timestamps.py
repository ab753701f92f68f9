"""Times within a recording as people write them: `2:03`, `1:02:03`, and `62:03` for the same as the last."""

import re

STAMP = r'(?:\d{1,3}:[0-5]?\d|\d{1,3}):[0-5]\d'
"""What one looks like, as a part of a regular expression."""

_STAMP = re.compile(r'(?:(\d{1,3}):(?=[0-5]?\d:))?(\d{1,3}):([0-5]\d)')


def stamp(seconds: float) -> str:
    """Write a time in seconds; a part of a second is left out."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f'{hours}:{minute:02}:{second:02}' if hours else f'{minute}:{second:02}'


def seconds_of(stamp: str) -> int | None:
    """Read a time; None if it is none."""
    found = _STAMP.fullmatch(stamp.strip())
    if found is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return 3600 * hours + 60 * minutes + seconds
