"""A long open section: blocks in it that are complete are kept as HTML, and only the rest is parsed again."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markdown_it.token import Token

from app.rendering.markdown import Block
from app.rendering.settling import first_open


@dataclass(frozen=True)
class DetailsRest:
    """What came before the blocks that are still parsed: the HTML of `kept`."""

    kept: str

    def fits(self, block: Block) -> bool:
        """Say whether the block can be the rest of the section."""
        return is_details(block)

    def applied_to(self, block: Block) -> Block:
        """Give the block, parsed from the section's head and its last blocks, as the whole section that it is."""
        return _LongDetails(block.tokens, block.start, block.end, self.kept)


@dataclass(frozen=True)
class _LongDetails(Block):
    kept: str

    def html(self) -> str:
        html = Block.html(self)
        head = len(_head(self).html()) - len(_END)
        return html[:head] + self.kept + html[head:]


_END = '</details>'


def is_details(block: Block) -> bool:
    """Say whether the block is a section."""
    return block.kind == 'details_open'


def shorten_details(block: Block, source: str) -> tuple[str, DetailsRest, int] | None:
    """Take the complete blocks out of a section that ends the source.

    Gives the source that is left, how the blocks parsed from it are completed, and the line up to which was taken; None
    when no block is complete.
    """
    if sum(token.type == 'details_open' and token.level == 0 for token in block.tokens) != 1:
        return None
    inside = _inside(block)
    complete = min(first_open(inside, source), len(inside) - 1)
    if complete < 1 or inside[complete].start < inside[complete - 1].end or inside[complete].start <= block.start:
        return None
    line = inside[complete].start
    before = block.kept if isinstance(block, _LongDetails) else ''
    kept = before + ''.join(child.html() for child in inside[:complete])
    rest = source.split('\n', line)[line]
    return f'{block.tokens[0].info}\n\n{rest}', DetailsRest(kept), line


def _head(block: Block) -> Block:
    """Give the section with its summary alone."""
    return Block([*_opening(block.tokens), block.tokens[-1]], block.start, block.end)


def _opening(tokens: Sequence[Token]) -> Sequence[Token]:
    has_summary = len(tokens) > 1 and tokens[1].type == 'summary_open'
    return tokens[: 4 if has_summary else 1]


def _inside(block: Block) -> list[Block]:
    """Give the blocks in a section."""
    tokens = block.tokens[len(_opening(block.tokens)) : -1]
    starts = [index for index, token in enumerate(tokens) if token.level == 1 and token.nesting >= 0]
    parts = [tokens[start:end] for start, end in pairwise([*starts, len(tokens)])]
    return [Block(part, *(part[0].map or (0, 0))) for part in parts]
