r"""Formulas in exported files: the source, whole, with its delimiters."""

from io import BytesIO

from pypdf import PdfReader

from app.exchange.markdown_file import markdown_file
from app.exchange.pdf_file import pdf_file
from app.exchange.text_file import plain_text
from app.rendering.outline import Code, Paragraph, Run, outline
from tests.exchange.samples import talk, told

TEXT = (
    'Take $x_{i}^{*} + y_{j}^{*}$ and \\(a * b * c\\), **bold**.\n\n$$\n- x \\\\\n= 2\n$$\n\n'
    '\\begin{align}\n* a &= b\n\\end{align}\n\nIt is $5 and $10; $\\nonsense *d* e$ and $\\open *f* g'
)


def test_text_has_the_source() -> None:
    assert plain_text(TEXT) == (
        'Take $x_{i}^{*} + y_{j}^{*}$ and \\(a * b * c\\), bold.\n\n    $$\n    - x \\\\\n    = 2\n    $$\n\n'
        '    \\begin{align}\n    * a &= b\n    \\end{align}\n\n'
        'It is $5 and $10; $\\nonsense *d* e$ and $\\open *f* g'
    )


def test_markdown_is_as_it_was_written() -> None:
    assert TEXT in markdown_file(told(talk('How?', TEXT)))


def test_the_outline_tells_formulas_from_words() -> None:
    assert outline('a $x_1$ b\n\n\\[ y \\]') == (
        Paragraph((Run('a '), Run('$x_1$', code=True), Run(' b'))),
        Code('\\[ y \\]'),
    )


def test_pdf_has_the_source() -> None:
    reader = PdfReader(BytesIO(pdf_file(told(talk('How?', TEXT)))))
    words = ''.join(page.extract_text() for page in reader.pages)
    for source in ('$x_{i}^{*} + y_{j}^{*}$', '\\(a * b * c\\)', '- x \\\\', '* a &= b', 'It is $5 and $10'):
        assert source in ' '.join(words.split())
