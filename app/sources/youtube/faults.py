"""Everything that goes wrong between us and YouTube, as one of our exceptions. The only such map there is.

By class name along the whole line of ancestors, so that nothing need be imported before it is used.
"""

from collections.abc import Mapping

from app.errors import TranscriptUnavailable

FAULTS: Mapping[str, str] = {
    # youtube_transcript_api
    'VideoUnavailable': 'no_video',
    'InvalidVideoId': 'not_a_video',
    'TranscriptsDisabled': 'no_captions',
    'NoTranscriptFound': 'no_language',
    'NotTranslatable': 'no_language',
    'TranslationLanguageNotAvailable': 'no_language',
    'AgeRestricted': 'age_restricted',
    'IpBlocked': 'blocked',
    'RequestBlocked': 'blocked',
    'PoTokenRequired': 'po_token',
    'FailedToCreateConsentCookie': 'consent',
    'VideoUnplayable': 'unplayable',
    'YouTubeRequestFailed': 'refused',
    'YouTubeDataUnparsable': 'not_understood',
    'CouldNotRetrieveTranscript': 'not_understood',
    'CookieError': 'not_understood',
    'CookieInvalid': 'not_understood',
    'CookiePathInvalid': 'not_understood',
    'YouTubeTranscriptApiException': 'not_understood',
    'InvalidProxyConfig': 'proxy',
    # requests, which the library uses, and ours
    'ProxyError': 'proxy',
    'InvalidProxyURL': 'proxy',
    'InvalidSchema': 'proxy',
    'MissingSchema': 'proxy',
    'InvalidURL': 'proxy',
    'SSLError': 'unreachable',
    'Timeout': 'timeout',
    'ConnectionError': 'unreachable',
    'RequestException': 'unreachable',
    'Ended': 'timeout',
    'TimeoutError': 'timeout',
    'TooLarge': 'not_understood',
    # what an answer that is none leads to
    'ParseError': 'po_token',  # YouTube answers with nothing at all where it wants such a token
    'EntitiesForbidden': 'not_understood',
    'DefusedXmlException': 'not_understood',
    'JSONDecodeError': 'not_understood',
    'LookupError': 'not_understood',
    'ValueError': 'not_understood',
    'TypeError': 'not_understood',
    'AttributeError': 'not_understood',
    'RetryError': 'blocked',
    'HTTPError': 'refused',
}

PRIVATE = 'private'
"""What YouTube's English reason holds for a video that is."""

LONGEST_MESSAGE = 200
"""Characters of YouTube's own words that are kept."""


def from_foreign(error: BaseException, video: str, **details: str) -> TranscriptUnavailable | None:
    """Translate an exception; None for one that has nothing to do with YouTube."""
    reason = next((FAULTS[kind.__name__] for kind in type(error).__mro__ if kind.__name__ in FAULTS), None)
    if reason is None:
        return None
    message = _words(error)
    if reason == 'unplayable' and PRIVATE in message.casefold():
        reason = 'private_video'
    return TranscriptUnavailable(reason=reason, video=video, message=message, **details)


def _words(error: BaseException) -> str:
    """Give what YouTube says about it; the library's own words are for programmers, and a proxy's hold its password."""
    said = getattr(error, 'reason', None)
    more = ' '.join(getattr(error, 'sub_reasons', ()))
    return f'{said.partition(" for url")[0]} {more}'.strip()[:LONGEST_MESSAGE] if isinstance(said, str) else ''
