"""What `/youtube` and `/youtube_resumo` are asked: which videos, in which language; and where their transcripts are."""

import asyncio
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile
from typing import Protocol

from app.commands.base import Call
from app.commands.parts import smaller
from app.domain.document import Document, Passage
from app.domain.timestamps import STAMP
from app.errors import TranscriptUnavailable
from app.sources.youtube.captions import transcript_from_text
from app.sources.youtube.links import thumbnail_url, video_id, watch_url

REFRESH = '--refresh'
LANGUAGE = re.compile(r'[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*')
"""A language tag as YouTube has them (`pt`, `pt-BR`, `zh-Hans`); BCP 47 allows more."""

VIDEO_ID_LENGTH = 11

SHORTEST_TRANSCRIPT = 200
"""Characters from which a text without times is a transcript, and not a mistyped link or a remark."""

LONGEST_REMARK = 2_000
"""Characters up to which a text without times on the line of a link is a remark, and no transcript."""

WORDS_A_PARAGRAPH = 120
"""Words after which a text without times gets a new paragraph: so long are those of captions."""

BETWEEN_LINKS = frozenset({'e', 'and', 'y', 'et', 'und', 'ou', 'or', '&', '+'})
"""Words people write between two links; a language of that name is none of YouTube's."""

_LIST_MARK = re.compile(r'[-*•]|\d{1,2}[.)]')
_MARKDOWN_LINK = re.compile(
    r'!?\[(?:[^\[\]\n]|\[[^\[\]\n]{0,100}\]){0,300}\]\(\s*<?([^()\s<>]{1,2000})>?(?:\s[^()\n]{0,200})?\)'
)
_COMMA = re.compile(r'[,;，；、]')
_TIMES = re.compile(rf'-->|^[^\S\n]*[(\[]?{STAMP}\b', re.MULTILINE)


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
    """What was asked: the videos' ids in order; `language` None for the person's own; a transcript given by hand.

    `remark` is what else the person wrote beside a link: a wish, or a courtesy.
    """

    videos: tuple[str, ...] = ()
    language: str | None = None
    refresh: bool = False
    by_hand: str = ''
    remark: str = ''


class Videos:
    """Gives transcripts: those given by hand, those that are kept, and fetches the others."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    async def transcript(self, call: Call, request: Request, video: str) -> Document:
        """Give the transcript of one video of a request; an empty id is a transcript that belongs to no video.

        Raises:
            TranscriptUnavailable: it cannot be had.
            StorageUnavailable: the database fails.
        """
        known = await _begun_with(call, video)
        if known is None and not (request.refresh or request.by_hand):
            known = await _kept(call, request, video)
        if known is not None:
            return known
        if request.by_hand:
            document = await asyncio.to_thread(_by_hand, call, video, request.by_hand)
        else:
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
    """Read what stands after the command: links, a language, `--refresh`, and behind them a transcript or a remark.

    Raises:
        TranscriptUnavailable: there is something that is none of these.
    """
    lines = arguments.splitlines()
    head = list(takewhile(_is_head, lines))
    rest = lines[len(head) :]
    beside = ''
    if rest and (found := _beside_a_link(rest[0])):
        head.append(found[0])
        beside, rest = found[1], rest[1:]
    words = [(word, _meaning(word)) for line in head for word in _words(line)]
    videos = dict.fromkeys(str(video_id(word)) for word, meaning in words if meaning == 'video')
    languages = [word for word, meaning in words if meaning == 'language']
    said = '\n'.join([beside, *rest]).strip()
    is_remark = bool(videos) and not _may_be_transcript(said, SHORTEST_TRANSCRIPT if not beside else LONGEST_REMARK)
    if said:
        _refuse_unless_usable(said, videos=len(videos), is_remark=is_remark)
    return Request(
        videos=tuple(videos),
        language=languages[-1] if languages else None,
        refresh=(REFRESH, 'refresh') in words,
        by_hand='' if is_remark else said,
        remark=said.strip(' ,;') if is_remark else '',
    )


def _may_be_transcript(text: str, shortest: int = SHORTEST_TRANSCRIPT) -> bool:
    """Tell a transcript from something the person wants to say about the video."""
    return len(text) >= shortest or _TIMES.search(text) is not None


def _refuse_unless_usable(said: str, *, videos: int, is_remark: bool) -> None:
    """Refuse a mistyped link, and a transcript that belongs to nothing or to too many."""
    if is_remark:
        if wrong := next((word for word in said.split() if _looks_like_address(word) and not video_id(word)), ''):
            raise TranscriptUnavailable(reason='not_a_video', video=wrong[:80])
        return
    if not (videos or _may_be_transcript(said)):
        raise TranscriptUnavailable(reason='not_a_video', video=_wrong_word(said.partition('\n')[0]))
    if videos > 1:
        raise TranscriptUnavailable(reason='one_video')


def _is_head(line: str) -> bool:
    """Tell whether a line belongs to the request: it is empty, or all in it has a meaning and something is more than a
    short word, which might be a language or the beginning of a transcript.
    """
    meanings = [_meaning(word) for word in _words(line)]
    return all(meanings) and (not meanings or not {*meanings} <= {'language', 'between'})


def _beside_a_link(line: str) -> tuple[str, str] | None:
    """Part a line into its links and what else was written there; None if it has no link."""
    words = _words(line)
    links = [word for word in words if len(word) > VIDEO_ID_LENGTH and video_id(word)]
    if not links and not (words and video_id(words[0])):
        return None
    links = links or words[:1]
    head = [word for word in words if word in links or word == REFRESH]
    return ' '.join(head), ' '.join(word for word in words if word not in head)


def _words(line: str) -> list[str]:
    """Cut a line into words: of a link in Markdown its address, of several with commas between them each one."""
    words: list[str] = []
    for word in _MARKDOWN_LINK.sub(r' \1 ', line).split():
        parts = [part for part in _COMMA.split(word) if part]
        words += parts if all(map(_meaning, parts)) else [word]
    return words


def _meaning(word: str) -> str:
    """Say what a word asks for: `refresh`, `language`, `video`, `between` two links, or nothing we know."""
    if word == REFRESH:
        return 'refresh'
    if word.casefold() in BETWEEN_LINKS or _LIST_MARK.fullmatch(word):
        return 'between'
    if LANGUAGE.fullmatch(word) and len(word) < VIDEO_ID_LENGTH:
        return 'language'
    return 'video' if video_id(word) else ''


def _looks_like_address(word: str) -> bool:
    return '://' in word or word.startswith('www.')


def _wrong_word(line: str) -> str:
    return next((word for word in line.split() if not _meaning(word)), line)[:80]


async def _begun_with(call: Call, video: str) -> Document | None:
    """Give the very transcript an answer was begun with that goes on now, whatever was fetched since then."""
    address = watch_url(video) if video else ''
    for source in reversed(call.sources):
        if source.key and source.url == address:
            return await call.documents.find(source.key)
    return None


async def _kept(call: Call, request: Request, video: str) -> Document | None:
    """Give the transcript that is kept; of one given by hand and one that was fetched, the newer."""
    if request.language is not None:
        return await call.documents.find(f'youtube:{video}:{request.language}:asked')
    keys = hand_key(video), f'youtube:{video}:{call.words.language}'
    found = [document for key in keys if (document := await call.documents.find(key))]
    return max(found, key=lambda document: document.fetched_at, default=None)


def hand_key(video: str) -> str:
    """Give the key of a transcript that was given by hand for a video."""
    return f'youtube:{video}:by-hand'


def _by_hand(call: Call, video: str, text: str) -> Document:
    passages = (*smaller(transcript_from_text(text), WORDS_A_PARAGRAPH),)
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
