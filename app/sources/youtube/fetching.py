"""Transcripts from YouTube, through youtube-transcript-api: a session for each fetch, in a thread of its own.

Source of the answers' form: the library, and `videoDetails` of YouTube's player answer; oEmbed where that is missing.
"""

import asyncio
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from app.domain.document import Document
from app.domain.figures import seconds
from app.errors import TranscriptUnavailable
from app.sources.youtube.choosing import Choice, choose, name_of
from app.sources.youtube.faults import from_foreign
from app.sources.youtube.links import thumbnail_url, watch_url
from app.sources.youtube.paragraphs import Caption, paragraphs

if TYPE_CHECKING:
    from youtube_transcript_api import FetchedTranscript
    from youtube_transcript_api.proxies import ProxyConfig

    from app.sources.youtube.session import YouTubeSession

FETCHES_AT_ONCE = 4
"""More at once look to YouTube like a machine."""

OEMBED = 'https://www.youtube.com/oembed'


class YouTube:
    """Fetches transcripts. `timeout` is the seconds one video may take, waiting for a thread included."""

    def __init__(
        self,
        *,
        base_url: str,
        proxy: str = '',
        webshare_username: str = '',
        webshare_password: str = '',
        webshare_locations: tuple[str, ...] = (),
        timeout: float,
    ) -> None:
        self._base_url = base_url
        self._proxy = proxy
        self._webshare = (webshare_username, webshare_password, webshare_locations)
        self._timeout = timeout
        self._turn = asyncio.Semaphore(FETCHES_AT_ONCE)

    async def fetch(self, video_id: str, language: str, *, asked: bool = False) -> Document:
        """Fetch the transcript of a video; with `asked` in exactly this language, translated if need be.

        Cancelling it ends the request.

        Raises:
            TranscriptUnavailable: there is none to be had.
        """
        from app.sources.youtube.session import YouTubeSession  # brings requests along, which the start does not need

        session = YouTubeSession(self._base_url, self._timeout)
        try:
            async with asyncio.timeout(self._timeout), self._turn:
                return await _in_thread(lambda: self._translated(session, video_id, language, asked))
        except TimeoutError as error:
            raise TranscriptUnavailable(reason='timeout', video=video_id) from error
        finally:
            session.give_up()

    def _translated(self, session: 'YouTubeSession', video_id: str, language: str, asked: bool) -> Document:
        """Fetch, with every fault in our own words."""
        with session:
            try:
                return self._fetch(session, video_id, language, asked)
            except TranscriptUnavailable:
                raise
            except Exception as error:
                fault = from_foreign(error, video_id)
                if fault is None:
                    raise
                raise fault from error

    def _fetch(self, session: 'YouTubeSession', video_id: str, language: str, asked: bool) -> Document:
        from youtube_transcript_api import YouTubeTranscriptApi

        tracks = YouTubeTranscriptApi(self._proxy_config(), session).list(video_id)
        choice = choose(tracks, language, asked=asked)
        if choice is None:
            offered = ', '.join(dict.fromkeys(name_of(track) for track in tracks))
            raise TranscriptUnavailable(reason='no_language', video=video_id, language=language, offered=offered)
        passages = paragraphs(_captions(_fetched(session, choice, video_id)))
        if not passages:
            raise _empty(choice, video_id)
        about = _about(session, video_id)
        return Document(
            key=f'youtube:{video_id}:{language}' + (':asked' if asked else ''),
            kind='transcript',
            title=about.pop('title') or video_id,
            url=watch_url(video_id),
            passages=passages,
            fetched_at=datetime.now(UTC),
            data={'video': video_id, **about, **_made(choice)},
        )

    def _proxy_config(self) -> 'ProxyConfig | None':
        from youtube_transcript_api.proxies import GenericProxyConfig, WebshareProxyConfig

        username, password, locations = self._webshare
        if username and password:
            return WebshareProxyConfig(username, password, [*locations])
        return GenericProxyConfig(self._proxy) if self._proxy else None


def _in_thread(work: Callable[[], Document]) -> asyncio.Future[Document]:
    """Run `work` in a thread of its own, which nobody waits for: not the next fetch, nor the end of the process.

    A pool's threads are waited for, and one that waits for YouTube's first byte cannot be woken.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Document] = loop.create_future()

    def settle(result: Document | None, error: BaseException | None) -> None:
        if not future.done():
            future.set_exception(error) if error else future.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        try:
            outcome: tuple[Document | None, BaseException | None] = work(), None
        except BaseException as error:  # all of it belongs to whoever waits
            outcome = None, error
        with suppress(RuntimeError):  # the loop is closed: nobody waits
            loop.call_soon_threadsafe(settle, *outcome)

    threading.Thread(target=run, name='youtube', daemon=True).start()
    return future


def _fetched(session: 'YouTubeSession', choice: Choice, video: str) -> 'FetchedTranscript':
    """Fetch a track. A translation YouTube has none of comes as nothing at all, which is no XML."""
    from xml.etree.ElementTree import ParseError

    session.captions_follow = True
    try:
        return choice.track.fetch()
    except ParseError as error:
        if choice.made != 'translated':
            raise
        raise _empty(choice, video) from error
    finally:
        session.captions_follow = False


def _empty(choice: Choice, video: str) -> TranscriptUnavailable:
    if choice.made != 'translated':
        return TranscriptUnavailable(reason='no_captions', video=video)
    return TranscriptUnavailable(
        reason='empty_translation', video=video, language=choice.language, offered=choice.original
    )


def _captions(fetched: 'FetchedTranscript') -> list[Caption]:
    times = [(each.text, seconds(each.start) or 0.0, seconds(each.duration) or 0.0) for each in fetched]
    return [Caption(text, start, start + duration) for text, start, duration in times]


def _made(choice: Choice) -> dict[str, str]:
    made = {'language': choice.language, 'language_code': choice.track.language_code, 'made': choice.made}
    return made | ({'translated_from': choice.original} if choice.original else {})


def _about(session: 'YouTubeSession', video_id: str) -> dict[str, Any]:
    """Give title, channel, length in seconds and thumbnail, as far as YouTube tells."""
    told = session.player
    title, channel = told.get('title'), told.get('author')
    if not (title and channel):
        embedded = _oembed(session, video_id)
        title, channel = title or embedded.get('title'), channel or embedded.get('author_name')
    about: dict[str, Any] = {'title': str(title or ''), 'thumbnail': thumbnail_url(video_id)}
    if channel:
        about['channel'] = str(channel)
    if str(told.get('lengthSeconds') or '').isdigit():
        about['seconds'] = int(told['lengthSeconds'])
    return about


def _oembed(session: 'YouTubeSession', video_id: str) -> Mapping[str, Any]:
    """Ask what any page may ask; a transcript is worth showing without a title too."""
    try:
        told = session.get(OEMBED, params={'url': watch_url(video_id), 'format': 'json'}).json()
    except Exception as error:
        if from_foreign(error, video_id) is None:
            raise
        return {}
    return told if isinstance(told, dict) else {}
