"""Which blocks of a growing text cannot change any more, whatever comes."""

from collections.abc import Sequence

from app.rendering.growth import is_closed_fence
from app.rendering.long_list import item_lines
from app.rendering.markdown import Block


def first_open(blocks: Sequence[Block], source: str) -> int:
    """Find the first block that may still change.

    That is the last one, unless it is a closed fence; and the one before it too, while the last line may still turn out
    to belong to that ("foo⏎#" is a heading until "#a" comes).
    """
    first = max(0, len(blocks) - 1)
    if first and not _is_begun(blocks[-1], source):
        first -= 1
    while first < len(blocks) and is_closed_fence(blocks[first].tokens[0], source):
        first += 1
    return first


def items_to_keep(block: Block, source: str) -> int:
    """Count the last items of a list that may still change: one, or two while the last one has hardly begun."""
    line = item_lines(block)[-1]
    return 1 if _line_is_decided(source, line) else 2


def _is_begun(block: Block, source: str) -> bool:
    """Say whether no further character can make the block's first line part of the block before."""
    complete_lines = source.count('\n') - block.start
    if block.kind == 'table_open':  # made by its second line
        return complete_lines >= 2
    return complete_lines >= 1 or (block.kind != 'fence' and _line_is_decided(source, block.start))


def _line_is_decided(source: str, line: int) -> bool:
    first, *others = source.split('\n', line + 1)[line:]
    words = first.split()
    return bool(others) or (len(words) > 1 and any(map(str.isalnum, first)))
