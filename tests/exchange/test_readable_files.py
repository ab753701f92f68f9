import io
import json
from collections.abc import Callable

import pytest
from markdown_it import MarkdownIt
from pypdf import PdfReader

from app.domain.carried import Carried
from app.domain.message import Role, Status
from app.exchange.json_file import json_file
from app.exchange.markdown_file import markdown_file
from app.exchange.pdf_file import pdf_file
from app.exchange.text_file import plain_text, text_file
from app.exchange.transcript import Transcript
from tests.exchange.samples import rich, talk, told


def as_markdown(carried: Carried) -> str:
    return markdown_file(told(carried))


def as_text(carried: Carried) -> str:
    return text_file(told(carried))


def as_pdf(carried: Carried) -> str:
    return ' '.join(page.extract_text() for page in PdfReader(io.BytesIO(pdf_file(told(carried)))).pages)


@pytest.mark.parametrize('write', [as_markdown, as_text])
def test_the_branch_that_is_shown_with_all_around_it(write: object) -> None:
    assert callable(write)
    text = write(rich())
    in_order = [
        'Ação',
        'gemma2:2b',
        '2026-01-02',
        'You',
        '2026-01-02 ',
        'Quem é?',
        '/youtube',
        'hm',
        'Part 1',
        'Olá',
    ]
    in_order += ['Sources', 'Um vídeo', 'https://example.org/v', 'nada']
    places = [text.find(part) for part in in_order]
    assert -1 not in places, in_order[places.index(-1)]
    assert places == sorted(places)
    assert 'Outra' not in text
    assert 'javascript' not in text


@pytest.mark.parametrize('write', [as_markdown, as_text, as_pdf])
def test_an_instruction_stands_under_its_own_name(write: Callable[[Carried], str]) -> None:
    text = write(talk('Why?', 'So.', 'Answer briefly.', role=Role.SYSTEM, model=None))
    assert 0 < text.find('So.') < text.find('Instruction') < text.find('Answer briefly.')
    assert 'Guilherme' not in text


def test_json_has_every_branch() -> None:
    read = json.loads(json_file(rich()))
    assert (read['format'], read['version'], read['folder']) == ('guilherme-conversation', 1, 'Pasta')
    assert [each['content'] for each in read['messages']] == ['Quem é?\n  *eu*', 'Olá **mundo**', 'Outra']
    assert read['conversation']['tags'] == ['casa', 'trabalho']
    assert 'Ação: “tudo”' in json_file(rich()).decode()


@pytest.mark.parametrize('write', [as_markdown, as_text])
def test_where_an_answer_was_stopped(write: object) -> None:
    assert callable(write)
    assert 'Stopped here.' in write(talk('Tell', 'Once up', status=Status.STOPPED))
    assert 'Stopped here.' not in write(talk('Tell', 'Once up'))


@pytest.mark.parametrize('cut', ['```py\nx = 1', 'so <!-- hidden', '> ```\n> quoted', '~~~~\na\n~~~', '````\n```'])
def test_what_is_left_open_swallows_nothing_in_markdown(cut: str) -> None:
    html = MarkdownIt('commonmark').render(as_markdown(talk('Write', cut, 'And **then**?', 'Fine')))
    assert '<strong>You</strong>' in html
    assert '<strong>then</strong>' in html
    comments_open = html.rfind('<!--') > html.rfind('-->')
    assert not comments_open


def test_a_title_is_no_markup() -> None:
    html = MarkdownIt('commonmark').render(as_markdown(talk('Hi', title='# *a* [x](http://b) <i>\n\nc')))
    assert '<h1># *a* [x](http://b) &lt;i&gt; c</h1>' in html


def test_plain_text_has_no_marks() -> None:
    text = plain_text(
        '# Top\n\nsome **bold** and `code` [here](https://a.b)\n\n- [x] done\n- one\n  - two\n\n3. three\n\n> said\n\n'
        '| a | 漢字 |\n|---|---|\n| long cell | 1 |\n\n```py\nif x:\n    y\n```'
    )
    assert text == (
        'Top\n===\n\nsome bold and code here (https://a.b)\n\n- [x] done\n- one\n  - two\n\n3. three\n\n> said\n\n'
        'a         | 漢字\n----------+-----\nlong cell | 1\n\n    if x:\n        y'
    )


def test_an_empty_conversation() -> None:
    empty = talk(title='')
    assert as_markdown(empty) == '# New chat\n'
    assert as_text(empty).startswith('New chat\n')
    assert json.loads(json_file(empty))['messages'] == []


def test_a_conversation_of_five_thousand_messages_and_one_in_a_circle() -> None:
    long = talk(*(f'text {number}' for number in range(5000)))
    assert [said.text for said in told(long).said] == [f'text {number}' for number in range(5000)]
    first, *rest = long.messages[:2]
    circle = Carried(conversation=long.conversation, messages=(first, *rest))
    assert told(circle).said == ()  # its head is not there


def test_a_transcript_survives_json() -> None:
    from dataclasses import asdict

    made = told(rich())
    assert Transcript.from_data(json.loads(json.dumps(asdict(made)))) == made
