"""Names of files, from titles that may hold anything."""

import re
import unicodedata
from urllib.parse import quote

LONGEST = 80
"""Characters of a name: file systems allow 255 bytes, and UTF-8 takes up to three for most letters."""

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]+')
_RESERVED = re.compile(r'(con|prn|aux|nul|com\d|lpt\d)(\..*)?', re.IGNORECASE)


def file_name(title: str, ending: str, otherwise: str = 'conversation') -> str:
    """Give a name that every file system takes, readable, without anything that could mislead (paths, directions)."""
    name = _FORBIDDEN.sub(' ', unicodedata.normalize('NFC', title))
    name = ' '.join(name.split())[:LONGEST].strip(' .')
    if not name or _RESERVED.fullmatch(name):
        name = f'{otherwise} {name}'.strip()
    return f'{name}.{ending}'


def disposition(name: str) -> str:
    """Give the header `Content-Disposition` that downloads a file under this name (RFC 6266, RFC 8187).

    Old programs read the first form, without accents; all others the second.
    """
    bare = unicodedata.normalize('NFKD', name).encode('ascii', 'ignore').decode()
    bare = re.sub(r'[^\w .()\-]', '_', ' '.join(bare.split())).strip() or 'conversation'
    if bare.startswith('.'):
        bare = f'conversation{bare}'
    return f'attachment; filename="{bare}"; filename*=UTF-8\'\'{quote(name, safe="")}'
