"""A stand-in for YouTube, as far as a transcript needs it: watch page, player, caption tracks, consent, oEmbed.

Its answers name YouTube's own host, as the real ones do; whoever asks must know that it stands somewhere else.
What a video is called, who speaks and what is wrong with it is said by `Video`. In a test:
`async with YouTubeServer() as youtube: youtube.show(Video('dQw4w9WgXcQ')) … youtube.url, youtube.requests`.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.http_server import Exchange, Handler, HttpServer

HTML = 'text/html; charset=utf-8'
API_KEY = 'AIzaSyTest_Key-1'
TALK = 'dQw4w9WgXcQ'
"""The id of a video most tests can use."""

Line = tuple[float, float, str]
"""Start and duration in seconds, and what is said."""


def spoken(*texts: str, every: float = 4) -> list[Line]:
    """Let texts be said one after the other."""
    return [(number * every, every, text) for number, text in enumerate(texts)]


def lecture(words: int, seconds: float = 10_800) -> list[Line]:
    """Make a long talk of numbered words, five in a caption, a sentence in every fourth."""
    count = words // 5
    every = seconds / count
    return [
        (
            number * every,
            every,
            ' '.join(f'w{number * 5 + each}' for each in range(5)) + ('.' if number % 4 == 3 else ''),
        )
        for number in range(count)
    ]


@dataclass(frozen=True)
class Track:
    """Captions in one language."""

    code: str
    name: str
    lines: list[Line]
    generated: bool = False
    translatable: bool = True


ENGLISH = Track('en', 'English', spoken('Hello & welcome.', 'This is <b>the</b> talk.', 'Goodbye.'))


@dataclass(frozen=True)
class Video:
    """A video. `trouble` names what goes wrong with it, see `YouTubeServer`."""

    id: str
    title: str = 'A talk about tea'
    channel: str = 'Tea House'
    seconds: int = 754
    tracks: list[Track] = field(default_factory=lambda: [ENGLISH])
    trouble: str = ''


UNPLAYABLE = {
    'unavailable': {'status': 'ERROR', 'reason': 'This video is unavailable'},
    'private': {'status': 'LOGIN_REQUIRED', 'reason': 'This is a private video. Please sign in to verify.'},
    'age': {'status': 'LOGIN_REQUIRED', 'reason': 'This video may be inappropriate for some users.'},
    'bot': {'status': 'LOGIN_REQUIRED', 'reason': 'Sign in to confirm you’re not a bot'},
    'unplayable': {
        'status': 'UNPLAYABLE',
        'reason': 'Video unavailable',
        'errorScreen': {'playerErrorMessageRenderer': {'subreason': {'runs': [{'text': 'Not in your country.'}]}}},
    },
}
"""What the player says of videos it does not play, by their trouble."""


class YouTubeServer(HttpServer):
    """The server. Beside `UNPLAYABLE` it knows these troubles:

    `consent` (once, then the cookie counts), `consent_for_ever`, `no_captions`, `blocked` (429), `recaptcha`,
    `po_token` (in the address of the captions), `empty_captions`, `empty_translation` (captions without a word),
    `broken_captions`, `error` (500), `junk` (a player that answers no JSON), `no_details` (only oEmbed knows the
    title), `nameless` (nobody does), `silent` (never answers), `endless` (captions that never end), `drop` (breaks the
    connection off).
    """

    def __init__(self) -> None:
        super().__init__()
        self.videos: dict[str, Video] = {}
        self._routes: dict[str, Handler] = {
            '/watch': self._watch,
            '/youtubei/v1/player': self._player,
            '/api/timedtext': self._captions,
            '/oembed': self._oembed,
        }

    def show(self, *videos: Video) -> None:
        """Put videos there."""
        self.videos |= {video.id: video for video in videos}

    def count(self, path: str = '') -> int:
        """Count the requests whose path begins so."""
        return sum(record.path.startswith(path) for record in self.requests)

    async def handle(self, exchange: Exchange) -> None:
        handler = self._routes.get(urlsplit(exchange.record.path).path)
        if handler is None:
            exchange.answer(404, b'not found', HTML)
            return
        await handler(exchange)

    async def _watch(self, exchange: Exchange) -> None:
        video = self._video(exchange, asked(exchange, 'v'))
        match video.trouble:
            case 'blocked':
                exchange.answer(429, b'', HTML)
            case 'error':
                exchange.answer(500, b'', HTML)
            case 'drop':
                exchange.drop()
            case 'silent':
                await asyncio.Event().wait()
            case 'recaptcha':
                exchange.answer(200, b'<div class="g-recaptcha"></div>', HTML)
            case trouble if wants_consent(exchange, trouble):
                exchange.answer(200, b'<form action="https://consent.youtube.com/s"><input name="v" value="cb1">', HTML)
            case _:
                exchange.answer(200, f'<script>{{"INNERTUBE_API_KEY":"{API_KEY}"}}</script>'.encode(), HTML)

    async def _player(self, exchange: Exchange) -> None:
        video = self._video(exchange, str(exchange.data.get('videoId')))
        if video.trouble == 'junk':
            exchange.answer(200, b'<html>no', HTML)
            return
        answer: dict[str, Any] = {'playabilityStatus': UNPLAYABLE.get(video.trouble, {'status': 'OK'})}
        if video.trouble not in {*UNPLAYABLE, 'no_details', 'nameless'}:
            answer['videoDetails'] = {
                'videoId': video.id,
                'title': video.title,
                'author': video.channel,
                'lengthSeconds': str(video.seconds),
            }
        if video.tracks and video.trouble != 'no_captions':
            answer['captions'] = {'playerCaptionsTracklistRenderer': track_list(video)}
        exchange.answer(200, answer)

    async def _captions(self, exchange: Exchange) -> None:
        video = self._video(exchange, asked(exchange, 'v'))
        match video.trouble:
            case 'empty_captions':
                exchange.answer(200, b'', 'text/xml')
            case 'broken_captions':
                exchange.answer(200, b'<transcript><text start="x"', 'text/xml')
            case 'endless':
                exchange.start('text/xml')
                while True:
                    exchange.write([b'<transcript>'])
                    await asyncio.sleep(0.02)
            case _:
                exchange.answer(200, ''.join(xml(said(exchange, video))).encode(), 'text/xml; charset=UTF-8')

    async def _oembed(self, exchange: Exchange) -> None:
        video = self._video(exchange, parse_qs(urlsplit(asked(exchange, 'url')).query)['v'][0])
        if video.trouble == 'nameless':
            exchange.answer(401, b'Unauthorized', 'text/plain')
        else:
            exchange.answer(200, {'title': video.title, 'author_name': video.channel, 'type': 'video'})

    def _video(self, exchange: Exchange, video_id: str) -> Video:
        return self.videos.get(video_id) or Video(video_id, trouble='unavailable')


def asked(exchange: Exchange, name: str) -> str:
    """Give a value of the query."""
    return parse_qs(urlsplit(exchange.record.path).query).get(name, [''])[0]


def wants_consent(exchange: Exchange, trouble: str) -> bool:
    agreed = 'CONSENT=YES+cb1' in exchange.record.headers.get('cookie', '')
    return trouble == 'consent_for_ever' or (trouble == 'consent' and not agreed)


def track_list(video: Video) -> dict[str, Any]:
    """Write which captions there are, in the form of the player's answer."""
    extra = '&exp=xpe' if video.trouble == 'po_token' else ''
    return {
        'captionTracks': [
            {
                'baseUrl': f'https://www.youtube.com/api/timedtext?v={video.id}&lang={track.code}{extra}'
                + ('&kind=asr' if track.generated else ''),
                'name': {'runs': [{'text': track.name + (' (auto-generated)' if track.generated else '')}]},
                'languageCode': track.code,
                'isTranslatable': track.translatable,
                **({'kind': 'asr'} if track.generated else {}),
            }
            for track in video.tracks
        ],
        'translationLanguages': [
            {'languageCode': code, 'languageName': {'runs': [{'text': name}]}}
            for code, name in (('en', 'English'), ('pt', 'Portuguese'), ('de', 'German'), ('zh-Hans', 'Chinese'))
        ],
    }


def said(exchange: Exchange, video: Video) -> list[Line]:
    """Give the lines that were asked for; a translated one says so."""
    wanted = asked(exchange, 'lang'), asked(exchange, 'kind') == 'asr'
    track = next(track for track in video.tracks if (track.code, track.generated) == wanted)
    language = asked(exchange, 'tlang')
    if language and video.trouble == 'empty_translation':
        return []
    return [(start, duration, f'[{language}] {text}' if language else text) for start, duration, text in track.lines]


def xml(lines: list[Line]) -> Iterator[str]:
    """Write captions as YouTube does: what is markup in the text is escaped twice."""
    yield '<?xml version="1.0" encoding="utf-8" ?><transcript>'
    for start, duration, text in lines:
        yield f'<text start="{start:.3f}" dur="{duration:.3f}">{escape(escape(text, quote=False), quote=False)}</text>'
    yield '</transcript>'
