"""Markdown that grows: what has to change on a screen at each step, at a cost that does not depend on the length.

Four things keep it linear. Blocks that are complete are never parsed again. A long list is cut where its items are
complete, and a long table's complete rows are kept as HTML. An open paragraph or code fence grows without a parse
(`growth`). What is left, such as one huge quote, is parsed again only as often as the parsed characters stay in
proportion to the calls; until then new text is shown raw.

Parsing also has a budget in steps, which fills up with every call: a paragraph of nothing but brackets takes a hundred
times as long as one of words. A text that asks for more than the budget ever holds is shown raw up to a blank line.

What is shown is the render of the text so far, except for: a last line of markers only, dollars, the beginning of a
`<br>` and white space at the end (held back, they mean nothing yet), an address at the end (no link yet, since it may
lead elsewhere), an open fence's last line ends (see `FenceGrowth`), code whose colours take long (see `is_quick`),
lists cut in two, links and footnotes that are defined further down, the ways back from footnotes, and what is raw.
`finish` makes it the render of the whole.
"""

import re
from collections import ChainMap
from collections.abc import MutableMapping, Sequence
from typing import Any

from app.rendering.bare_links import hold_open_address
from app.rendering.bounds import PLAIN
from app.rendering.changes import Change, Screen
from app.rendering.details import undecided_from
from app.rendering.effort import Effort
from app.rendering.footnotes import may_begin_note, with_last_number
from app.rendering.growth import Growth, NoGrowth, growth_of
from app.rendering.highlight import QUICK, is_quick
from app.rendering.line_breaks import LONGEST_TAG, UNFINISHED_TAG
from app.rendering.long_details import DetailsRest, is_details, shorten_details
from app.rendering.long_list import ListRest, cut_list, is_list
from app.rendering.long_table import TableRest, is_table, shorten_table
from app.rendering.markdown import Block, language, normalise, parse, render_blocks
from app.rendering.settling import first_open, items_to_keep

ALLOWANCE = 600
"""Characters that each call may parse. An open tail up to this length is parsed at every call that needs it."""

LONG_LIST = 600
"""Characters of an open list from which on its complete items are cut off."""

LONG_DETAILS = 600
"""Characters of an open section from which on its complete blocks are not parsed again."""

LONG_TABLE = 200
"""Characters of an open table from which on its complete rows are not parsed again."""

STEPS_A_CALL = 600
"""Steps that each call may spend on parsing, 5 to 15 µs each. What people write needs 100 for an open tail."""

STEPS_AT_ONCE = 8_000
"""Steps a parse may take if calls before it saved them: 0.1 s at the worst."""

STEPS_AT_START = 15_000
"""Steps for what is there at the beginning, such as the 60 kB of an answer that is continued."""

FEWEST_STEPS = 1_000
"""Without as many steps in hand no parse is begun."""

COLOURED_A_CALL = 200
"""Characters of code that each call may give colours, saved up to `QUICK`."""

LONGEST_UNDECIDED = 1_000
"""Characters of a line of markers that are held back."""

_UNDECIDED_LINE = re.compile(r'[\s>\-=*+#`~|:_]*(?:\d{1,9}[.)]?\s*)?(?:\[[ xX]?\]?\s*)?')


class GrowingMarkdown:
    """A markdown text that is still being written, and the HTML of its top-level blocks.

    `append` any number of times, then `changes` to bring up to date the viewers that have seen everything up to the
    last call; `blocks` is what a new viewer starts from. `parsed_characters` and `steps` count the work.
    """

    def __init__(self, text: str = '') -> None:
        self.parsed_characters = 0
        self.steps = 0
        self._text: list[str] = []
        self._new: list[str] = []
        self._screen = Screen()
        self._settled = 0  # number of blocks that cannot change any more
        self._references: dict[str, Any] = {}  # link definitions in the text of settled blocks
        self._open: list[str] = []  # normalised source after the settled blocks
        self._open_length = 0
        self._parsed_length = 0  # how much of it was parsed last
        self._credit = 0  # characters that may be parsed
        self._steps = STEPS_AT_START  # that may be spent
        self._needed = FEWEST_STEPS  # for the next parse
        self._colour = QUICK  # characters of code that may get colours
        self._coloured: set[int] = set()  # hashes of code in open blocks that has them: it is remembered
        self._raw = False  # what comes is shown raw up to a blank line
        self._raw_end = ''  # the last character of it
        self._growth: Growth = NoGrowth()
        self._rest: ListRest | TableRest | DetailsRest | None = None  # what the first open block carries on from
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
        self._steps = max(self._steps, min(self._steps + STEPS_A_CALL, STEPS_AT_ONCE))
        self._colour = min(self._colour + COLOURED_A_CALL, QUICK)
        return self._flow(source) if self._raw else self._grow(source)

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

    def _grow(self, source: str) -> list[Change]:
        """Let the open blocks grow, by a parse if only that can tell how and there is enough left for it."""
        self._open.append(source)
        self._open_length += len(source)
        self._credit = min(self._credit + ALLOWANCE + 2 * len(source), max(ALLOWANCE, self._open_length))
        shown = self._growth.take(source)
        if shown is None and (self._open_length > self._credit or self._steps < self._needed):
            shown = self._growth.guess(source)
        return self._parse(source) if shown is None else self._screen.append(shown)

    def _flow(self, source: str) -> list[Change]:
        """Show source raw up to a blank line, and what comes behind that as usual."""
        end = (self._raw_end + source).find('\n\n')
        if end < 0:
            self._raw_end = source[-1]
            return self._screen.append(source)
        self._raw = False
        cut = end + 2 - len(self._raw_end)
        changes = self._screen.append(source[: max(cut - 2, 0)])
        return changes + self._grow(source[cut:]) if source[cut:] else changes

    def _parse(self, new: str) -> list[Change]:
        source, held = _without_undecided_end(''.join(self._open))
        if len(source) == self._parsed_length:
            self._growth = NoGrowth()
            return []
        self.parsed_characters += len(source)
        self._credit -= len(source)
        references = ChainMap[str, Any]({}, self._references)
        effort = Effort(self._steps, share=1)
        blocks = parse(source, references, effort, growing=True)
        if blocks:
            hold_open_address(blocks[-1].tokens, source + held)
        saved_up, self._steps = self._steps, max(effort.left, 0)
        self.steps += saved_up - self._steps
        if effort.short and saved_up < STEPS_AT_ONCE:  # tried again with more
            self._needed = min(2 * saved_up, STEPS_AT_ONCE)
            return self._screen.append(self._growth.guess(new))
        self._needed = FEWEST_STEPS
        self._growth = NoGrowth()
        settled = self._arrange(blocks, source)
        if blocks and not held:
            self._growth = growth_of(blocks[-1], source)
        self._leave_code_plain(blocks)
        changes = self._screen.show(self._settled, [block.html() for block in blocks])
        if effort.short:
            self._leave_raw(len(blocks), references.maps[0], source)
            return changes + (self._flow(held) if held else [])
        source = self._let_go(blocks, settled, source, references.maps[0])
        self._open, self._open_length, self._parsed_length = [source, held], len(source) + len(held), len(source)
        return changes

    def _leave_raw(self, blocks: int, references: MutableMapping[str, Any], source: str) -> None:
        """Let everything be as it is shown, partly raw, and what comes up to a blank line too."""
        self._settled += blocks
        self._references |= with_last_number(references)
        self._open, self._open_length, self._parsed_length = [], 0, 0
        self._rest, self._growth = None, NoGrowth()
        self._coloured.clear()
        self._raw, self._raw_end = blocks > 0, source[-1]

    def _leave_code_plain(self, blocks: Sequence[Block]) -> None:
        """Leave code without colours that take long, or longer than may be spent now."""
        for token in (token for block in blocks for token in block.tokens if token.type == 'fence'):
            code = hash(token.content)
            if code not in self._coloured and not token.meta.get(PLAIN):
                token.meta[PLAIN] = len(token.content) > self._colour or not is_quick(token.content, language(token))
                self._colour -= 0 if token.meta[PLAIN] else len(token.content)
                self._coloured |= set() if token.meta[PLAIN] else {code}

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
        """Give the source without what needs no further parse: settled blocks, what is complete in a long one."""
        whole = source
        if settled:
            line = blocks[settled].start if settled < len(blocks) else blocks[-1].end
            source = source.split('\n', line)[line]
            self._settled += settled
            self._coloured.clear()
            self._references |= _up_to(line, references)
        if settled == len(blocks) - 1 and is_table(blocks[-1]) and len(source) >= LONG_TABLE:
            shortened = shorten_table(blocks[-1], source, line=0 if settled else blocks[-1].start)
            if shortened is not None:
                source, self._rest = shortened
        if settled == len(blocks) - 1 and is_details(blocks[-1]) and len(source) >= LONG_DETAILS:
            shortened_section = shorten_details(blocks[-1], whole)
            if shortened_section is not None:
                source, self._rest, line = shortened_section
                self._references |= _up_to(line, references)
        return source


def _up_to(line: int, references: MutableMapping[str, Any]) -> dict[str, Any]:
    """Give the link definitions that stand before a line."""
    return with_last_number({label: link for label, link in references.items() if link['map'][1] <= line})


def _without_undecided_end(source: str) -> tuple[str, str]:
    """Split off a last line that has only markers so far, or the dollars or the beginning of a tag at its end."""
    start = source.rfind('\n') + 1
    if len(source) - start > LONGEST_UNDECIDED:
        return source, ''
    if (section := undecided_from(source, start)) is not None:
        return source[:section], source[section:]
    if not (_UNDECIDED_LINE.fullmatch(source, start) or may_begin_note(source, start)):
        tag = UNFINISHED_TAG.search(source, max(len(source) - LONGEST_TAG, 0))
        start = max(start, tag.start() if tag else len(source.rstrip('$')))
    return source[:start], source[start:]
