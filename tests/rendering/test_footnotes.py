"""Footnotes: the forms in which models write them, wherever they stand, and how they grow."""

import re

import pytest

from app.exchange.text_file import plain_text
from app.rendering.growing import GrowingMarkdown
from app.rendering.markdown import render_blocks
from app.rendering.outline import Listing, Paragraph, Run, outline
from tests.rendering.viewer import Viewer

TEXT = 'A claim.[^1] And more.[^note]\n\n[^1]: First footnote.\n[^note]: Second with `code`.\n'


def bare(html: str) -> str:
    """Leave out what every link has."""
    return html.replace(' target="_blank" rel="noopener noreferrer nofollow"', '')


def shown(text: str) -> list[str]:
    return [bare(html) for html in render_blocks(text)]


def grown(text: str) -> list[list[str]]:
    """Give what is shown after each character."""
    growing, viewer, seen = GrowingMarkdown(), Viewer(), []
    for char in text:
        growing.append(char)
        viewer.apply(growing.changes())
        assert viewer.html == growing.blocks()
        seen.append([bare(html) for html in viewer.html])
    return seen


def to(number: int) -> str:
    return f'<sup><a href="#note-{number}">{number}</a></sup>'


def back(number: int) -> str:
    return f'<a href="#noteref-{number}">\u21a9\ufe0e</a>'


def note(number: int, html: str) -> str:
    return f'<li data-note="{number}">{html}</li>'


def test_references_and_notes() -> None:
    assert shown(TEXT) == [
        f'<p>A claim.{to(1)} And more.{to(2)}</p>',
        '<ol class="notes">'
        + note(1, f'<p>First footnote. {back(1)}</p>')
        + note(2, f'<p>Second with <code>code</code>. {back(2)}</p>')
        + '</ol>',
    ]


def test_a_note_of_several_lines_paragraphs_and_code() -> None:
    text = 'a[^x]\n\n[^x]: one\ntwo\n\n    three\n\n    ```\n    four\n\n      five\n    ```\n\n    - six\n\nnot in it'
    _, notes, after = shown(text)
    assert notes.startswith('<ol class="notes"><li data-note="1"><p>one<br>\ntwo</p><p>three</p><div class="code">')
    assert '<code>four\n\n  five</code>' in notes
    assert notes.endswith(f'<ul><li>six</li></ul>{back(1)}</li></ol>')
    assert after == '<p>not in it</p>'


@pytest.mark.parametrize('gap', ['\n', '\n\n', '\n\n\n'])
def test_definitions_in_a_row_are_one_list(gap: str) -> None:
    [notes] = shown(gap.join(f'[^{label}]: the {label}' for label in ('one', '2', 'x-3')))
    assert (
        notes
        == '<ol class="notes">'
        + ''.join(note(number, f'<p>the {label}</p>') for number, label in enumerate(('one', '2', 'x-3'), 1))
        + '</ol>'
    )


def test_a_note_used_twice_one_not_used_and_one_not_defined() -> None:
    first, notes = shown('a[^1] b[^1] c[^9]\n\n[^1]: one\n[^2]: two')
    assert first == f'<p>a{to(1)} b{to(1)} c[^9]</p>'
    assert notes == f'<ol class="notes">{note(1, f"<p>one {back(1)}</p>")}{note(2, "<p>two</p>")}</ol>'


def test_a_note_defined_twice_is_shown_twice() -> None:
    assert shown('[^1]: one\n[^1]: other\n\na[^1]') == [
        f'<ol class="notes">{note(1, f"<p>one {back(1)}</p>")}{note(2, "<p>other</p>")}</ol>',
        f'<p>a{to(1)}</p>',
    ]


def test_notes_stand_where_they_are_written_and_go_on_counting() -> None:
    text = 'a[^1]\n\n[^1]: one\n\nb[^2]\n\n[^2]: two\n\nEnd.'
    assert shown(text)[1::2] == [
        f'<ol class="notes">{note(1, f"<p>one {back(1)}</p>")}</ol>',
        f'<ol class="notes" start="2">{note(2, f"<p>two {back(2)}</p>")}</ol>',
    ]


@pytest.mark.parametrize('text', ['**a[^1]**', '- a[^1]', '> a[^1]', '# a[^1]', '| a[^1] |\n|---|', '[^1][^1](x) [b]'])
def test_references_anywhere_in_text(text: str) -> None:
    assert to(1) in shown(f'{text}\n\n[^1]: one')[0]


def test_in_code_there_are_none() -> None:
    assert shown('`[^1]`\n\n    [^1]: a\n\n```\n[^1]: b [^1]\n```\n\n[^1]: c')[0] == '<p><code>[^1]</code></p>'
    assert ''.join(shown('`[^1]`\n\n    [^1]: a\n\n```\n[^1]: b [^1]\n```\n\n[^1]: c')).count('data-note') == 1


def test_a_link_may_hold_a_reference_which_is_no_link_then() -> None:
    assert shown('[a[^1]](https://b.example)\n\n[^1]: one')[0] == '<p><a href="https://b.example">a<sup>1</sup></a></p>'


@pytest.mark.parametrize('text', ['a[^]', 'a[^ 1]', 'a[^1 2]', 'a[1]', 'a[^1', f'a[^{"x" * 101}]'])
def test_what_is_none_stays_text(text: str) -> None:
    assert shown(f'{text}\n\n[^1]: one')[0] == f'<p>{text}</p>'


def test_an_address_is_a_note_and_no_link_definition() -> None:
    assert shown('a[^1]\n\n[^1]: /path') == [
        f'<p>a{to(1)}</p>',
        f'<ol class="notes">{note(1, f"<p>/path {back(1)}</p>")}</ol>',
    ]


@pytest.mark.parametrize('before', ['Words\n', '- item\n', '> quote\n', '# Title\n', '| a |\n|---|\n| b |\n', '---\n'])
def test_a_definition_needs_no_blank_line_before_it(before: str) -> None:
    assert shown(before + '[^1]: one')[-1] == f'<ol class="notes">{note(1, "<p>one</p>")}</ol>'


def test_in_items_and_quotes_they_stay_there() -> None:
    html = ''.join(shown('- a[^1]\n\n  [^1]: one\n\n> b[^2]\n>\n> [^2]: two'))
    assert re.sub(r' start="2"', '', html) == (
        f'<ul><li><p>a{to(1)}</p><ol class="notes">{note(1, f"<p>one {back(1)}</p>")}</ol></li></ul>'
        f'<blockquote><p>b{to(2)}</p><ol class="notes">{note(2, f"<p>two {back(2)}</p>")}</ol></blockquote>'
    )


def test_while_it_grows_no_definition_is_seen_as_text() -> None:
    for blocks in grown(TEXT):
        assert ']:' not in ''.join(blocks)
        assert all(block.startswith('<ol') for block in blocks[1:])
        assert back(1) not in ''.join(blocks)


def test_each_note_is_a_line_of_its_own_as_soon_as_it_comes() -> None:
    text = 'Words.\n\n' + ''.join(f'[^{number}]: note {number}\n' for number in range(1, 60))
    last = grown(text)[-1]
    assert re.findall(r'<li data-note="(\d+)"><p>note (\d+)</p></li>', ''.join(last)) == [
        (str(number), str(number)) for number in range(1, 60)
    ]


def test_notes_that_come_first_are_shown_as_the_whole_will_be() -> None:
    text = '[^1]: one\n[^b]: two\n\na[^1] b[^b] c[^9]\n\n- d[^b]\n\n[^c]: three\n\ne[^c][^1]\n\nThe end'
    assert [re.sub(r' ?<a href="#noteref[^/]*/a>', '', html) for html in shown(text)] == grown(text)[-1]


def test_many_notes_are_not_parsed_again_and_again() -> None:
    text = ''.join(f'[^{number}]: a note with *words* in it\n\n' for number in range(400)) + 'a[^399]'
    growing = GrowingMarkdown()
    for start in range(0, len(text), 8):
        growing.append(text[start : start + 8])
        growing.changes()
    assert growing.parsed_characters <= 60 * len(text)
    assert bare(growing.blocks()[-1]) == f'<p>a{to(400)}</p>'
    growing.finish()
    assert growing.blocks() == render_blocks(text)


@pytest.mark.parametrize('address', ['#note-1', '#noteref-1', '#note-1 "title"', '#app'])
def test_no_text_makes_such_links_itself(address: str) -> None:
    assert '<a' not in ''.join(shown(f'[x]({address})'))


def test_files_name_them_by_their_numbers() -> None:
    first, notes = outline(TEXT)
    assert isinstance(first, Paragraph)
    assert first.runs == (Run('A claim.'), Run('[1]', note=True), Run(' And more.'), Run('[2]', note=True))
    assert isinstance(notes, Listing)
    assert (notes.notes, notes.start, len(notes.items)) == (True, 1, 2)
    assert plain_text(TEXT) == 'A claim.[1] And more.[2]\n\n[1] First footnote.\n[2] Second with code.'
    assert plain_text('a[^1]\n\n[^1]:\n    ```\n    b\n    ```') == 'a[1]\n\n[1] b'
