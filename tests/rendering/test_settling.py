import pytest

from app.rendering.markdown import parse
from app.rendering.settling import first_open, items_to_keep


@pytest.mark.parametrize(
    ('source', 'expected'),
    [
        ('', 0),
        ('one paragraph', 0),
        ('first\n\nsecond', 0),
        ('first\n\nsecond one', 1),
        ('first\n\nsecond\n', 1),
        ('first\n\n```not yet a fence', 0),
        ('first\n```not a fence, with words', 0),
        ('first\n\n```\ncode', 1),
        ('first\n\n```\ncode\n```', 1),
        ('first\n\n```\ncode\n```\n', 2),
        ('```\na\n```\n\nnext', 1),
        ('first\n\na | b\n--|--', 0),
        ('first\n\na | b\n--|--\n', 1),
    ],
)
def test_blocks_settle_when_nothing_can_change_them(source: str, expected: int) -> None:
    assert first_open(parse(source, {}), source) == expected


@pytest.mark.parametrize(('source', 'expected'), [('- a\n- b', 1), ('- a\n- b\n', 1), ('- a\n-', 2)])
def test_an_item_counts_as_begun_with_its_first_word(source: str, expected: int) -> None:
    (block,) = parse(source, {})
    assert items_to_keep(block, source) == expected
