"""Times that a model cites: links to that moment of the video if it is one of the transcript's, otherwise nothing."""

import re
from collections.abc import Sequence

from app.domain.document import Passage
from app.domain.timestamps import STAMP, seconds_of, stamp
from app.sources.youtube.links import watch_url

_CITED = re.compile(rf'\[[^\S\n]*({STAMP}(?:[^\S\n]*[-–—,;][^\S\n]*{STAMP})*)[^\S\n]*\](?:\([^)\n]*\))?')
_TIME = re.compile(STAMP)
_MAYBE_CITED = re.compile(r'\[[^\]\n]{0,60}(?:\](?:\([^)\n]{0,200})?)?$')
"""The end of a text that may become one with what follows."""

_LINK = re.compile(rf'\[({STAMP})\]\(https://www\.youtube\.com/watch\?[^)\s]*\)')


class CitedTimes:
    """Checks times in a text that comes in pieces. Without a video there is nothing to link to: times stay as text."""

    def __init__(self, passages: Sequence[Passage], video: str) -> None:
        self._known = {int(passage.start) for passage in passages if passage.start is not None}
        self._video = video
        self._held = ''

    def feed(self, text: str) -> str:
        """Take a piece, and give what can be shown by now."""
        self._held += text
        open_end = _MAYBE_CITED.search(self._held)
        cut = open_end.start() if open_end else len(self._held)
        ready, self._held = self._held[:cut], self._held[cut:]
        return _CITED.sub(self._checked, ready)

    def end(self) -> str:
        """Give the rest."""
        ready, self._held = self._held, ''
        return _CITED.sub(self._checked, ready)

    def _checked(self, found: re.Match[str]) -> str:
        times = [seconds_of(time) for time in _TIME.findall(found[1])]
        return ', '.join(self._written(time) for time in times if time in self._known)

    def _written(self, seconds: int) -> str:
        time = stamp(seconds)
        return f'[{time}]({watch_url(self._video, seconds)})' if self._video else f'**{time}**'


def as_cited(text: str) -> str:
    """Give a text with its links as the model wrote them, to let it go on from there."""
    return _LINK.sub(r'[\1]', text)
