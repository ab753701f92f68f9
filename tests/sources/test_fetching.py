"""Transcripts through the real library and real HTTP, from a stand-in for YouTube."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from app.errors import TranscriptUnavailable
from app.sources.youtube.fetching import FETCHES_AT_ONCE, YouTube
from app.sources.youtube.session import TooLarge, check_captions
from tests.support.http_server import Exchange, HttpServer
from tests.support.youtube_server import TALK, Track, Video, YouTubeServer, spoken

PORTUGUESE = Track('pt-BR', 'Portuguese (Brazil)', spoken('Olá.'))
AUTOMATIC = Track('pt', 'Portuguese', spoken('oi gente'), generated=True)
GERMAN = Track('de', 'German', spoken('Hallo.'), generated=True)
BRITISH = Track('en-GB', 'English (United Kingdom)', spoken('Hello.'))
ENGLISH_HEARD = Track('en', 'English', spoken('hello'), generated=True)
FIXED = Track('fr', 'French', spoken('Bonjour.'), translatable=False)


@pytest.fixture
async def server() -> AsyncIterator[YouTubeServer]:
    async with YouTubeServer() as running:
        yield running


@pytest.fixture(name='youtube')
def client(server: YouTubeServer) -> YouTube:
    return YouTube(base_url=server.url, timeout=5)


async def test_the_transcript_with_everything_youtube_tells(server: YouTubeServer, youtube: YouTube) -> None:
    server.show(Video(TALK))
    document = await youtube.fetch(TALK, 'en')
    assert [(passage.start, passage.text) for passage in document.passages] == [
        (0.0, 'Hello & welcome. This is the talk. Goodbye.')
    ]
    assert (document.key, document.kind, document.title) == (f'youtube:{TALK}:en', 'transcript', 'A talk about tea')
    assert document.url == f'https://www.youtube.com/watch?v={TALK}'
    assert document.data == {
        'video': TALK,
        'channel': 'Tea House',
        'seconds': 754,
        'thumbnail': f'https://i.ytimg.com/vi/{TALK}/hqdefault.jpg',
        'language': 'English',
        'language_code': 'en',
        'made': 'manual',
    }
    assert server.count() == 3


@pytest.mark.parametrize(
    ('tracks', 'language', 'asked', 'code', 'made'),
    [
        ([GERMAN, PORTUGUESE, AUTOMATIC], 'pt-BR', False, 'pt-BR', 'manual'),
        ([GERMAN, AUTOMATIC], 'pt-BR', False, 'pt', 'generated'),
        ([PORTUGUESE, AUTOMATIC], 'pt', False, 'pt-BR', 'manual'),
        ([AUTOMATIC, PORTUGUESE], 'pt-PT', False, 'pt-BR', 'manual'),
        ([PORTUGUESE, GERMAN], 'en', False, 'de', 'generated'),
        ([PORTUGUESE, FIXED], 'en', False, 'pt-BR', 'manual'),
        ([FIXED], 'en', False, 'fr', 'manual'),
        ([GERMAN, PORTUGUESE], 'de', True, 'de', 'generated'),
        ([GERMAN], 'en', True, 'en', 'translated'),
        ([GERMAN], 'pt-BR', True, 'pt', 'translated'),
        ([FIXED], 'fr', True, 'fr', 'manual'),
        ([GERMAN], 'zh', True, 'zh-Hans', 'translated'),
        ([BRITISH, ENGLISH_HEARD], 'en', False, 'en-GB', 'manual'),
    ],
)
async def test_which_captions_are_taken(
    server: YouTubeServer, youtube: YouTube, tracks: list[Track], language: str, asked: bool, code: str, made: str
) -> None:
    server.show(Video(TALK, tracks=tracks))
    document = await youtube.fetch(TALK, language, asked=asked)
    assert (document.data['language_code'], document.data['made']) == (code, made)
    if made == 'translated':
        assert document.data['translated_from'] == 'German'
        assert document.passages[0].text == f'[{code}] Hallo.'


async def test_what_is_asked_for_is_kept_apart_from_what_was_found(server: YouTubeServer, youtube: YouTube) -> None:
    server.show(Video(TALK, tracks=[GERMAN]))
    found, asked = await youtube.fetch(TALK, 'en'), await youtube.fetch(TALK, 'en', asked=True)
    assert (found.key, asked.key) == (f'youtube:{TALK}:en', f'youtube:{TALK}:en:asked')


async def test_a_language_that_cannot_be_had_names_those_there_are(server: YouTubeServer, youtube: YouTube) -> None:
    server.show(Video(TALK, tracks=[FIXED, PORTUGUESE]))
    with pytest.raises(TranscriptUnavailable) as fault:
        await youtube.fetch(TALK, 'ko', asked=True)
    assert fault.value.details['reason'] == 'no_language'
    assert fault.value.details['offered'] == 'French, Portuguese (Brazil)'


@pytest.mark.parametrize(
    ('trouble', 'title', 'channel'), [('no_details', 'A talk about tea', 'Tea House'), ('nameless', TALK, None)]
)
async def test_a_title_the_player_does_not_tell(
    server: YouTubeServer, youtube: YouTube, trouble: str, title: str, channel: str | None
) -> None:
    server.show(Video(TALK, trouble=trouble))
    document = await youtube.fetch(TALK, 'en')
    assert (document.title, document.data.get('channel')) == (title, channel)


async def test_consent_is_given_once(server: YouTubeServer, youtube: YouTube) -> None:
    server.show(Video(TALK, trouble='consent'))
    assert (await youtube.fetch(TALK, 'en')).passages
    assert server.count('/watch') == 2


@pytest.mark.parametrize(
    ('trouble', 'reason'),
    [
        ('unavailable', 'no_video'),
        ('private', 'private_video'),
        ('age', 'age_restricted'),
        ('bot', 'blocked'),
        ('blocked', 'blocked'),
        ('recaptcha', 'blocked'),
        ('unplayable', 'unplayable'),
        ('no_captions', 'no_captions'),
        ('po_token', 'po_token'),
        ('empty_captions', 'po_token'),
        ('broken_captions', 'po_token'),
        ('consent_for_ever', 'consent'),
        ('error', 'refused'),
        ('junk', 'not_understood'),
        ('drop', 'unreachable'),
    ],
)
async def test_everything_that_goes_wrong_has_its_reason(
    server: YouTubeServer, youtube: YouTube, trouble: str, reason: str
) -> None:
    server.show(Video(TALK, trouble=trouble))
    with pytest.raises(TranscriptUnavailable) as fault:
        await youtube.fetch(TALK, 'en')
    assert (fault.value.details['reason'], fault.value.details['video']) == (reason, TALK)
    if trouble == 'unplayable':
        assert fault.value.details['message'] == 'Video unavailable Not in your country.'
    if trouble == 'error':
        assert fault.value.details['message'] == '500 Server Error: Internal Server Error'


@pytest.mark.parametrize('captions', [[], spoken(' ', '\u200b')], ids=['none', 'blank'])
async def test_captions_without_words(
    server: YouTubeServer, youtube: YouTube, captions: list[tuple[float, float, str]]
) -> None:
    server.show(Video(TALK, tracks=[Track('en', 'English', captions)]))
    with pytest.raises(TranscriptUnavailable) as fault:
        await youtube.fetch(TALK, 'en')
    assert fault.value.details['reason'] == 'no_captions'


@pytest.mark.parametrize('trouble', ['empty_translation', 'empty_captions'])
async def test_a_translation_without_words_is_not_taken_for_no_captions(
    server: YouTubeServer, youtube: YouTube, trouble: str
) -> None:
    server.show(Video(TALK, tracks=[Track('en', 'English', spoken('Hello'))], trouble=trouble))
    with pytest.raises(TranscriptUnavailable) as fault:
        await youtube.fetch(TALK, 'pt', asked=True)
    details = fault.value.details
    assert (details['reason'], details['offered']) == ('empty_translation', 'English')


async def test_nobody_there() -> None:
    async with YouTubeServer() as server:
        url = server.url
    with pytest.raises(TranscriptUnavailable) as fault:
        await YouTube(base_url=url, timeout=5).fetch(TALK, 'en')
    assert fault.value.details['reason'] == 'unreachable'


@pytest.mark.parametrize('trouble', ['silent', 'endless'])
async def test_what_takes_too_long_is_given_up(server: YouTubeServer, trouble: str) -> None:
    server.show(Video(TALK, trouble=trouble))
    with pytest.raises(TranscriptUnavailable) as fault:
        await YouTube(base_url=server.url, timeout=0.3).fetch(TALK, 'en')
    assert fault.value.details['reason'] == 'timeout'
    await server.until(lambda: server.requests[-1].disconnected_at)


async def test_cancelling_ends_the_request(server: YouTubeServer, youtube: YouTube) -> None:
    server.show(Video(TALK, trouble='endless'))
    fetch = asyncio.create_task(youtube.fetch(TALK, 'en'))
    await server.until(lambda: server.count('/api/timedtext'))
    fetch.cancel()
    await server.until(lambda: server.requests[-1].disconnected_at)
    with pytest.raises(asyncio.CancelledError):
        await fetch


async def test_fetches_that_hang_hold_up_no_other(server: YouTubeServer) -> None:
    server.show(Video(TALK), Video('silent00000', trouble='silent'))
    youtube = YouTube(base_url=server.url, timeout=5)
    hanging = [asyncio.create_task(youtube.fetch('silent00000', 'en')) for _ in range(FETCHES_AT_ONCE)]
    await server.until(lambda: server.count('/watch') == FETCHES_AT_ONCE)
    waiting = asyncio.create_task(youtube.fetch(TALK, 'en'))
    for fetch in hanging:
        fetch.cancel()
    assert (await waiting).passages
    assert all(
        isinstance(each, asyncio.CancelledError) for each in await asyncio.gather(*hanging, return_exceptions=True)
    )


# --- proxies ----------------------------------------------------------------------------------------------------------


class Proxy(HttpServer):
    """Notes what it is asked to fetch, and fetches nothing."""

    async def handle(self, exchange: Exchange) -> None:
        exchange.answer(502, b'', 'text/plain')


async def test_a_proxy_is_used_and_never_named() -> None:
    async with Proxy() as proxy, YouTubeServer() as server:
        address = proxy.url.replace('http://', 'http://user:secret@')
        with pytest.raises(TranscriptUnavailable) as fault:
            await YouTube(base_url=server.url, proxy=address, timeout=5).fetch(TALK, 'en')
        assert fault.value.details['reason'] == 'refused'
        assert proxy.requests[0].path == f'{server.url}/watch?v={TALK}'
        assert 'proxy-authorization' in proxy.requests[0].headers
        assert server.requests == []
        assert 'secret' not in str(fault.value)


@pytest.mark.parametrize('proxy', ['http://user:secret@127.0.0.1:9', 'nonsense://x', 'socks5://127.0.0.1:9'])
async def test_a_proxy_that_cannot_be_used(server: YouTubeServer, proxy: str) -> None:
    server.show(Video(TALK))
    with pytest.raises(TranscriptUnavailable) as fault:
        await YouTube(base_url=server.url, proxy=proxy, timeout=5).fetch(TALK, 'en')
    assert fault.value.details['reason'] in ('proxy', 'unreachable')
    assert 'secret' not in str(fault.value)
    assert server.requests == []


def test_webshare_as_the_library_has_it() -> None:
    youtube = YouTube(
        base_url='https://www.youtube.com',
        proxy='http://ignored',
        webshare_username='me',
        webshare_password='secret',
        webshare_locations=('br', 'us'),
        timeout=5,
    )
    config = youtube._proxy_config()
    assert config is not None
    assert config.to_requests_dict()['https'] == 'http://me-BR-US-rotate:secret@p.webshare.io:80/'


@pytest.mark.parametrize('captions', ['<t>' + '&lt;' * 20_000 + '</t>', '<t><![CDATA[x]]></t>', '<t>a<!-- </ -->b</t>'])
def test_captions_the_library_would_never_be_done_with_are_refused(captions: str) -> None:
    with pytest.raises(TooLarge):
        check_captions(captions)


def test_captions_of_a_whole_day_are_read() -> None:
    check_captions(
        '<?xml version="1.0"?><transcript>' + '<text start="0">I&amp;#39;m here &lt;i&gt;now</text>' * 50_000
    )
