import pytest

from app.exchange.text_file import plain_text
from app.rendering.growing import GrowingMarkdown
from app.rendering.markdown import render_blocks
from app.rendering.outline import Paragraph, Run, outline
from tests.rendering.viewer import Viewer

POEM = 'Sparrows wake at four,\nmist is on the *door*,\nbread is on the shelf,\neat it all yourself.'


def test_a_poem_of_four_lines_stays_four_lines() -> None:
    lines = [
        'Sparrows wake at four,',
        'mist is on the <em>door</em>,',
        'bread is on the shelf,',
        'eat it all yourself.',
    ]
    assert render_blocks(POEM) == ['<p>' + '<br>\n'.join(lines) + '</p>']
    assert plain_text(POEM) == POEM.replace('*', '')


@pytest.mark.parametrize('mark', ['> ', '- ', '1. '])
def test_lines_end_in_quotes_and_items_too(mark: str) -> None:
    text = f'{mark}Main Street 5\n{"> " if mark == "> " else "   "}12345 Town'
    assert 'Main Street 5<br>\n12345 Town' in render_blocks(text)[0]
    assert plain_text(text).split('\n')[1].strip('> ') == '12345 Town'


@pytest.mark.parametrize('tag', ['<br>', '<br/>', '<br />', '<BR>', ' <br> ', '<br>\n', '  \n', '\\\n'])
def test_br_is_a_line_break_like_any_other(tag: str) -> None:
    assert render_blocks(f'a{tag}b') == ['<p>a<br>\nb</p>']
    assert outline(f'a{tag}b') == (Paragraph((Run('a\nb'),)),)


def test_br_in_a_cell_is_a_line_of_the_cell() -> None:
    table = '| what | *who* |\n|---|---|\n| one<br>two<br/>three | x |\n| y | **z**<br />é |'
    [html] = render_blocks(table)
    assert '<td>one<br>\ntwo<br>\nthree</td>' in html
    assert '<td><strong>z</strong><br>\né</td>' in html
    lines = ['what  | who', '------+----', 'one   | x', 'two   |', 'three |', 'y     | z', '      | é']
    assert plain_text(table) == '\n'.join(lines)


@pytest.mark.parametrize('text', ['`<br>`', '&lt;br&gt;', '\\<br>'])
def test_br_that_is_meant_as_text_stays_text(text: str) -> None:
    assert '<br>' not in render_blocks(text)[0]
    assert '&lt;br&gt;' in render_blocks(text)[0]


@pytest.mark.parametrize('text', ['<brx>', '<br class="a">', '< br>', '</br>', '<hr>', '<b>a</b>', '<br'])
def test_all_other_html_stays_text(text: str) -> None:
    assert render_blocks(text) == [f'<p>{text.replace("<", "&lt;").replace(">", "&gt;")}</p>']


def test_the_beginning_of_a_tag_is_not_shown() -> None:
    growing, viewer = GrowingMarkdown('one'), Viewer(['<p>one</p>'])
    for piece, shown in (
        ('<', 'one'),
        ('b', 'one'),
        ('r', 'one'),
        ('>', 'one<br>\n'),
        ('t', 'one<br>\nt'),
        ('<', 'one<br>\nt'),
    ):
        growing.append(piece)
        viewer.apply(growing.changes())
        assert viewer.html == [f'<p>{shown}</p>'], piece
    growing.append(' 3')
    viewer.apply(growing.changes())
    assert viewer.html == ['<p>one<br>\nt&lt; 3</p>']
