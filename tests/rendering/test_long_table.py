from app.rendering.growing import LONG_TABLE, GrowingMarkdown
from app.rendering.long_table import is_table, shorten_table
from app.rendering.markdown import parse, render_blocks

HEAD = '| a | [b](/b "</thead><tbody>") |\n|---|:-:|\n'


def test_complete_rows_are_taken_out_and_shown_again() -> None:
    source = HEAD + '| 1 |\n| 2 |\n| 3 |\n| 4 |\n'
    (block,) = parse(source, {})
    shortened = shorten_table(block, source, line=0)
    assert shortened is not None
    left, rest = shortened
    assert left == HEAD + '| 3 |\n| 4 |\n'
    (again,) = parse(left, {})
    assert rest.fits(again)
    assert [rest.applied_to(again).html()] == render_blocks(source)


def test_a_table_of_few_rows_stays() -> None:
    source = HEAD + '| 1 |\n| 2 |\n'
    (block,) = parse(source, {})
    assert shorten_table(block, source, line=0) is None


def test_only_tables_are_tables() -> None:
    assert [is_table(block) for block in parse(HEAD + '| 1 |\n\ntext\n', {})] == [True, False]


def test_a_long_table_is_shown_as_it_is_and_what_follows_too() -> None:
    rows = ''.join(f'| row {number} | *{number}* |\n' for number in range(LONG_TABLE))
    text = f'\n\n[x]: /y\n\n{HEAD}{rows}'
    growing = GrowingMarkdown()
    for start in range(0, len(text), 11):
        growing.append(text[start : start + 11])
        growing.changes()
    assert growing.blocks() == render_blocks(text)
    growing.append('\nSee [x].')
    growing.changes()
    assert growing.blocks() == render_blocks(text + '\nSee [x].')
