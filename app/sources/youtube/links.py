"""Addresses of videos: every usual form of a link to one, and the links we make."""

import re
from urllib.parse import parse_qs, urlsplit

VIDEO_ID = re.compile(r'[A-Za-z0-9_-]{11}')
HOSTS = frozenset({'youtube.com', 'm.youtube.com', 'music.youtube.com', 'gaming.youtube.com', 'youtube-nocookie.com'})
SHORT_HOST = 'youtu.be'
FOLDERS = frozenset({'shorts', 'live', 'embed', 'v', 'e', 'watch'})
"""Parts of a path after which the id comes."""

AROUND = '<>()[]{}"\'“”‘’«»,.;:!?…。！？*~`'
"""What clings to a link that was copied out of a sentence."""


def video_id(word: str) -> str | None:
    """Give the id of the video that a link or an id names; None if it names none."""
    word = word.strip(AROUND)
    if VIDEO_ID.fullmatch(word):
        return word
    try:
        address = urlsplit(word if '://' in word else f'https://{word}')
        found = _named_by(address.hostname or '', address.path, parse_qs(address.query).get('v', ['']))
    except ValueError:  # brackets of an IPv6 address that is none, and the like
        return None
    return found if VIDEO_ID.fullmatch(found) else None


def _named_by(host: str, path: str, asked: list[str]) -> str:
    host = host.removeprefix('www.')
    folder, _, rest = path.lstrip('/').partition('/')
    if host == SHORT_HOST:
        return folder
    if host not in HOSTS:
        return ''
    return asked[0] or (rest.partition('/')[0] if folder in FOLDERS else '')


def watch_url(video: str, start: float | None = None) -> str:
    """Give the address of a video, from `start` (seconds) on."""
    address = f'https://www.youtube.com/watch?v={video}'
    return address if start is None else f'{address}&t={int(start)}s'


def thumbnail_url(video: str) -> str:
    """Give the address of the picture every video has."""
    return f'https://i.ytimg.com/vi/{video}/hqdefault.jpg'
