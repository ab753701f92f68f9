"""Markdown that grows: what has to change on a screen at each step, at a cost that does not depend on the length.

Four things keep it linear. Blocks that are complete are never parsed again. A long list is cut where its items are
complete, and a long table's complete rows are kept as HTML. An open paragraph or code fence grows without a parse
(`growth`). What is left, such as one huge quote, is parsed again only as often as the parsed characters stay in
proportion to the calls; until then new text is shown raw.

What is shown is the render of the text so far, except for: a last line of markers only and white space at the end (held
back, they mean nothing yet), an open fence's last line ends (see `FenceGrowth`), code above `PLAIN_CODE` (no colours),
lists cut in two, and links that are defined further down. `finish` makes it the render of the whole.
"""

import re
from collections import ChainMap
from collections.abc import MutableMapping, Sequence
from typing import Any

from app.rendering.changes import Change, Screen
from app.rendering.growth import Growth, NoGrowth, growth_of
from app.rendering.highlight import CACHED_CHARACTERS
from app.rendering.long_list import ListRest, cut_list, is_list
from app.rendering.long_table import TableRest, is_table, shorten_table
from app.rendering.markdown import Block, normalise, parse, render_blocks
from app.rendering.settling import first_open, items_to_keep

ALLOWANCE = 600
"""Characters that each call may parse. An open tail up to this length is parsed at every call that needs it."""

LONG_LIST = 600
"""Characters of an open list from which on its complete items are cut off."""

LONG_TABLE = 200
"""Characters of an open table from which on its complete rows are not parsed again."""

PLAIN_CODE = CACHED_CHARACTERS
"""Code above this many characters gets its colours at the end: finding them would hold up everybody else."""

_UNDECIDED_LINE = re.compile(r'[\s>\-=*+#`~|:_]*(?:\d{1,9}[.)]?\s*)?(?:\[[ xX]?\]?\s*)?')


class GrowingMarkdown:
    """A markdown text that is still being written, and the HTML of its top-level blocks.

    `append` any number of times, then `changes` to bring up to date the viewers that have seen everything up to the
    last call; `blocks` is what a new viewer starts from. `parsed_characters` counts the work.
    """

    def __init__(self, text: str = '') -> None:
        self.parsed_characters = 0
        self._text: list[str] = []
        self._new: list[str] = []
        self._screen = Screen()
        self._settled = 0  # number of blocks that cannot change any more
        self._references: dict[str, Any] = {}  # link definitions in the text of settled blocks
        self._open: list[str] = []  # normalised source after the settled blocks
        self._open_length = 0
        self._parsed_length = 0  # how much of it was parsed last
        self._credit = 0  # characters that may be parsed
        self._growth: Growth = NoGrowth()
        self._rest: ListRest | TableRest | None = None  # what the first open block carries on from
        self.append(text)
        self.changes()

    @property
    def text(self) -> str:
        """The source so far, exactly as it came."""
        if len(self._text) > 1:
            self._text = [''.join(self._text)]
        return self._text[0] if self._text else ''

    def append(self, text: str) -> None:
        """Add source text."""
        if text:
            self._text.append(text)
            self._new.append(text)

    def blocks(self) -> list[str]:
        """Give the HTML of all blocks as of the last `changes`: what every viewer shows."""
        return self._screen.html()

    def changes(self) -> list[Change]:
        """Take in what was appended since the last call, and say what viewers must do."""
        source = self._take_new()
        if not source:
            return []
        self._open.append(source)
        self._open_length += len(source)
        self._credit = min(self._credit + ALLOWANCE + 2 * len(source), max(ALLOWANCE, self._open_length))
        shown = self._growth.take(source)
        if shown is None and self._open_length > self._credit:
            shown = self._growth.guess(source)
        return self._parse() if shown is None else self._screen.append(shown)

    def finish(self, blocks: Sequence[str] | None = None) -> list[Change]:
        """Make the shown blocks those of the whole text; nothing may be appended after that.

        Give `blocks`, the result of `render_blocks(text)` made in a thread, when the text is long.
        """
        return self._screen.show(0, render_blocks(self.text) if blocks is None else blocks)

    def _take_new(self) -> str:
        """Take the new source, normalised; a carriage return at its end waits for what may be its line feed."""
        source = ''.join(self._new)
        self._new = ['\r'] if source.endswith('\r') else []
        return normalise(source.removesuffix('\r'))

    def _parse(self) -> list[Change]:
        source, held = _without_undecided_line(''.join(self._open))
        self._growth = NoGrowth()
        if len(source) == self._parsed_length:
            return []
        self.parsed_characters += len(source)
        self._credit -= len(source)
        references = ChainMap[str, Any]({}, self._references)
        blocks = parse(source, references)
        settled = self._arrange(blocks, source)
        if blocks and not held:
            self._growth = growth_of(blocks[-1], source)
        _leave_long_code_plain(blocks)
        changes = self._screen.show(self._settled, [block.html() for block in blocks])
        source = self._let_go(blocks, settled, source, references.maps[0])
        self._open, self._open_length, self._parsed_length = [source, held], len(source) + len(held), len(source)
        return changes

    def _arrange(self, blocks: list[Block], source: str) -> int:
        """Let a list or table carry on from what was cut off, cut a long list. Gives the number of complete blocks."""
        if self._rest is not None and blocks and self._rest.fits(blocks[0]):
            blocks[0] = self._rest.applied_to(blocks[0])
        settled = first_open(blocks, source)
        if settled:
            self._rest = None
        if settled == len(blocks) - 1 and is_list(blocks[-1]) and self._open_length >= LONG_LIST:
            parts = cut_list(blocks[-1], items_to_keep(blocks[-1], source))
            if parts is not None:
                *blocks[-1:], self._rest = parts
                settled += 1
        return settled

    def _let_go(self, blocks: Sequence[Block], settled: int, source: str, references: MutableMapping[str, Any]) -> str:
        """Give the source without what needs no further parse: settled blocks, complete rows of a long table."""
        if settled:
            line = blocks[settled].start if settled < len(blocks) else blocks[-1].end
            source = source.split('\n', line)[line]
            self._settled += settled
            self._references |= {label: link for label, link in references.items() if link['map'][1] <= line}
        if settled == len(blocks) - 1 and is_table(blocks[-1]) and len(source) >= LONG_TABLE:
            shortened = shorten_table(blocks[-1], source, line=0 if settled else blocks[-1].start)
            if shortened is not None:
                source, self._rest = shortened
        return source


def _without_undecided_line(source: str) -> tuple[str, str]:
    """Split off a last line that has only markers so far."""
    start = source.rfind('\n') + 1
    return (source[:start], source[start:]) if _UNDECIDED_LINE.fullmatch(source, start) else (source, '')


def _leave_long_code_plain(blocks: Sequence[Block]) -> None:
    for token in (token for block in blocks for token in block.tokens):
        if token.type == 'fence' and len(token.content) > PLAIN_CODE:
            token.meta['plain'] = True
