"""What `/youtube` and `/youtube_resumo` are asked: which videos, in which language; and where their transcripts are."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile
from typing import Protocol

from app.commands.base import Call
from app.domain.document import Document, Passage
from app.errors import TranscriptUnavailable
from app.sources.youtube.captions import transcript_from_text
from app.sources.youtube.links import thumbnail_url, video_id, watch_url

REFRESH = '--refresh'
LANGUAGE = re.compile(r'[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*')
"""A language tag as YouTube has them (`pt`, `pt-BR`, `zh-Hans`); BCP 47 allows more."""

VIDEO_ID_LENGTH = 11

SHORTEST_TRANSCRIPT = 200
"""Characters from which a single line is a transcript given by hand, and not a mistyped link."""


class Fetcher(Protocol):
    """Gets transcripts from YouTube."""

    async def fetch(self, video_id: str, language: str, *, asked: bool = False) -> Document:
        """Fetch one; with `asked` in exactly this language, translated if need be.

        Raises:
            TranscriptUnavailable: there is none to be had.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked: the videos' ids in order; `language` None for the person's own; a transcript given by hand."""

    videos: tuple[str, ...] = ()
    language: str | None = None
    refresh: bool = False
    by_hand: str = ''


class Videos:
    """Gives transcripts: those given by hand, those that are kept, and fetches the others."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    async def find(self, call: Call) -> list[Document]:
        """Give the transcripts of all videos a call names.

        Raises:
            TranscriptUnavailable: one of them cannot be had, or no video is named.
        """
        request = read_request(call.arguments)
        return [await self.transcript(call, request, video) for video in videos_of(request)]

    async def transcript(self, call: Call, request: Request, video: str) -> Document:
        """Give the transcript of one video of a request; an empty id is a transcript that belongs to no video.

        Raises:
            TranscriptUnavailable: it cannot be had.
            StorageUnavailable: the database fails.
        """
        if request.by_hand:
            document = _by_hand(call, video, request.by_hand)
        else:
            kept = None if request.refresh and not (call.content or call.steps) else await _kept(call, request, video)
            if kept is not None:
                return kept
            language, asked = request.language or call.words.language, request.language is not None
            document = await self._fetcher.fetch(video, language, asked=asked)
        await call.documents.keep(document)
        return document


def videos_of(request: Request) -> tuple[str, ...]:
    """Give the ids of what is to be shown; the empty one stands for a transcript without a video.

    Raises:
        TranscriptUnavailable: nothing was given.
    """
    if not request.videos and not request.by_hand:
        raise TranscriptUnavailable(reason='no_link')
    return request.videos or ('',)


def read_request(arguments: str) -> Request:
    """Read what stands after the command: links, a language, `--refresh`, and from the first other line a transcript.

    Raises:
        TranscriptUnavailable: there is something that is none of these.
    """
    lines = arguments.splitlines()
    head = list(takewhile(_is_head, lines))
    words = [(word, _meaning(word)) for line in head for word in line.split()]
    videos = dict.fromkeys(str(video_id(word)) for word, meaning in words if meaning == 'video')
    languages = [word for word, meaning in words if meaning == 'language']
    by_hand = '\n'.join(lines[len(head) :]).strip()
    if by_hand and '\n' not in by_hand and len(by_hand) < SHORTEST_TRANSCRIPT:
        raise TranscriptUnavailable(reason='not_a_video', video=_wrong_word(by_hand))
    if by_hand and len(videos) > 1:
        raise TranscriptUnavailable(reason='one_video')
    return Request(
        videos=tuple(videos),
        language=languages[-1] if languages else None,
        refresh=(REFRESH, 'refresh') in words,
        by_hand=by_hand,
    )


def _is_head(line: str) -> bool:
    """Tell whether a line belongs to the request: it is empty, or all in it has a meaning and something is more than a
    short word, which might be a language or the beginning of a transcript.
    """
    meanings = [_meaning(word) for word in line.split()]
    return all(meanings) and (not meanings or {*meanings} != {'language'})


def _meaning(word: str) -> str:
    """Say what a word asks for: `refresh`, `language`, `video`, or nothing we know."""
    if word == REFRESH:
        return 'refresh'
    if LANGUAGE.fullmatch(word) and len(word) < VIDEO_ID_LENGTH:
        return 'language'
    return 'video' if video_id(word) else ''


def _wrong_word(line: str) -> str:
    return next((word for word in line.split() if _meaning(word) != 'video'), line)[:80]


async def _kept(call: Call, request: Request, video: str) -> Document | None:
    """Give the transcript that is kept. One given by hand is better than none, and it was given for a reason."""
    if request.language is not None:
        return await call.documents.find(f'youtube:{video}:{request.language}:asked')
    by_hand = await call.documents.find(hand_key(video))
    return by_hand or await call.documents.find(f'youtube:{video}:{call.words.language}')


def hand_key(video: str) -> str:
    """Give the key of a transcript that was given by hand for a video."""
    return f'youtube:{video}:by-hand'


def _by_hand(call: Call, video: str, text: str) -> Document:
    passages = transcript_from_text(text)
    if not passages:
        raise TranscriptUnavailable(reason='no_transcript', video=video)
    digest = hashlib.sha256(text.encode(errors='replace')).hexdigest()[:16]
    data = {'video': video, 'made': 'by_hand'} | ({'thumbnail': thumbnail_url(video)} if video else {})
    return Document(
        key=hand_key(video) if video else f'transcript:{digest}',
        kind='transcript',
        title=_title(call, video, passages),
        url=watch_url(video) if video else '',
        passages=passages,
        fetched_at=datetime.now(UTC),
        data=data,
    )


def _title(call: Call, video: str, passages: tuple[Passage, ...]) -> str:
    """Name it: nobody said what the video is called."""
    t = call.words
    if video:
        return t('Video {video}').format(video=video)
    beginning = ' '.join(passages[0].text.split()[:6])
    return t('Transcript: {beginning}…').format(beginning=beginning[:60])
