"""The names the app answers to.

A page of another site whose name is suddenly made to point at this machine (DNS rebinding) is, for its browser, of the
same origin as the app: it can read everything and set any header, but for one. `Host` says the name the browser was
told, so names that are nobody's here are refused.
"""

import ipaddress
import re
from collections.abc import Iterator

ADDRESS = re.compile(r'(\[[0-9a-f:.]{2,45}\]|[a-z0-9_](?:[a-z0-9_.-]{0,252}))(?::[0-9]{1,5})?', re.ASCII)
"""Host and port as browsers write them, in small letters: 253 characters are the most a name can have (RFC 1035)."""

EVERYWHERE = frozenset({'0.0.0.0', '::'})  # noqa: S104 (we only compare)
"""What is listened at to hear everybody."""

_Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


def host_of(authority: str) -> str | None:
    """Give the host of `host:port` in the one form that is compared, None if it is not written as browsers do.

    A dot at the end is left out, since `localhost.` is the same machine; IPv6 addresses are shortened.
    """
    found = ADDRESS.fullmatch(authority.lower())
    if found is None:
        return None
    name = found[1].strip('[]') if found[1].startswith('[') else found[1].removesuffix('.')
    ip = _ip(name)
    if ip is not None:
        return ip.compressed
    return None if found[1].startswith('[') or not all(name.split('.')) else name


class AllowedHosts:
    """Hosts by which the app may be called.

    `bound` is where it listens, `named` are further names with commas between them (`*.example.org`: all below that
    name, not it itself), `machine` is the name of this machine.
    """

    def __init__(self, bound: str, named: str = '', machine: str = '') -> None:
        own = _ip(bound)
        self._is_everywhere = bound in EVERYWHERE
        names = {'localhost', bound.lower() if own is None else own.compressed}
        if not (own.is_loopback if own else bound == 'localhost'):
            names.update(_own_names(machine))
        given = [name.strip().lower() for name in named.split(',') if name.strip()]
        self._names = frozenset(names | {name for name in given if not name.startswith('*.')})
        self._endings = ('.localhost', *(name[1:] for name in given if name.startswith('*.')))

    def allow(self, host: str) -> bool:
        """Tell whether a host (in the form `host_of` gives) is one of ours."""
        if host in self._names or host.endswith(self._endings):
            return True
        ip = _ip(host)
        # Rebinding takes a name: what an address points at nobody can change. So when every interface is listened at,
        # whatever address a browser came by is harmless, and needs not be looked up on interfaces that come and go.
        return ip is not None and (ip.is_loopback or self._is_everywhere)


def _own_names(machine: str) -> Iterator[str]:
    """Give the names other machines of the local network call this one by.

    Only the first part: some systems take their full name from whatever network they are in.
    """
    if first := machine.lower().partition('.')[0]:
        yield from (first, f'{first}.local')


def _ip(host: str) -> _Ip | None:
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return None
    return (ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None) or ip
