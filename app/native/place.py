"""Where the window was, so that it opens there again: a small file in the data folder."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

SMALLEST = (360, 480)
"""Width and height in pixels below which the page has no room."""

GRIP = 40
"""Pixels of the title bar that must be on a screen, to take hold of the window with the mouse."""


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen, in the pixels of the desktop."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Place:
    """Size and place of the window in pixels of the desktop; without `x` and `y` the system chooses.

    `port` is where the pages were: at the same address the window finds what it kept, such as drafts.
    """

    width: int = 1180
    height: int = 800
    x: int | None = None
    y: int | None = None
    maximized: bool = False
    port: int = 0

    def within(self, screens: Sequence[Screen]) -> 'Place':
        """Give the place that can be seen and taken hold of, should a screen be gone since."""
        if not screens or self.x is None or self.y is None:
            return self
        left, top = self.x, self.y
        for screen in screens:
            across = min(left + self.width, screen.x + screen.width) - max(left, screen.x)
            if across >= GRIP and screen.y <= top <= screen.y + screen.height - GRIP:
                return self
        first = screens[0]
        width, height = min(self.width, first.width), min(self.height, first.height)
        x, y = first.x + (first.width - width) // 2, first.y + (first.height - height) // 2
        return replace(self, x=x, y=y, width=width, height=height)


def read(file: Path) -> Place:
    """Give the place that was written down; what is missing or makes no sense is as on the first day."""
    try:
        said = json.loads(file.read_text('utf-8'))
    except (OSError, ValueError):
        return Place()
    if not isinstance(said, dict):
        return Place()
    kinds = {field.name: bool if field.name == 'maximized' else int for field in fields(Place)}
    sound: dict[str, Any] = {name: value for name, value in said.items() if type(value) is kinds.get(name)}
    place = Place(**sound)
    if not 0 < place.port < 65536:
        place = replace(place, port=0)
    return replace(place, width=max(place.width, SMALLEST[0]), height=max(place.height, SMALLEST[1]))


def write(file: Path, place: Place) -> None:
    """Keep the place; a folder that cannot be written to costs no more than that."""
    draft = file.with_suffix('.new')
    with suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(asdict(place)), 'utf-8')
        draft.replace(file)
