"""Addresses of servers and databases: what of them may be shown, and the name and password that may not."""

import re
from urllib.parse import unquote

_HOST = re.compile(r'(?:\[[0-9A-Fa-f:.]+\]|[^\s:@/?#]*)(?::\d{1,5})?')
_KNOWN = re.compile(r'(?<=://)\S{1,500}@')


def without_secrets(address: str) -> str:
    """Give an address as it may be shown, logged and stored: without name, password and query. Never raises."""
    scheme, _, rest = _parts(address)
    return f'{scheme}{rest}'.partition('?')[0].partition('#')[0]


def hide_secrets(text: str) -> str:
    """Give a text as it may be stored and logged: the addresses in it without name and password."""
    return _KNOWN.sub('', text)


def name_and_password(address: str) -> tuple[str, str] | None:
    """Give what an address says of who asks, decoded; None if it says nothing."""
    _, said, _ = _parts(address)
    if not said:
        return None
    name, _, password = said.removesuffix('@').partition(':')
    return unquote(name), unquote(password)


def _parts(address: str) -> tuple[str, str, str]:
    """Cut into scheme, name and password with their `@`, and the rest.

    All before the last `@` counts as name and password: people write passwords with `/`, `#` and `@` as they are. Only
    where a host (or none, for a file) stands before the first `/`, an `@` behind that is a part of the path.
    """
    start, sep, rest = address.partition('://')
    if sep and _HOST.fullmatch(rest.partition('/')[0]):
        return f'{start}{sep}', '', rest
    before, at, rest = address.rpartition('@')
    scheme, sep, said = before.partition('://')
    return (f'{scheme}{sep}', f'{said}{at}', rest) if sep else ('', f'{before}{at}', rest)
