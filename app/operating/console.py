"""Where commands speak: sentences in the person's language, and how far something is."""

import sys
from typing import TextIO

from app.operating.printing import tell
from app.ui.translations import Translator

STEP = 0.1
"""Part of the whole after which progress is told again where lines cannot be written over."""


class Console:
    """Standard output. On a terminal the progress stays on one line."""

    def __init__(self, t: Translator, out: TextIO | None = sys.stdout) -> None:
        self.t = t
        self._out = out
        self._on_terminal = out is not None and out.isatty()
        self._progress = ''
        self._told = -1.0

    def say(self, sentence: str) -> None:
        """Write a line."""
        self._end_progress()
        tell(sentence, self._out)

    def progress(self, what: str, part: float) -> None:
        """Tell how much of something is done, from 0 to 1."""
        if what != self._progress:
            self._end_progress()
            self._progress, self._told = what, -1.0
        if part < 1 and part - self._told < (0.01 if self._on_terminal else STEP):
            return
        self._told = part
        beginning, end = ('\r', '') if self._on_terminal else ('', '\n')
        tell(f'{beginning}{what} {part:4.0%}', self._out, end)

    def _end_progress(self) -> None:
        if self._progress and self._on_terminal:
            tell('', self._out)
        self._progress = ''
