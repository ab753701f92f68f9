"""What `/youtube` and `/youtube_resumo` share: one video after the other, and going on after an interruption.

When a video is done, a bookmark says so; it is stored in order with the text, so what stands behind it is unfinished.
"""

from collections.abc import AsyncIterator, Callable
from typing import Any

from app.commands.base import Call
from app.commands.video_text import BETWEEN, failed
from app.commands.videos import Videos, read_request, videos_of
from app.domain.delta import Delta, DeltaKind, bookmark, progress, source, step, text
from app.domain.document import Document
from app.errors import SourceError

REMARK_SHOWN = 80
"""Characters of a remark that are named."""

Write = Callable[[Call, Document, str], AsyncIterator[Delta]]
"""Writes about one video. The last argument is what is there of that already."""


async def each_video(call: Call, videos: Videos, write: Write, *, heeds_remarks: bool = False) -> AsyncIterator[Delta]:
    """Let `write` answer for every video of a call. One that cannot be had is said among others, and raised alone.

    What else the person wrote is named as left out, unless `write` heeds it.

    Raises:
        TranscriptUnavailable: it cannot be had, or the call names none.
    """
    request = read_request(call.arguments)
    wanted = videos_of(request)
    if request.remark and not heeds_remarks:
        yield _left_out(call, request.remark)
    done, length = _bookmark(call)
    for number, video in enumerate(wanted[done:], done + 1):
        before = call.content[length:] if number == done + 1 else ''
        length += len(before)
        if number > 1 and not before:
            length += len(BETWEEN)
            yield text(BETWEEN)
        yield progress('fetching_video', number=number, count=len(wanted))
        before = before.removeprefix(BETWEEN)
        try:
            document = await videos.transcript(call, request, video)
        except SourceError as error:
            if len(wanted) == 1:
                raise
            section = _said(text('\n\n' * bool(before) + failed(call.words, video, error)))
        else:
            yield source(document.title, document.url, document.key)
            section = write(call, document, before)
        async for delta in section:
            length += len(delta.text) if delta.kind is DeltaKind.TEXT else 0
            length -= delta.data['characters'] if delta.kind is DeltaKind.RECAST else 0
            yield delta
        yield bookmark(videos=number, length=length)


def _left_out(call: Call, remark: str) -> Delta:
    t = call.words
    shown = remark if len(remark) <= REMARK_SHOWN else remark[:REMARK_SHOWN].rstrip() + '…'
    title = t('Left out: “{words}”').format(words=' '.join(shown.split()))
    return step(title, t('This command knows links, a language (`pt`) behind them, and `--refresh`.'))


async def _said(delta: Delta) -> AsyncIterator[Delta]:
    yield delta


def _bookmark(call: Call) -> tuple[int, int]:
    """Give how many videos are done, and how many characters of the answer that is."""
    marks: list[Any] = [step.data for step in call.steps if not step.title]
    return (int(marks[-1]['videos']), int(marks[-1]['length'])) if marks else (0, 0)
