"""/youtube_resumo: the summary of a video. What does not fit into the model's context window is read in parts."""

from collections.abc import AsyncIterator

from app.commands.base import Call, Command, command
from app.commands.cited_times import CitedTimes, as_cited
from app.commands.each_video import each_video
from app.commands.summarising import Summariser, done_parts
from app.commands.video_text import heading
from app.commands.videos import Videos, read_request
from app.domain.delta import Delta, DeltaKind, recast, text
from app.domain.document import Document


def summary_command(videos: Videos) -> Command:
    """Make the command."""

    @command('youtube_resumo', 'youtube_summary', usage='<link>', asks_model=True, goes_on=True)
    async def youtube_resumo(call: Call) -> AsyncIterator[Delta]:
        """Sum up a YouTube video.

        The model of the conversation reads the transcript and writes a summary in your language, with links to the
        moments it speaks of. A long video is read in parts, and the notes on each can be opened. Afterwards you can
        ask about the video.

        It takes what `/youtube` takes: links, a language, `--refresh`, or a transcript pasted below. What else you
        write beside the link goes to the model as a wish: `/youtube_resumo <link> in three lines`.
        """
        async for delta in each_video(call, videos, sum_up, heeds_remarks=True):
            yield delta

    return youtube_resumo


async def sum_up(call: Call, document: Document, before: str) -> AsyncIterator[Delta]:
    """Give a heading and the summary below it, from where `before` ends."""
    head = heading(call.words, document) + '\n\n'
    if not before:
        yield text(head)
    times = CitedTimes(document.passages, str(document.data.get('video', '')))
    done, wish = done_parts(call.steps, document), read_request(call.arguments).remark
    summariser = Summariser(call.words, call.model, document, times, done, wish=wish)
    summary = before.removeprefix(head)
    length = len(summary)
    async for delta in summariser.summary(as_cited(summary)):
        if delta.kind is DeltaKind.TEXT:
            shown = times.feed(delta.text)
        elif delta.kind is DeltaKind.RECAST:
            shown = times.end()
        else:
            yield delta
            continue
        length += len(shown)
        yield text(shown)
        if delta.kind is DeltaKind.RECAST:
            yield recast(length)
            length = 0
    yield text(times.end())
