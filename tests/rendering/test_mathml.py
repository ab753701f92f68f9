"""LaTeX to MathML: what models write is set, and nothing costs too much."""

import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest

from app.rendering.mathml import DEEPEST, LONGEST, formula_html, mathml_of
from app.rendering.sanitise import sanitise

ROOT = Path(__file__).parents[2]


def text_of(mathml: str | None) -> str:
    assert mathml is not None
    html = sanitise(mathml)
    return unescape(''.join(part.rpartition('>')[2] for part in html.split('<')))


@pytest.mark.parametrize(
    ('latex', 'shown'),
    [
        (r'\frac{a}{b}', 'ab'),
        ('100%', '100%'),
        ('a % note\n+ b', 'a+b'),
        (r'\text{if $x>0$, or}', 'if x>0, or'),
        (r'\sum_{\substack{i<n\\j<m}}', '∑i<nj<m'),
        (r'E \label{e} = m \tag{7}', 'E=m(7)'),
        (r'a \\ b', 'ab'),
        (r'\require{cancel}\cancel{x}', 'x'),
        (r'\pmb{x}\hbox{ if }\large y', '\U0001d499 if y'),
        (r'\abs{x}\norm{y}', '|x|‖y‖'),
        (r'\dv{f}{x}\pdv{g}{y}', 'dfdx∂g∂y'),
        (r'a \eqref{e}', 'a(e)'),
        (r'a &= b \\ c &= d', 'a=bc=d'),
        (r'\begin{align}a&=b\\c&=d\end{align}', 'a=bc=d'),
        (r'\begin{align}a&=b\tag{1}\\c&=d\end{align}', 'a=b(1)c=d'),
        (r'\begin{equation}a\end{equation}', 'a'),
        (r'\begin{split}a&=b\end{split}', 'a=b'),
        (r'\begin{alignat}{2}a&=b\end{alignat}', 'a=b'),
        (r'\begin{eqnarray}a&=&b\end{eqnarray}', 'a=b'),
        (r'\begin{pmatrix*}[r]a\end{pmatrix*}', '(a)'),
        (r'\begin{smallmatrix}a\end{smallmatrix}', 'a'),
        (r'\widehat{x}\widetilde{y}', 'x\u0302y~'),
        (r'\mbox{so} \implies \dots', 'so⟹...'),
        (r'\text{<b>}', '<b>'),
    ],
)
def test_what_models_write_is_set(latex: str, shown: str) -> None:
    assert text_of(mathml_of(latex, True)).replace('\u2061', '').replace('\xa0', ' ') == shown


@pytest.mark.parametrize(
    'latex',
    [
        *(
            r'\frac{1}{',
            'x_1_2',
            r'\nonsense{x}',
            r'\begin{tikzcd}a\end{tikzcd}',
            '}',
            r'\href{javascript:alert(1)}{x}',
        ),
        *(r'\def\a{\a\a}\a', r'\newcommand{\b}[1]{#1#1}\b{x}', r'\prescript{a}{b}{c}', 'x' * (LONGEST + 1)),
        *('{' * LONGEST, r'\hat ' * (LONGEST // 5) + 'x', r'\begin{align}' + '&' * 3_900 + r'\end{align}'),
        r'\sqrt{' * (DEEPEST + 1) + 'x' + '}' * (DEEPEST + 1),
    ],
)
def test_what_cannot_be_set_stays_as_its_source(latex: str) -> None:
    html = formula_html(latex, f'${latex}$', display=False)
    assert sanitise(html) == f'<span class="formula-source">${latex}$</span>'.replace('&', '&amp;')


def test_a_formula_carries_its_source() -> None:
    html = sanitise(formula_html('a<"b"', '$$a<"b"$$', display=True))
    assert html.startswith('<span class="formula"><math data-tex="$$a&lt;&quot;b&quot;$$" display="block">')


def test_styles_become_classes_and_colours_attributes() -> None:
    html = sanitise(formula_html(r'\begin{array}{r|c}\color{red}a&\color{black}b\end{array}', '', display=True))
    assert 'class="align-right rule-right"' in html
    assert 'mathcolor="#FF0000"' in html
    assert ' style=' not in html
    assert '#000000' not in html


NESTED = ['{', r'\frac{1}{', r'\sqrt{', r'\mathrm{', r'\cancel{', r'\bm', r'\hat ', r'\left(', r'\begin{matrix}', 'x^{']


@pytest.mark.parametrize('piece', NESTED)
def test_nesting_does_not_fill_the_stack(piece: str) -> None:
    """In a process of its own with the smallest stack of a thread we know of: a full one ends the process."""
    script = (
        'import sys, threading\n'
        'from app.rendering.mathml import LONGEST, mathml_of\n'
        'piece = sys.argv[1]\n'
        'threading.stack_size(512 * 1024)\n'
        'for length in (300, LONGEST):\n'
        '    thread = threading.Thread(target=mathml_of, args=(piece * (length // len(piece)), True))\n'
        '    thread.start()\n'
        '    thread.join()\n'
    )
    assert subprocess.run([sys.executable, '-c', script, piece], check=False, timeout=60, cwd=ROOT).returncode == 0
