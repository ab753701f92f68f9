"""How the last block of a text may grow without a parse: as a paragraph, as a code fence, or not at all.

A growth is made after a parse, from the last block and the source it was parsed from, and is fed what comes then.
"""

import re
from typing import Protocol

from markdown_it.token import Token

from app.domain.code import FenceEnd, holds_fences
from app.rendering.bare_links import open_address
from app.rendering.bounds import PLAIN, is_plain
from app.rendering.formula_rules import OPEN_FORMULA
from app.rendering.markdown import Block
from app.rendering.nested_fences import UNCLOSED

_SPECIAL = re.compile(r'[\\`*_\[\]()<>&~#|$]|[^\S \n]')
"""What may mean something inside a paragraph. White space other than the plain kind is left to the parser as well."""

_WORD_END = re.compile(
    '[ \u1100-\u11ff\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003fffd]'
)
"""A space, or a character of a script without them. What stands before it means what it means, whatever comes."""

_ADDRESS = re.compile(r"[A-Za-z0-9._:/?#@!&'(+,=%-]*(?<!_)")
"""What an address may go on with while it is shown as text (see `bare_links`), and neither ends it nor is a mark."""

_MAY_BEGIN_ADDRESS = re.compile(r'://|www\.|[\w.+-]@', re.IGNORECASE)
_BEGINNING = 3
"""Characters of it that may have come before."""

_FENCE_OPENING = re.compile(r'( *)(`{3,}|~{3,})')


class Growth(Protocol):
    """Says which text new source adds to the end of the last block."""

    def take(self, source: str, /) -> str | None:
        """Give the text that makes the block what a parse would make it; None when only a parse can tell."""
        ...

    def guess(self, source: str, /) -> str:
        """Give text to show when a parse has to wait, after `take` has said None. The next parse corrects it."""
        ...


class NoGrowth:
    """The block is of a kind that cannot be appended to: nothing new is shown before the next parse."""

    def take(self, _source: str, /) -> str | None:
        """Leave it to the parser."""
        return None

    def guess(self, _source: str, /) -> str:
        """Show nothing."""
        return ''


class PlainGrowth:
    """A paragraph, maybe inside list items and quotes, that goes on with words and punctuation.

    White space at its end is not part of a paragraph, so it is held back until the next word. `decided` says that no
    further character can make the paragraph's last line anything else (a list item, an underline, a definition).
    `word` is the end of its last word: marks in there may mean something else with the next character, unless that is a
    space. `in_address` says that this word is an address that is not a link yet.
    """

    def __init__(self, held: str, *, decided: bool, word: str = '', in_address: bool = False) -> None:
        self._held = held
        self._decided = decided
        self._word = word
        self._in_address = in_address

    def take(self, source: str) -> str | None:
        """Append words to the current line."""
        words = source.rstrip(' \n')
        if not self._decided or (words and '\n' in self._held) or '\n' in words or not self._means_itself(source):
            return None
        self._word = (self._word + words).rpartition(' ')[2][-_BEGINNING:] if words == source else ''
        return self._append(words, source)

    def guess(self, source: str) -> str:
        """Append the source as it is."""
        self._decided = False
        return self._append(source.rstrip(' \n'), source)

    def _means_itself(self, source: str) -> bool:
        """Say whether the source is nothing but words, and leaves those before it what they are."""
        if self._in_address:
            return _ADDRESS.fullmatch(source) is not None
        word_has_ended = source[:1] == ' ' and not self._word.endswith('>')  # behind `<br>` a space is not shown
        if _SPECIAL.search(source) or not (word_has_ended or _SPECIAL.search(self._word) is None):
            return False
        found = _MAY_BEGIN_ADDRESS.search(self._word + source)
        self._in_address = found is not None
        return found is None or _ADDRESS.fullmatch(self._word + source, found.start()) is not None

    def _append(self, words: str, source: str) -> str:
        shown = self._held + words if words else ''
        self._held = source[len(words) :] if words else self._held + source
        return shown


class FenceGrowth:
    """An open code fence. Held back are the last line end, blank lines, and a line that may become the closing one.

    `markers` is the opening run of backticks or tildes. `indent` is how many columns are taken off every line; inside a
    list item a line with fewer may end the item, which is left to the parser (`nested`). A fence of Markdown (`info`)
    goes on behind the fences in it.
    """

    def __init__(self, markers: str, indent: int, *, nested: bool, info: str = '') -> None:
        self._markers = markers
        self._end = FenceEnd(markers, info) if holds_fences(info) else None
        self._inner: list[str] = []  # the current line, if it may open a fence within
        self._indent = indent
        self._nested = nested
        self._gap = ''  # between what was shown and the current line
        self._start = ''  # of the current line, while it is undecided
        self._flowing = False  # the current line is code and is shown as it comes
        self._lost = False

    def take(self, source: str) -> str | None:
        """Append lines of code."""
        first, *others = source.split('\n')
        shown = [self._grow_line(first)]
        for line in others:
            shown += [self._end_line(), self._grow_line(line)]
        return None if self._lost else ''.join(shown)

    def guess(self, _source: str, /) -> str:
        """Show nothing: what comes may stand outside the fence."""
        return ''

    def _grow_line(self, piece: str) -> str:
        if self._flowing:
            if self._inner:
                self._inner.append(piece)
            return piece
        self._start += piece
        if not self._start.strip(' ').strip(self._markers[0]).strip(' \t'):
            return ''
        self._flowing = True
        if self._end and self._start.lstrip(' ').startswith(self._markers):
            self._inner = [self._start]
        return self._release()

    def _release(self) -> str:
        shown, self._gap = self._gap + self._dedented(self._start), ''
        self._start = ''
        return shown

    def _end_line(self) -> str:
        shown = ''
        if self._inner:
            self._look_within(''.join(self._inner))
        elif not self._flowing and self._start.strip(' '):
            if self._start.strip(' ').startswith(self._markers):
                self._look_within(self._start)
            shown = self._release()
        self._gap += self._dedented(self._start, blank=True) + '\n'
        self._start, self._flowing, self._inner = '', False, []
        return shown

    def _look_within(self, line: str) -> None:
        """Take a line of markers: it closes the fence or, in one of Markdown, opens or closes another."""
        if self._lost or self._end is None or self._nested or self._end.closes(line):
            self._lost = True

    def _dedented(self, line: str, *, blank: bool = False) -> str:
        spaces = len(line) - len(line.lstrip(' '))
        if not blank and self._indent and (line[spaces] == '\t' or (self._nested and spaces < self._indent)):
            self._lost = True
        return line[min(spaces, self._indent) :]


def growth_of(block: Block, source: str) -> Growth:
    """Choose how `block`, the last one of `source`, may grow.

    An open fence is left showing what its growth shows: its token is cut and marked as plain.
    """
    index = next(index for index in reversed(range(len(block.tokens))) if block.tokens[index].nesting >= 0)
    token = block.tokens[index]
    if token.type == 'fence':
        return _fence_growth(token, source)
    opening = block.tokens[index - 1]
    if token.type == 'inline' and opening.type == 'paragraph_open':
        return _plain_growth(token, source, parsed=not is_plain(opening))
    return NoGrowth()


def is_closed_fence(token: Token, source: str) -> bool:
    """Say whether a fence has its closing line, complete with its line end."""
    if token.type != 'fence' or token.map is None or token.meta.get(UNCLOSED):
        return False
    start, end = token.map
    lines = source.split('\n')
    if not start + 1 < end < len(lines):
        return False
    line = lines[end - 1].rstrip(' \t')
    indent = len(line) - len(line.lstrip(' '))
    return line[indent:] == token.markup[0] * max(len(token.markup), len(line) - indent) and (
        token.level > 0 or indent < 4
    )


def _plain_growth(inline: Token, source: str, *, parsed: bool) -> Growth:
    text = source.rstrip(' \n')
    held = source[len(text) :]
    if inline.map is None or inline.map[1] != text.count('\n') + 1:  # what ends the source is not this paragraph
        return NoGrowth()
    line = inline.content.rpartition('\n')[2].lstrip(' ')
    *before, last = line.split(' ')
    decided = (
        parsed
        and all(child.type != OPEN_FORMULA for child in inline.children or ())
        and not text[-1].isspace()  # of other kinds, which the parser leaves out at the end
        and any(map(str.isalnum, last))
        and (line[0] not in '[0123456789' or bool(before))
        and not (inline.content.startswith('[') and ']:' in inline.content)
    )
    word = '' if held and not last.endswith('>') else _WORD_END.split(last)[-1]
    address = open_address(source)
    in_address = address >= 0 and _ADDRESS.fullmatch(source, address) is not None
    return PlainGrowth(held, decided=decided and in_address == (address >= 0), word=word, in_address=in_address)


def _fence_growth(token: Token, source: str) -> Growth:
    start = token.map[0] if token.map else 0
    opening, *body = source.split('\n', start + 1)[start:]
    indent = _FENCE_OPENING.match(opening)
    if is_closed_fence(token, source):
        return NoGrowth()
    token.meta[PLAIN] = True
    may_be_table = '|' in opening and '\n' not in ''.join(body)  # made one by its second line
    if not body or indent is None or may_be_table:
        return NoGrowth()
    growth = FenceGrowth(token.markup, len(indent[1]), nested=token.level > 0, info=token.info)
    shown = growth.take(body[0])
    if shown is None:
        return NoGrowth()
    token.content = shown + '\n'
    return growth
