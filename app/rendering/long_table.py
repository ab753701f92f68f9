"""A long open table: rows that are complete are kept as HTML, and only its head and last rows are parsed again."""

from dataclasses import dataclass

from app.rendering.markdown import Block

_HEAD_LINES = 2
_OPEN_ROWS = 2
"""The last line may still turn out not to be a row; the one before it is kept for good measure."""

_END = '</table></div>'


@dataclass(frozen=True)
class TableRest:
    """What came before the rows that are still parsed: the HTML of `rows`."""

    rows: str

    def fits(self, block: Block) -> bool:
        """Say whether the block can be the rest of the table."""
        return is_table(block)

    def applied_to(self, block: Block) -> Block:
        """Give the block, parsed from the head and the last rows, as the whole table that it is."""
        return _LongTable(block.tokens, block.start, block.end, self.rows)


@dataclass(frozen=True)
class _LongTable(Block):
    rows: str

    def html(self) -> str:
        html = Block.html(self)
        head = len(_head_html(self))
        return html[:head] + self.rows + html[head:]


def is_table(block: Block) -> bool:
    """Say whether the block is a table."""
    return block.kind == 'table_open'


def shorten_table(block: Block, source: str, line: int) -> tuple[str, TableRest] | None:
    """Take the complete rows out of a table whose head begins at `line` of `source`.

    Gives the source that is left, and how the blocks parsed from it are completed; None when no row is complete.
    """
    rows = [index for index, token in enumerate(block.tokens) if token.type == 'tr_open' and token.level == 2][1:]
    if len(rows) <= _OPEN_ROWS:
        return None
    cut = rows[-_OPEN_ROWS]
    complete = Block([*block.tokens[:cut], *block.tokens[-2:]], block.start, block.end).html()
    before = block.rows if isinstance(block, _LongTable) else ''
    taken = complete[len(_head_html(block)) : -len('</tbody>' + _END)]
    lines, first_row = source.split('\n'), line + _HEAD_LINES
    del lines[first_row : first_row + len(rows) - _OPEN_ROWS]
    return '\n'.join(lines), TableRest(before + taken)


def _head_html(block: Block) -> str:
    """Render what stands before the first row."""
    end = next(index for index, token in enumerate(block.tokens) if token.type == 'thead_close')
    alone = Block([*block.tokens[: end + 1], block.tokens[-1]], block.start, block.end)
    return alone.html().removesuffix(_END) + '<tbody>'
