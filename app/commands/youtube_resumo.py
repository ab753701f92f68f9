"""/youtube_resumo: the summary of a video. What does not fit into the model's context window is read in parts."""

import re
from collections.abc import AsyncIterator

from app.commands.base import Call, Command, command
from app.commands.cited_times import CitedTimes, as_cited
from app.commands.summarising import Summariser, done_parts
from app.commands.video_text import BETWEEN, failed, heading
from app.commands.videos import Videos, read_request, videos_of
from app.domain.delta import Delta, DeltaKind, progress, source, text
from app.domain.document import Document
from app.errors import SourceError

_NEXT_VIDEO = re.compile(re.escape(BETWEEN) + r'(?=### \[[^\n]*\]\(https://www\.youtube\.com/watch\?v=)')


def summary_command(videos: Videos) -> Command:
    """Make the command."""

    @command('youtube_resumo', 'youtube_summary', usage='<link>', asks_model=True, goes_on=True)
    async def youtube_resumo(call: Call) -> AsyncIterator[Delta]:
        """Sum up a YouTube video.

        The model of the conversation reads the transcript and writes a summary in your language, with links to the
        moments it speaks of. A long video is read in parts, and the notes on each can be opened. Afterwards you can
        ask about the video.

        It takes what `/youtube` takes: links, a language, `--refresh`, or a transcript pasted below.
        """
        request = read_request(call.arguments)
        wanted = videos_of(request)
        written = _NEXT_VIDEO.split(call.content) if call.content else []
        for number, video in enumerate(wanted, 1):
            if number < len(written):
                continue  # an earlier run came past it
            yield progress('fetching_video', number=number, count=len(wanted))
            before = written[number - 1] if number == len(written) else ''
            between = BETWEEN if number > 1 and not before else ''
            try:
                document = await videos.transcript(call, request, video)
            except SourceError as error:
                if len(wanted) == 1:
                    raise
                yield text('' if before else between + failed(call.words, video, error))
            else:
                async for delta in _summed_up(call, document, between, before):
                    yield delta

    return youtube_resumo


async def _summed_up(call: Call, document: Document, between: str, before: str) -> AsyncIterator[Delta]:
    """Give the section of one video: `between` and its heading unless `before` is there already, then its summary."""
    yield source(document.title, document.url, document.key)
    head = heading(call.words, document) + '\n\n'
    if not before:
        yield text(between + head)
    times = CitedTimes(document.passages, str(document.data.get('video', '')))
    summariser = Summariser(call.words, call.model, document, done_parts(call.steps, document))
    async for delta in summariser.summary(as_cited(before.removeprefix(head))):
        yield text(times.feed(delta.text)) if delta.kind is DeltaKind.TEXT else delta
    yield text(times.end())
