"""Transcripts that people give by hand: WebVTT, SubRip, a copy of YouTube's own transcript panel, or plain text."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from io import StringIO

from app.domain.document import Passage
from app.domain.timestamps import STAMP, seconds_of
from app.sources.youtube.paragraphs import Caption, paragraphs

_TIMING = re.compile(r'^[^\S\n]*(?:\d+:)?\d+:\d+([.,])\d+[^\S\n]*-->', re.MULTILINE)
_STAMPED = re.compile(rf'^\s*[(\[]?({STAMP})[)\]]?(?:\s*[-–—:]?\s+(.*))?$')
SHARE_OF_STAMPS = 0.2
"""The part of the lines that must begin with a time, so that a text which names a time now and then stays a text."""

_BLANK_LINES = re.compile(r'\n\s*\n')


def transcript_from_text(text: str) -> tuple[Passage, ...]:
    """Read a transcript in whichever of the forms it has; empty if there is no word in it."""
    text = text.lstrip('\ufeff').replace('\r\n', '\n').replace('\r', '\n').strip()
    if timing := _TIMING.search(text):
        if passages := paragraphs(_timed(text, subrip=timing[1] == ',')):
            return passages
        text = '\n'.join(line for line in text.splitlines() if not _TIMING.match(line))  # broken: the words are left
    lines = [line for line in text.splitlines() if line.strip()]
    stamped = sum(_STAMPED.match(line) is not None for line in lines)
    if stamped and (stamped >= SHARE_OF_STAMPS * len(lines) or _STAMPED.match(lines[0])):
        return paragraphs(_up_to_the_next([*_stamped(lines)]))
    parts = [' '.join(part.split()) for part in _BLANK_LINES.split(text)]
    return tuple(Passage(part) for part in parts if part)


def _timed(text: str, *, subrip: bool) -> Iterator[Caption]:
    """Read WebVTT or SubRip; files that were cut or mixed up on their way lose as little as possible."""
    from webvtt import WebVTT  # here, because the start does not need it
    from webvtt.errors import MalformedCaptionError, MalformedFileError

    if not subrip and not text.startswith('WEBVTT'):
        text = f'WEBVTT\n\n{text}'
    try:
        found = WebVTT.from_buffer(StringIO(text), format='srt' if subrip else 'vtt')
    except (MalformedFileError, MalformedCaptionError):
        return
    for caption in found.captions:
        start, end = (time.in_milliseconds() / 1000 for time in (caption.start_time, caption.end_time))
        yield Caption(_unescaped(caption.text), start, end)


def _unescaped(text: str) -> str:
    try:
        return unescape(text)
    except ValueError:  # the number of a character has thousands of digits
        return text


def _stamped(lines: list[str]) -> Iterator[Caption]:
    """Read lines that begin with a time, or follow one: what the transcript panel gives when it is copied.

    What stands before the first time is the panel's own head.
    """
    time: int | None = None
    for line in lines:
        found = _STAMPED.match(line)
        if found:
            time = seconds_of(found[1])
        said = found[2] or '' if found else line
        if said.strip() and time is not None:
            yield Caption(said, time, time)


def _up_to_the_next(captions: list[Caption]) -> Iterator[Caption]:
    """Let each last until the next begins: nobody said when it ends."""
    for each, following in zip(captions, [*captions[1:], *captions[-1:]], strict=True):
        yield replace(each, end=following.start)
