"""A long open list, cut in two: the items that are complete become a block of their own, the rest goes on after it.

While a text grows, a list of hundreds of items is shown as several lists in a row; the class `continued` marks all but
the first, so that a style can close the gap. The render of the whole text joins them again.
"""

from dataclasses import dataclass

from markdown_it.token import Token

from app.rendering.markdown import Block


@dataclass(frozen=True, slots=True)
class ListRest:
    """How the rest of a list carries on: with the number `start` (ordered lists), and as `loose` as its beginning."""

    start: int
    loose: bool

    def fits(self, block: Block) -> bool:
        """Say whether the block can be the rest of the list."""
        return is_list(block)

    def applied_to(self, block: Block) -> Block:
        """Give the block, parsed from the rest of the list alone, as the continuing list that it is."""
        opening = block.tokens[0].copy()
        names = str(opening.attrGet('class') or '').split()
        opening.attrs = {**opening.attrs, 'class': ' '.join(dict.fromkeys([*names, 'continued']))}
        if opening.type == 'ordered_list_open':
            opening.attrs['start'] = self.start
        if self.loose:
            for token in _item_paragraphs(block):
                token.hidden = False
        return Block([opening, *block.tokens[1:]], block.start, block.end)


def is_list(block: Block) -> bool:
    """Say whether the block is a list."""
    return block.kind in ('bullet_list_open', 'ordered_list_open')


def item_lines(block: Block) -> list[int]:
    """Give the source line on which each item begins."""
    return [token.map[0] for token in block.tokens if _is_item(token) and token.map]


def cut_list(block: Block, keep: int) -> tuple[Block, Block, ListRest] | None:
    """Cut a list before its last `keep` items: beginning, rest (already continuing), and how further rests carry on.

    None when there are too few items to cut.
    """
    items = [index for index, token in enumerate(block.tokens) if _is_item(token)]
    if len(items) <= keep:
        return None
    opening, cut = block.tokens[0], items[-keep]
    line = item_lines(block)[-keep]
    start = int(opening.attrs.get('start', 1))
    loose = any(not token.hidden for token in _item_paragraphs(block))
    list_rest = ListRest(start + len(items) - keep, loose)
    beginning = Block([*block.tokens[:cut], block.tokens[-1]], block.start, line)
    rest = Block([opening, *block.tokens[cut:]], line, block.end)
    return beginning, list_rest.applied_to(rest), list_rest


def _is_item(token: Token) -> bool:
    return token.type == 'list_item_open' and token.level == 1


def _item_paragraphs(block: Block) -> list[Token]:
    return [token for token in block.tokens if token.level == 2 and token.type.startswith('paragraph_')]
