"""Which texts are formulas, and which only look like one."""

import pytest

from app.rendering.formulas import is_open, opens_lines, read_formula


@pytest.mark.parametrize(
    ('text', 'latex'),
    [
        ('$x_{i}^{*} + y_{j}^{*}$', 'x_{i}^{*} + y_{j}^{*}'),
        (r'\(a * b\)', 'a * b'),
        (r'$\{1,2\}$', r'\{1,2\}'),
        (r'$\$5$', r'\$5'),
        (r'$\text{if $x$ is}$', r'\text{if $x$ is}'),
        ('$n$th', 'n'),
        ('$x$中', 'x'),
        ('$-1$', '-1'),
        ('$]0,1[$', ']0,1['),
        ('$:=$', ':='),
        ('$P(A|B)$', 'P(A|B)'),
        ('$αβ γδ$', 'αβ γδ'),
        ('$面积$', '面积'),
        (r"\(\text{``a''}\)", r"\text{``a''}"),
        (r'\(\text{\(x\)}\)', r'\text{\(x\)}'),
        ('$a\n+ b$', 'a\n+ b'),
    ],
)
def test_a_formula_in_a_line(text: str, latex: str) -> None:
    formula = read_formula(text, 0)
    assert formula is not None
    assert (formula.latex, formula.display) == (latex, False)
    assert text.startswith(formula.source)


@pytest.mark.parametrize(
    ('text', 'latex'),
    [
        ('$$ x $$ more', 'x'),
        ('$$Total Cost = Price$$', 'Total Cost = Price'),
        ('\\[\nx\n\\]', 'x'),
        (r'\begin{align}a\end{align}', r'\begin{align}a\end{align}'),
        (r'\begin{matrix}\begin{matrix}a\end{matrix}\end{matrix}', None),
        ('$$a \\\\$$', 'a \\\\'),
    ],
)
def test_a_formula_on_lines_of_its_own(text: str, latex: str | None) -> None:
    formula = read_formula(text, 0)
    assert formula is not None
    assert (formula.latex, formula.display) == (latex or text, True)


@pytest.mark.parametrize(
    'text',
    [
        *(
            '$5 and $10',
            '$5-$10',
            '$5/$x$',
            '$HOME and $PATH',
            '$HOME/$USER',
            '${A}:${B}',
            '$A$B',
            '$ x$',
            '$x $',
            '$$$',
        ),
        *(
            '$5 or 10$',
            '$5，即10$',
            '$5 или 10$',
            '$5 בלבד, כלומר 5$',
            '$привет мир$',
            r'\(` and `\)',
            '$100 million and 5$',
            '$) and ($',
            '$$) and ($$',
            '$$5 and 10$$',
            '$5|$',
            '$`x`$',
            '$',
            '$$',
            '$$ $$',
        ),
        *(
            r'\(see below\)',
            r'\[citation needed\]',
            r'\[1\]',
            r'\[x\]',
            r'\[ \]',
            r'\[\\\]',
            r'\(\)',
            '[x]',
            '(x)',
            r'\$x$',
        ),
        *(r'\(a and \(b\)', r'\begin{itemize}\end{itemize}', r'\begin{align}a\end{gather}', '$x', r'\(x', '$$x$'),
    ],
)
def test_what_is_no_formula(text: str) -> None:
    assert read_formula(text, 0) is None


@pytest.mark.parametrize('text', ['US$5 = x$', '5$ = x$', 'R$ 5 = R$', 'a$$x$$$'])
def test_a_dollar_behind_a_word_opens_nothing(text: str) -> None:
    assert read_formula(text, text.index('$')) is None


@pytest.mark.parametrize(
    'text', [r'\(', r'\(a + b', r'\[a', '$$', '$$x *', r'\begin{align}a &= b', r'$\alpha *b* ', '$x_{i']
)
def test_a_formula_without_an_end_is_open(text: str) -> None:
    assert is_open(text, 0)


@pytest.mark.parametrize(
    'text', ['$5 and', '$HOME/my_dir', '$5 for x^2', r'\(see below', '$$ for cheap ones', '$x$ $y_{', 'x']
)
def test_prose_is_not_open(text: str) -> None:
    assert not is_open(text, 0)


@pytest.mark.parametrize(
    ('line', 'opens'),
    [
        *(('$$', True), ('$$ x', True), (r'\[', True), (r'\begin{cases}', True), ('$x$', False), (r'\(x', False)),
        *(('$$$', False), ('$$) a', False), ('$$: a', False), (r'\[1\] a', False), (r'\begin{center}', False)),
    ],
)
def test_what_begins_lines_of_a_formula(line: str, opens: bool) -> None:
    assert opens_lines(line, 0) is opens
