"""Times that a model cites: links to that moment of the video if it is one of the transcript's, otherwise nothing.

No other link of the model's survives: of what it heard in a video it knows no addresses, so it would make them up.
"""

import re
from collections.abc import Sequence

from app.domain.document import Passage
from app.domain.timestamps import STAMP, seconds_of, stamp
from app.sources.youtube.links import watch_url

_LINK_LIKE = re.compile(r'\[([^\[\]\n]{0,200})\](\([^)\n]{0,500}\)|\[[^\]\n]{0,100}\]|:)?|<(https?:[^>\s]{0,500})>')
_MAYBE_LINK = re.compile(
    r'(\[[^\[\]\n]{0,200}|\[[^\[\]\n]{0,200}\]([(][^)\n]{0,500}|\[[^\]\n]{0,100}\]?)?|<(h|ht|htt|https?(:[^>\s]{0,500})?)?)$'
)
"""The end of a text that may become one with what follows."""

_ONLY_TIMES = re.compile(rf'[\s*_]*{STAMP}(?:\s*[-–—,;]\s*{STAMP})*[\s*_]*')
_TIME = re.compile(STAMP)
_OURS = re.compile(rf'\[({STAMP})\]\(https://www\.youtube\.com/watch\?[^)\s\[]{{0,200}}\)')


class CitedTimes:
    """Checks times in a text that comes in pieces. Without a video there is nothing to link to: times stay as text."""

    def __init__(self, passages: Sequence[Passage], video: str) -> None:
        self._known = {int(passage.start) for passage in passages if passage.start is not None}
        self._video = video
        self._held = ''

    def feed(self, text: str) -> str:
        """Take a piece, and give what can be shown by now."""
        self._held += text
        open_end = _MAYBE_LINK.search(self._held)
        cut = open_end.start() if open_end else len(self._held)
        ready, self._held = self._held[:cut], self._held[cut:]
        return _LINK_LIKE.sub(self._checked, ready)

    def end(self) -> str:
        """Give the rest."""
        ready, self._held = self._held, ''
        return _LINK_LIKE.sub(self._checked, ready)

    def whole(self, text: str) -> str:
        """Check a text that is there as a whole."""
        return _LINK_LIKE.sub(self._checked, text)

    def _checked(self, found: re.Match[str]) -> str:
        label, behind, address = found.groups()
        if address is not None:
            return str(address)
        if _ONLY_TIMES.fullmatch(label):
            times = [seconds_of(time) for time in _TIME.findall(label)]
            return ', '.join(self._written(time) for time in times if time in self._known) + (
                ':' if behind == ':' else ''
            )
        if behind == ':':
            return f'[{label}]\\:'  # not the definition of a link
        return label if behind else found[0]

    def _written(self, seconds: int) -> str:
        time = stamp(seconds)
        return f'[{time}]({watch_url(self._video, seconds)})' if self._video else f'**{time}**'


def as_cited(text: str) -> str:
    """Give a text with its links as the model wrote them, to let it go on from there."""
    return _OURS.sub(r'[\1]', text)
