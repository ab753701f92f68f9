"""/youtube: the transcript of a video, paragraph by paragraph."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping

from app.commands.base import Call, Command, Words, command
from app.commands.each_video import each_video
from app.commands.markdown_text import escaped
from app.commands.video_text import heading, language_name
from app.commands.videos import Videos
from app.domain.delta import Delta, text
from app.domain.document import Document, Passage
from app.domain.timestamps import stamp
from app.sources.youtube.links import watch_url

SCREENFUL = 8
"""Paragraphs that go ahead of the others, so that there is something to read while those are made."""

BATCH = 64
"""Paragraphs after which a page gets the time to show them, and other replies get theirs."""

TURN = 0.05
"""Seconds of that."""


def youtube_command(videos: Videos) -> Command:
    """Make the command."""

    @command('youtube', usage='<link>', goes_on=True)
    async def youtube(call: Call) -> AsyncIterator[Delta]:
        """Show the transcript of a YouTube video.

        Give it one link or several, or a video's id. A language after the link (`/youtube <link> en`) asks for that
        language, translated if need be. What was fetched once is kept; `--refresh` fetches it again.

        If YouTube cannot be reached from here, paste a transcript after the command, or drop a `.vtt`, `.srt` or text
        file: `/youtube <link>`, a new line, and the text.
        """
        async for delta in each_video(call, videos, show):
            yield delta

    return youtube


async def show(call: Call, document: Document, before: str) -> AsyncIterator[Delta]:
    """Give a transcript from where `before` ends."""
    pieces = [*written(call.words, document)]
    if not ''.join(pieces).startswith(before):  # it was fetched anew meanwhile
        yield text('\n\n')
        before = ''
    there = len(before)
    for index, piece in enumerate(pieces):
        if there < len(piece):
            yield text(piece[there:])
        there = max(0, there - len(piece))
        if index == SCREENFUL or index % BATCH == BATCH - 1:
            await asyncio.sleep(TURN)


def written(t: Words, document: Document) -> Iterator[str]:
    """Give a transcript as markdown, in pieces: what it is, then its paragraphs."""
    yield '\n\n'.join(filter(None, [heading(t, document), _made(t, document.data)])) + '\n\n'
    video = str(document.data.get('video', ''))
    for index, passage in enumerate(document.passages):
        yield ('\n\n' if index else '') + _paragraph(video, passage)


def _made(t: Words, data: Mapping[str, object]) -> str:
    """Say which captions were taken."""
    sentence = {
        'manual': t('Captions: {language}, made by hand'),
        'generated': t('Captions: {language}, automatic'),
        'translated': t('Captions: {language}, translated from {original} by YouTube'),
        'by_hand': t('Transcript given by hand'),
    }.get(str(data.get('made')), '')
    language, original = (
        escaped(language_name(t, str(data.get(name, '')))) for name in ('language', 'translated_from')
    )
    return f'*{sentence.format(language=language, original=original)}*' if sentence else ''


def _paragraph(video: str, passage: Passage) -> str:
    if passage.start is None:
        return escaped(passage.text)
    time = stamp(passage.start)
    link = f'[{time}]({watch_url(video, passage.start)})' if video else f'**{time}**'
    return f'{link} {escaped(passage.text)}'
