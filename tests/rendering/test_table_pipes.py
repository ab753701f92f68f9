import re

import pytest

from app.rendering.markdown import render_blocks


def rows(text: str) -> list[list[str]]:
    html = ''.join(render_blocks(text))
    return [re.findall('<t[dh](?: [^>]*)?>(.*?)</t[dh]>', row) for row in html.split('</tr>')[:-1]]


HEAD = '| a | b |\n|---|---|\n'


@pytest.mark.parametrize(
    ('row', 'cells'),
    [
        ('| `ls | wc` | x |', ['<code>ls | wc</code>', 'x']),
        ('| x | ``a ` | b`` |', ['x', '<code>a ` | b</code>']),
        ('`a||b` | `c|d`', ['<code>a||b</code>', '<code>c|d</code>']),
        ('| `a \\| b` | x |', ['<code>a | b</code>', 'x']),
        ('| `a \\| b | c` | x |', ['<code>a | b | c</code>', 'x']),
        ('| a ` | b ` |', ['a `', 'b `']),
        ('| a | b | c |', ['a', 'b']),
        ('| `a | b | c |', ['`a', 'b']),
    ],
)
def test_a_row_that_has_too_many_cells_is_not_split_in_code(row: str, cells: list[str]) -> None:
    assert rows(HEAD + row)[1] == cells


def test_the_head_too() -> None:
    assert rows('| `a|b` | c |\n|---|---|\n| 1 | 2 |') == [['<code>a|b</code>', 'c'], ['1', '2']]
    assert rows('> | `a|b` |\n> |---|\n> | `c|d` |') == [['<code>a|b</code>'], ['<code>c|d</code>']]


@pytest.mark.parametrize('text', ['```\n|a|\n|-|\n|`b|c`|\n```', 'a|b\n`|`|`\n', '    |a|\n    |-|\n    |`b|c`|'])
def test_what_is_no_table_keeps_its_pipes(text: str) -> None:
    html = ''.join(render_blocks(text))
    assert html.count('|') == text.count('|')
    assert '\0' not in html
