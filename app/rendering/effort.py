"""How much work a parse may be: counted in steps, so that the same text gets equally far on any machine at any time."""

STEP_CHARACTERS, STEP_LINES = 50, 4
"""How many count as a step, for what is done to all of them. A step takes 5 to 15 µs of CPU."""

STEP_ESCAPED = 10
"""How many ampersands and no-break spaces do: what makes HTML safe takes time with the square of those in one text."""

WHOLE = 250_000
"""Steps for a whole text, at most about 2.5 s: 100 kB of prose ask for 20,000, of wide tables for 120,000.

The densest text (`**a** *b*`, 1.2 steps a character) is rendered up to 100 kB in one paragraph.
"""


class Exhausted(Exception):
    """Raised when a paragraph asks for more steps than it may have."""


class Effort:
    """What is left of a number of steps. `short` tells whether they did not suffice, so that something stayed plain.

    A paragraph may use one part in `share` of what is left when it begins.
    """

    __slots__ = ('_share', '_stop', 'left', 'short')

    def __init__(self, steps: int = WHOLE, share: int = 2) -> None:
        self.left = steps
        self.short = False
        self._share = share
        self._stop = 0

    def spend(self, steps: int = 1) -> bool:
        """Take steps away; False if none are left."""
        self.left -= steps
        if self.left <= 0:
            self.short = True
        return self.left > 0

    def begin(self, text: str) -> bool:
        """Count what is done to every text; False if not even that is left."""
        escaped = text.count('&') + text.count('\xa0')
        return self.spend(len(text) // STEP_CHARACTERS + text.count('\n') // STEP_LINES + escaped // STEP_ESCAPED)

    def begin_part(self) -> None:
        """Let what follows use its share of what is left (a half), so that one bad paragraph spoils no others."""
        self._stop = self.left - self.left // self._share

    def step(self, steps: int = 1) -> None:
        """Count steps of a part.

        Raises:
            Exhausted: it has none left.
        """
        self.left -= steps
        if self.left < self._stop:
            self.short = True
            raise Exhausted
