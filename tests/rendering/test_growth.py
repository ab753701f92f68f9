import pytest

from app.rendering.growth import FenceGrowth, NoGrowth, PlainGrowth, growth_of, is_closed_fence
from app.rendering.markdown import parse


def growth_after(source: str) -> object:
    return growth_of(parse(source, {})[-1], source)


@pytest.mark.parametrize('source', ['Two words', '- item', '> quoted text', '**bold** text', '1. a\n\n   and 3 words'])
@pytest.mark.parametrize('piece', [' more', ', and "so" on: 3 - 4 = -1!', ' '])
def test_plain_words_are_taken(source: str, piece: str) -> None:
    growth = growth_after(source)
    assert isinstance(growth, PlainGrowth)
    assert growth.take(piece) == piece.rstrip()


@pytest.mark.parametrize('piece', [*'\\`*_[]()<>&~#|', '\t', '\xa0', 'a\nb', 'a\n'])
def test_whatever_may_mean_something_is_left_to_the_parser(piece: str) -> None:
    growth = PlainGrowth('', decided=True)
    expected = 'a' if piece == 'a\n' else None
    assert growth.take(piece) == expected


@pytest.mark.parametrize(
    'source', ['3', 'word `cod', '**bol', 'a [link](/to', '[x]: /url "title wor', '# Title', '| a |']
)
def test_an_undecided_end_is_left_to_the_parser(source: str) -> None:
    growth = growth_of(parse(source, {})[-1], source)
    assert growth.take('x') is None


def test_a_guess_is_the_source_itself_and_ends_exactness() -> None:
    growth = PlainGrowth(' ', decided=True)
    assert growth.take('*a* ') is None
    assert growth.guess('*a* ') == ' *a*'
    assert growth.take('b') is None
    assert growth.guess('b') == ' b'


def test_a_line_after_the_paragraph_is_left_to_the_parser() -> None:
    growth = PlainGrowth('', decided=True)
    assert growth.take(' a\n') == ' a'
    assert growth.take('b') is None


def test_a_fence_holds_back_what_may_be_its_end() -> None:
    growth = FenceGrowth('```', 0, nested=False)
    assert growth.take('a\n') == 'a'
    assert growth.take('  ``') == ''
    assert growth.take(' b\n\n') == '\n  `` b'
    assert growth.take('c') == '\n\nc'
    assert growth.take('\n```\n') is None
    assert growth.take('later') is None


def test_an_indented_fence_takes_its_indent_off_every_line() -> None:
    growth = FenceGrowth('~~~', 2, nested=False)
    assert growth.take('    a\n b\n   \nc') == '  a\nb\n \nc'


@pytest.mark.parametrize('line', [' a', '\ta', 'a'])
def test_a_line_that_may_leave_the_item_is_left_to_the_parser(line: str) -> None:
    assert FenceGrowth('```', 2, nested=True).take('  a\n' + line) is None


@pytest.mark.parametrize(
    'source', ['# Title', '---', '> ```\n> code', '- ```\n  code', '| a |\n|---|\n| b', '    code']
)
def test_other_blocks_do_not_grow_without_the_parser(source: str) -> None:
    growth = growth_after(source)
    assert isinstance(growth, NoGrowth)
    assert growth.take('a') is None
    assert growth.guess('a') == ''


@pytest.mark.parametrize(
    ('source', 'closed'),
    [
        ('```\na\n```\n', True),
        ('```\n  `````  \n', True),
        ('```\na\n```', False),
        ('```\na\n```b\n', False),
        ('````\na\n```\n', False),
        ('```\n    ```\n', False),
        ('```\n', False),
        ('text\n', False),
    ],
)
def test_a_fence_is_closed_by_its_complete_last_line(source: str, closed: bool) -> None:
    (block,) = parse(source, {})
    assert is_closed_fence(block.tokens[0], source) is closed
