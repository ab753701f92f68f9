import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from app.domain.carried import Carried
from app.domain.message import Status
from app.exchange.pdf_file import pdf_file
from app.exchange.pdf_flow import Flow
from app.exchange.pdf_look import BODY, COLOURS, COLUMN, HEADINGS, MARGIN, PAGE_HEIGHT
from app.exchange.pdf_text import Style, Typesetter
from tests.exchange.samples import rich, talk, told
from tests.support.hostile_markdown import HOSTILE_MARKDOWN

TOKENS = Path(__file__).parents[2] / 'app' / 'ui' / 'static' / 'styles' / 'tokens.css'
ANSWER = """# Top

Some **bold** and `code` with a [link](https://example.org/x).

- one
  1. inner
- [x] done

> quoted

```python
def f():
    return 1
```

| a | b |
|---|--:|
| left cell | 22 |
"""


def read(carried: Carried) -> PdfReader:
    return PdfReader(io.BytesIO(pdf_file(told(carried))))


def words(reader: PdfReader) -> str:
    return ' '.join(' '.join(page.extract_text() for page in reader.pages).split())


@pytest.fixture(scope='module')
def type_() -> Iterator[Typesetter]:
    flow = Flow('t', 'en')
    yield flow.type
    flow.close()


def test_what_is_said_is_on_the_pages() -> None:
    text = words(read(talk('What?\nsecond line', ANSWER, title='My talk')))
    for said in ('My talk', 'You', 'gemma2:2b', 'second line', 'Top', 'Some bold and code with a link', '1. inner'):
        assert said in text
    for said in ('quoted', 'def f(): return 1', 'left cell', '22'):
        assert said in text
    assert not re.search(r'\*\*|```|\|--|\[x\]', text)


def test_thoughts_sources_and_where_it_was_stopped() -> None:
    text = words(read(rich()))
    for said in ('Thoughts', 'hm', 'Part 1', 'Sources', 'Um vídeo'):
        assert said in text
    assert 'Outra' not in text
    assert 'Stopped here.' in words(read(talk('Tell', 'Once', status=Status.STOPPED)))


def test_links_lead_where_they_say_and_only_to_the_web() -> None:
    reader = read(talk('Hi', '[a](https://example.org/x) [b](javascript:alert) ![c](https://example.org/i.png)'))
    annotations = [each.get_object() for page in reader.pages for each in page.get('/Annots', [])]
    assert {each['/A']['/URI'] for each in annotations} == {'https://example.org/x', 'https://example.org/i.png'}


def test_title_language_and_an_outline_of_the_questions() -> None:
    reader = read(talk('First?', 'a', 'Second ' + 'long ' * 50, 'b', title='Über 漢字'))
    assert reader.metadata is not None
    assert reader.metadata.title == 'Über 漢字'
    marks = [str(each['/Title']) for each in reader.outline if isinstance(each, dict)]
    assert (marks[0], marks[1][:12], marks[1][-1], len(marks)) == ('First?', 'Second long ', '…', 2)


def test_long_things_go_on_on_the_next_page_and_every_page_has_its_number() -> None:
    lines = [f'line {number}' for number in range(150)]
    code = '```py\n' + '\n'.join(f'x{number} = {number}' for number in range(150)) + '\n```'
    table = '| n |\n|--|\n' + '\n'.join(f'| cell {number} |' for number in range(150))
    reader = read(talk('\n'.join(lines), code, 'And?', table))
    text = words(reader)
    assert all(f'{line} ' in text for line in lines)
    assert all(f'x{number} = {number}' in text and f'cell {number} ' in f'{text} ' for number in range(150))
    numbers = [page.extract_text().split()[0] for page in reader.pages]
    assert len(reader.pages) > 6
    assert all(str(number) in page.extract_text() for number, page in enumerate(reader.pages, 1)), numbers


def test_letters_of_many_scripts_and_boxes_for_those_no_font_has() -> None:
    text = words(read(talk('Olá Ελληνικά Русский 你好 日本語 한국어 😀 ∑', '\U00013000 \ue000 हिन्दी')))
    for said in ('Olá', 'Ελληνικά', 'Русский', '你好', '日本語', '한국어', '😀', '∑', '□ □'):
        assert said in text


def test_right_to_left_is_drawn_so_and_begins_at_the_right(type_: Typesetter) -> None:
    [line] = type_.lines([('שלום abc', Style())], COLUMN)
    assert line.backwards
    assert [piece.text.strip() for piece in line.pieces if piece.text.strip()] == ['abc', 'שלום']
    assert [piece.backwards for piece in line.pieces][-1]
    [arabic] = type_.lines([('abc مرحبا', Style())], COLUMN)
    assert not arabic.backwards
    joined = sum(type_.width(char, Style('wide')) for char in 'مرحبا')
    assert arabic.pieces[-1].width < joined  # joined letters are narrower than lone ones


@pytest.mark.parametrize(
    ('text', 'at_the_right'),
    [('- שלום', True), ('- one', False), ('3. مرحبا', True), ('3. one', False), ('- one שלום', False), ('-', False)],
)
def test_the_mark_of_an_item_stands_where_its_line_begins(text: str, at_the_right: bool) -> None:
    places = {}

    def see(said: str, _ctm: object, matrix: list[float], *_: object) -> None:
        places[said.strip()] = matrix[4]

    read(talk('?', text)).pages[0].extract_text(visitor_text=see)
    [mark] = [x for said, x in places.items() if said in ('•', '.3', '3.')]
    assert (mark > MARGIN + COLUMN / 2) is at_the_right


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(max_size=60), max_size=4), width=st.floats(20, 500))
@example(texts=['', '0001\u0590'], width=20.0)  # a bold 0 is wider than a bold 1
def test_no_line_is_wider_than_it_may_and_no_letter_is_lost(type_: Typesetter, texts: list[str], width: float) -> None:
    styles = [Style(), Style('bold'), Style('mono', 9), Style('italic', colour='accent')]
    lines = type_.lines(zip(texts, styles, strict=False), width)
    assert all(line.width <= width + 0.01 or len(line.pieces[0].text) == 1 for line in lines)
    given = ''.join(texts)
    if given.isascii() and given.isprintable():
        drawn = ''.join(piece.text for line in lines for piece in line.pieces)
        assert drawn.replace(' ', '') == given.replace(' ', '')


@pytest.mark.parametrize('face', ['regular', 'mono'])
def test_spaces_at_the_end_of_a_line_take_no_room(type_: Typesetter, face: str) -> None:
    style = Style(face)
    [line] = type_.lines([('ab   ', style)], COLUMN)
    assert line.width == pytest.approx(type_.width('ab', style))


def test_nothing_is_drawn_below_the_margin() -> None:
    flow = Flow('t', 'en')
    flow.lines(flow.type.lines([('word ' * 3000, Style())], COLUMN), MARGIN, COLUMN, 16)
    assert flow.y < PAGE_HEIGHT - 60
    assert flow.pdf.page > 2
    flow.close()


def test_hostile_text_makes_pages_and_no_script() -> None:
    texts = [text for _, text in HOSTILE_MARKDOWN for text in (text, text)]
    data = pdf_file(told(talk(*texts, title=texts[0])))
    assert not re.search(rb'/JavaScript|/JS\b|/Launch|/EmbeddedFile', data)
    reader = PdfReader(io.BytesIO(data))
    annotations = [each.get_object() for page in reader.pages for each in page.get('/Annots', [])]
    schemes = {str(each['/A']['/URI']).split(':')[0] for each in annotations if '/A' in each}
    assert schemes <= {'http', 'https', 'mailto'}


@pytest.mark.parametrize(
    'text',
    [
        '',
        ' ',
        '\0\x07\x1b[31m',
        '\ud800',
        'a' * 20_000,
        '{nb}',
        '|a|\n|-|\n' + '|x' * 90,
        '|' + 'a|' * 60 + '\n|' + '-|' * 60,
        '> ' * 15 + 'deep',
        '- ' * 15 + 'deep',
        '1. a\n\n       - b',
        '- ',
        '```',
        '#',
        '\u202eabc\u200b\u2028x',
        'é' * 3,
    ],
)
def test_odd_text_makes_a_pdf_all_the_same(text: str) -> None:
    assert len(read(talk(text, text, title=text)).pages) >= 1


def test_an_empty_conversation() -> None:
    assert words(read(talk())) == 'A chat 1'


def test_colours_are_those_of_the_page() -> None:
    light = TOKENS.read_text('utf-8').partition('body.body--dark')[0]
    named = dict(re.findall(r'--([\w-]+): (#[0-9a-f]{6});', light))
    assert {name: named[name] for name in COLOURS} == COLOURS


def test_headings_are_as_large_beside_the_text_as_on_the_page() -> None:
    sizes = {name: float(size) for name, size in re.findall(r'--([\w-]+): ([\d.]+)rem;', TOKENS.read_text('utf-8'))}
    on_page = [sizes[name] / sizes['body'] for name in ('h1', 'h2', 'large')]
    assert [HEADINGS[level] / BODY for level in (1, 2, 3)] == pytest.approx(on_page)


def test_lines_end_where_they_end_on_the_page() -> None:
    text = 'Mist is on the door,\nbread is on the shelf.\n\n| a | b |\n|---|---|\n| long cell<br>short | c |'
    [page] = read(talk('?', text)).pages
    lines = page.extract_text().split('\n')
    at = lines.index('Mist is on the door,')
    assert lines[at + 1] == 'bread is on the shelf.'
    assert [line for line in lines if 'long cell' in line or 'short' in line] == ['long cell c', 'short']


def test_what_folds_on_the_page_is_read_in_a_file() -> None:
    text = words(read(talk('?', '<details>\n<summary>The *proof*</summary>\n\nIt is **so**.\n\n</details>\n\nAfter.')))
    assert 'The proof It is so. After.' in text
    assert '<' not in text
