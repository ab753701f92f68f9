r"""Formulas in markdown: nothing of them is markdown, and nothing else is a formula."""

import re
from html import unescape

import pytest

from app.rendering.growing import GrowingMarkdown
from app.rendering.markdown import render_blocks

SOURCE = '<span class="formula-source">'
PLAIN = '<p class="plain">'
_MATH = re.compile(r'<math data-tex="([^"]*)"[^>]*>.*?</math>', re.DOTALL)


def shown(text: str) -> str:
    """Render a text, with the source of each formula that was set between guillemets in place of its MathML."""
    html = '\n'.join(render_blocks(text))
    html = html.replace('<span class="formula"><math', '<math').replace('</math></span>', '</math>')
    return _MATH.sub(lambda found: f'«{unescape(found[1])}»', html)


@pytest.mark.parametrize(
    ('text', 'html'),
    [
        ('a $x_{i}^{*} + y_{j}^{*}$ b', '<p>a «$x_{i}^{*} + y_{j}^{*}$» b</p>'),
        (r'\(a_1 * b_1 * c\)', r'<p>«\(a_1 * b_1 * c\)»</p>'),
        (r'so \[ a \\ b \] and', r'<p>so «\[ a \\ b \]» and</p>'),
        ('$$\n- x + y\n= 2\n$$', '<p>«$$\n- x + y\n= 2\n$$»</p>'),
        ('$$\nx\n=\n\n+ y\n$$', '<p>«$$\nx\n=\n\n+ y\n$$»</p>'),
        ('\\begin{align}\n# a\n\\end{align}', f'<p>{SOURCE}\\begin{{align}}\n# a\n\\end{{align}}</span></p>'),
        ('Words\n$$\n1. x\n$$\n- item', '<p>Words</p>\n<p>«$$\n1. x\n$$»</p>\n<ul><li>item</li></ul>'),
        ('$$\nx\n$$ where *x*\nis y', '<p>«$$\nx\n$$» where <em>x</em><br>\nis y</p>'),
        ('$$x$$\n---', '<p>«$$x$$»</p>\n<hr>'),
        ('# A $x$\n\n**$y$**', '<h1>A «$x$»</h1>\n<p><strong>«$y$»</strong></p>'),
        ('- a\n  $$\n  - x\n  $$\n- b', '<ul><li>a«$$\n- x\n$$»</li><li>b</li></ul>'),
        ('1. a\n\n        \\[\n        - x\n        \\]', '<ol><li><p>a</p><p>«\\[\n     - x\n     \\]»</p></li></ol>'),
        ('- a\n\\[\nx\n\\]\n- b', '<ul><li>a</li></ul>\n<p>«\\[\nx\n\\]»</p>\n<ul><li>b</li></ul>'),
        ('> $$\n> - x\n> $$', '<blockquote><p>«$$\n- x\n$$»</p></blockquote>'),
        ('[$x$](/y)', '<p><a href="/y" target="_blank" rel="noopener noreferrer nofollow">«$x$»</a></p>'),
        (r'中$x$文 \$5 `$a$`', '<p>中«$x$»文 $5 <code>$a$</code></p>'),
        ('It is $5 and **$10**', '<p>It is $5 and <strong>$10</strong></p>'),
        ('[ x_1 * y * z ]', '<p>[ x_1 * y * z ]</p>'),
        (r'\nonsense $\nonsense *a* b$', r'<p>\nonsense <span class="formula-source">$\nonsense *a* b$</span></p>'),
        (r'open $\alpha *b* c', r'<p>open <span class="formula-source">$\alpha *b* c</span></p>'),
        (r'open \(a *b* c', r'<p>open <span class="formula-source">\(a *b* c</span></p>'),
        ('$$\n- x\n\n1. *y*', f'{PLAIN}$$\n- x\n\n1. *y*</p>'),
        ('- $$\n- *x*\n- $$', f'<ul><li>{SOURCE}$$</span></li><li><em>x</em></li><li>{PLAIN}$$</p></li></ul>'),
    ],
)  # fmt: skip
def test_formulas_in_markdown(text: str, html: str) -> None:
    assert shown(text) == html


@pytest.mark.parametrize(
    ('text', 'part'),
    [
        ('![of $x$](https://a.example)', '>of $x$</a></p>'),
        ('```\n$$\nx\n$$\n```', '>$$\nx\n$$</code>'),
        ('    $$x$$', '>$$x$$</code>'),
    ],
)
def test_the_source_is_kept_where_a_formula_cannot_be_set(text: str, part: str) -> None:
    assert part in shown(text)


@pytest.mark.parametrize(
    ('row', 'cells'),
    [
        ('| $|x|$ | b |', ['«$|x|$»', 'b']),
        ('| a | \\(P(A | B)\\) |', ['a', '«\\(P(A | B)\\)»']),
        ('| $5 | $10 |', ['$5', '$10']),
        ('|$a|b$|', ['$a', 'b$']),
        ('| $x$ | a | b |', ['«$x$»', 'a']),
    ],
)
def test_a_bar_in_a_formula_ends_no_cell(row: str, cells: list[str]) -> None:
    for table in (f'| a | b |\n|---|---|\n{row}', f'> | a | b |\n> |---|---|\n> {row}\n> | c | d |'):
        assert re.findall('<td>(.*?)</td>', shown(table))[:2] == cells


def test_a_formula_whose_end_was_forgotten_ends_somewhere() -> None:
    html = shown('$$\nx = 1\n\n' + 'Some *words* again.\n\n' * 200)
    assert html.startswith(f'<p>{SOURCE}$$\nx = 1</span></p>\n<p>Some <em>words</em> again.</p>')


def test_a_formula_shows_its_source_until_it_is_set_once() -> None:
    text = 'So $x_{i}^{*} * y_{j}^{*}$ and\n\n$$\n- x\n- y\n$$\n\nend'
    growing, forms = GrowingMarkdown(), []
    for char in text:
        growing.append(char)
        growing.changes()
        forms.append(re.sub('<math.*?</math>', '■', ''.join(growing.blocks()), flags=re.DOTALL))
    assert not any('<em>' in form or '<li>' in form or '<ul>' in form for form in forms)
    assert [form.count('■') for form in forms] == sorted(form.count('■') for form in forms)


def test_very_much_of_it_is_source() -> None:
    for text in ('$' + 'x+' * 50_000 + 'y$', '$$\n- ' + 'x+' * 50_000 + 'y\n$$'):
        assert shown(text) == f'<p><span class="formula-source">{text}</span></p>'
