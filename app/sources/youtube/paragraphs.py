"""Captions are pieces of a few words; people read paragraphs."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.domain.document import Passage

ENOUGH = 350
"""Characters after which a paragraph ends with its sentence."""

TOO_LONG = 700
"""Characters after which it ends anyway: what a machine wrote down often has no full stop."""

PAUSE = 4.0
"""Seconds of silence that end a paragraph which says something already."""

WORTH_A_PAUSE = 80
"""Characters that are something."""

BLINK = 0.1
"""Seconds: nobody reads a caption that short. YouTube's own files have them between two that roll on."""

_SENTENCE_END = re.compile(r'[.!?…。！？]["\'”’)\]]*$')
_SPEAKER = re.compile(r'(>>|[-–—]\s?(?=\w)|[A-ZÀ-Ý][A-ZÀ-Ý .]{1,30}:)')
_UNSEEN = re.compile('[\u200b-\u200f\u2060\ufeff]')


@dataclass(frozen=True, slots=True)
class Caption:
    """What is said between two times, in seconds."""

    text: str
    start: float
    end: float


def paragraphs(captions: Iterable[Caption]) -> tuple[Passage, ...]:
    """Join captions to paragraphs that begin when their first one does."""
    return tuple(
        Passage(' '.join(each.text for each in group), round(group[0].start, 3)) for group in _groups(captions)
    )


def _groups(captions: Iterable[Caption]) -> Iterator[list[Caption]]:
    group: list[Caption] = []
    for caption in _readable(captions):
        if group and _ends(group, caption):
            yield group
            group = []
        group.append(caption)
    if group:
        yield group


def _ends(group: list[Caption], following: Caption) -> bool:
    length = sum(len(each.text) + 1 for each in group)
    last = group[-1]
    return (
        length >= TOO_LONG
        or (length >= ENOUGH and _SENTENCE_END.search(last.text) is not None)
        or (length >= WORTH_A_PAUSE and following.start - last.end >= PAUSE)
        or _SPEAKER.match(following.text) is not None
    )


def _readable(captions: Iterable[Caption]) -> Iterator[Caption]:
    """Clean texts, and leave out what a caption shows only because the one before had it on screen too."""
    shown = ''
    for caption in captions:
        lines = [' '.join(_UNSEEN.sub('', line).split()) for line in caption.text.splitlines()]
        said = [line for line in lines if line]
        if said and said[0] == shown and (len(said) > 1 or caption.end - caption.start < BLINK):
            del said[0]
        if said:
            shown = said[-1]
            yield Caption(' '.join(said), caption.start, caption.end)
