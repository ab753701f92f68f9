"""Addresses that stand in a text as they are, `https://…`, `www.…` and those of e-mail, as links.

What belongs to an address is decided as GitHub does (GFM 0.29, 6.9): all up to a space or `<`, but no punctuation at
its end and no closing bracket that none opens. It also ends at what no address has as it is (quotes, pipes,
punctuation and signs outside of ASCII, such as `。` and `）`), at `**` and `~~`, which are marks of Markdown, and where
letters of another script are stuck to a domain (`https://a.example에서`). Letters of any script may stand in its path.

An address with a scheme is one token of its paragraph, so that no `_` or `*` in it means anything. The others are found
afterwards, in the texts between all tokens. Where links may lead is looked at by `links` and `sanitise`, as for others.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

BARE = 'bare'
"""The `markup` of such a link's tokens."""

LONGEST = 4_000
"""Characters an address may have; servers take 8,000 bytes, browsers 2,000 characters and more."""

LINK_STEPS = 4
"""What a link costs that is found after all else."""

_SIGNS = (
    r'\s\x00-\x1f\x7f-\xa9\xab-\xb4\xb6-\xb9\xbb-\xbf\xd7\xf7'  # controls, spaces, signs of Latin-1
    '\u037e\u0387\u055a-\u055f\u0589\u05be\u05c0\u05c3\u05f3\u05f4\u060c\u061b-\u061f\u066a-\u066d\u06d4\u0964\u0965'
    '\u1361-\u1368\u2000-\u206f\u20a0-\u20c0\u2100-\u2bff\u2e00-\u2e7f\u3000-\u3004\u3008-\u3020\u3030\u303d\u30a0\u30fb'
    '\ud800-\uf8ff\ufd3e\ufd3f\ufe00-\ufe6f\ufeff\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\uffe0-\uffff'
    '\U0001f000-\U0001faff\U000e0000-\U0010ffff'
)
"""Characters no address has: spaces, controls, and punctuation and signs of all scripts but ASCII."""

_BODY = (
    rf'(?:[^{_SIGNS}<>"`|\\^\[\]*~,;!]++|\*(?!\*)|~(?!~)|[,;!](?![^\x00-\x7f])|\\(?=[_*~&#])'
    rf'|\[[^{_SIGNS}<>\[\]]{{0,50}}\](?=[=&\[]))*+'
)
_HOST = re.compile(r'(?:[\w.+:%-]{1,64}@)?(\w[\w.-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\])')
_REST = re.compile(rf'(?::\d{{1,5}})?(?:[/?#]{_BODY})?')
_FOREIGN_END = re.compile(r'(?<=[A-Za-z0-9])[^\x00-\x7f].*')
_BRACKET = re.compile(r'[()]')
_PUNCTUATION = '?!.,:;*_~\'"'
_DUNDER = re.compile(r'(?<=[^_])__[A-Za-z0-9]{1,40}__$')
_ENTITY = re.compile(r'&[A-Za-z0-9]{1,32};$')

_SCHEME = re.compile(r'(?<![A-Za-z0-9+.\-])https?$', re.IGNORECASE)
_LONGEST_SCHEME = len('.https')
_LATER = re.compile(r'(?<![A-Za-z0-9.\-/:@])www\.(?=\w)|@(?=[A-Za-z0-9])', re.IGNORECASE)
_MAIL_BEFORE = re.compile(r'[A-Za-z0-9][\w.+-]*$', re.ASCII)
_MAIL_AFTER = re.compile(r'(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9_@/-]|[:.]\w)', re.ASCII)
_SIGN = re.compile(f'[{_SIGNS}<>"`|^]')
_BEGUN = re.compile(r'https?://|www\.|[\w.+-]{1,64}@', re.ASCII | re.IGNORECASE)
_LONGEST_LOCAL = 64
"""Characters before the `@` of an e-mail address (RFC 5321, 4.5.3.1)."""


def find_bare_links(parser: MarkdownIt) -> None:
    """Let a parser make links of addresses that stand in a text as they are."""
    parser.inline.ruler.before('escape', BARE, _with_scheme)
    parser.core.ruler.before('text_join', BARE, _without_scheme)


def _with_scheme(state: StateInline, silent: bool, /) -> bool:
    """Make a link at the `:` of `https://…`."""
    if state.src[state.pos] != ':' or state.linkLevel or not state.src.startswith('://', state.pos):
        return False
    scheme = _SCHEME.search(state.src, max(state.pos - _LONGEST_SCHEME, 0), state.pos)
    end = _end_of_address(state.src, state.pos + 3, state.posMax) if scheme else 0
    if scheme is None or not end or not (silent or state.pending.endswith(scheme[0])):
        return False
    if not silent and end - state.pos < LONGEST:
        _push_link(state, scheme[0], end)
    elif not silent:
        state.append_pending(state.src[state.pos : end])
    state.pos = end
    return True


def _push_link(state: StateInline, scheme: str, end: int) -> None:
    state.pending = state.pending.removesuffix(scheme)
    address = scheme + _unescaped(state.src[state.pos : end])
    state.push('link_open', 'a', 1).attrs = {'href': state.md.normalizeLink(address)}
    state.push('text', '', 0).content = address
    state.push('link_close', 'a', -1)
    for token in state.tokens[-3:]:
        token.markup = BARE


def _without_scheme(state: StateCore) -> None:
    """Make links of `www.…` and e-mail addresses in the texts of paragraphs, headings and cells."""
    for token in state.tokens:
        if token.type != 'inline' or not token.children or not _LATER.search(token.content):
            continue
        children, token.children = token.children, []
        inside = 0
        for child in children:
            inside += child.nesting if child.type.startswith('link_') else 0
            token.children += [child] if inside or child.type != 'text' else _split(child, state)


def _split(text: Token, state: StateCore) -> Iterator[Token]:
    """Cut a text where addresses stand in it, as far as there are steps for it."""
    content, done, too_long = text.content, 0, 0
    for found in _LATER.finditer(content):
        if found.start() < max(done, too_long):
            continue
        start, end, scheme = _mail(content, found.start()) if found[0] == '@' else _site(content, found.start())
        if end - start >= LONGEST:
            too_long = end
        if max(start, done) >= end or end == too_long:
            continue
        if not state.env['effort'].spend(LINK_STEPS):
            break
        address = content[start:end]
        yield replace(text, content=content[done:start])
        yield Token(
            'link_open', 'a', 1, {'href': state.md.normalizeLink(scheme + address)}, level=text.level, markup=BARE
        )
        yield Token('text', '', 0, level=text.level + 1, markup=BARE, content=address)
        yield Token('link_close', 'a', -1, level=text.level, markup=BARE)
        done = end
    yield replace(text, content=content[done:])


def _site(content: str, start: int) -> tuple[int, int, str]:
    return start, _end_of_address(content, start, len(content)), 'http://'


def _mail(content: str, at: int) -> tuple[int, int, str]:
    before = _MAIL_BEFORE.search(content, max(at - _LONGEST_LOCAL, 0), at)
    after = _MAIL_AFTER.match(content, at + 1)
    if not before or not after or content[max(before.start() - 1, 0) : before.start()] in ('/', '@'):
        return 0, 0, ''
    return before.start(), after.end(), 'mailto:'


def _end_of_address(text: str, start: int, end: int) -> int:
    """Find the end of the address whose domain begins at `start`, 0 if none does. It is sought for `LONGEST` only."""
    end = min(end, start + LONGEST)
    host = _HOST.match(text, start, end)
    if not host:
        return 0
    domain = host[1].rpartition('.')
    if foreign := _FOREIGN_END.search(domain[2]):  # the last part of a domain is all ASCII, or not at all
        return host.end() - len(foreign[0])
    found = _REST.match(text, host.end(), end)
    return _without_punctuation(text, start, found.end()) if found else host.end()


def _without_punctuation(text: str, start: int, end: int) -> int:
    """Leave out what ends a sentence or a bracket rather than an address."""
    opened = closed = 0
    for bracket in _BRACKET.finditer(text, start, end):
        opened, closed = opened + (bracket[0] == '('), closed + (bracket[0] == ')')
        if closed > opened and not text[bracket.end() : bracket.end() + 1].isascii():
            end = bracket.end()
            break
    while end > start:
        last = text[end - 1]
        if last == ')' and closed > opened:
            closed -= 1
        elif last == ';' and (entity := _ENTITY.search(text, max(end - 34, start), end)):
            end = entity.start() + 1
        elif last not in _PUNCTUATION or (last == '_' and _DUNDER.search(text, max(end - 50, start), end)):
            break
        end -= 1
    return end


def _unescaped(address: str) -> str:
    return address.replace('\\', '').replace('&amp;', '&')


def open_address(source: str) -> int:
    """Find where an address begins that what comes next may still lengthen; -1 if the source does not end with one."""
    sign = _SIGN.search(source[: -LONGEST - 1 : -1])  # the last one
    start = len(source) - (sign.start() if sign else min(len(source), LONGEST))
    found = _BEGUN.search(source, start)
    return found.start() if found else -1


def hold_open_address(tokens: Sequence[Token], source: str) -> None:
    """Make text of the link the source ends with, in the tokens of its last block, while it may lead elsewhere yet."""
    begun = open_address(source)
    inline = next((each for each in reversed(tokens) if each.type == 'inline' and each.content), None)
    if begun < 0 or inline is None or not inline.children:
        return
    links = [index for index, child in enumerate(inline.children) if child.type == 'link_open' and child.markup == BARE]
    if not links:
        return
    text = inline.children[links[-1] + 1]
    if text.content in _unescaped(source[begun:]):
        inline.children[links[-1] : links[-1] + 3] = [text]
