"""Sections that fold: the tags as models write them, wherever they stand, and how they grow."""

import re

import pytest

from app.exchange.markdown_file import markdown_file
from app.exchange.text_file import plain_text
from app.rendering.details import DEEPEST_SECTIONS
from app.rendering.growing import ALLOWANCE, GrowingMarkdown
from app.rendering.markdown import render_blocks
from app.rendering.outline import Paragraph, Run, Section, open_sections, outline
from tests.exchange.samples import talk, told

PLAIN = '<details>\n<summary>The *proof*</summary>\n\nSome **words**.\n\n- one\n- two\n\n</details>\n\nAfter.'


def shown(text: str) -> str:
    return ''.join(render_blocks(text))


def grown(text: str) -> list[str]:
    """Give what is shown after each character."""
    growing, seen = GrowingMarkdown(), []
    for char in text:
        growing.append(char)
        growing.changes()
        seen.append(''.join(growing.blocks()))
    return seen


def test_a_section_with_markdown_inside() -> None:
    assert render_blocks(PLAIN) == [
        '<details><summary>The <em>proof</em></summary>'
        '<p>Some <strong>words</strong>.</p><ul><li>one</li><li>two</li></ul></details>',
        '<p>After.</p>',
    ]


@pytest.mark.parametrize(
    'text',
    [
        '<details><summary>S</summary>\n\na\n\n</details>',
        '<details><summary>S</summary>a</details>',
        '<details><summary>S</summary> a\n</details>',
        '<details>\n  <summary>S</summary>\n  a\n</details>',
        '<details>\n    <summary>S</summary>\n    a\n</details>',
        '<details>\n\n<summary>\nS\n</summary>\n\na</details>',
        '<DETAILS class="x" data-y=\'open\' onclick="z">\n<Summary id="q">S</SUMMARY>\na\n</Details>',
        '   <details>\n   <summary>S</summary>\n\na\n\n   </details>',
        '<details><summary>S</summary>\n\na\n\n    </details>',
        '<details>\n<summary>S\n\na',  # it was stopped there
    ],
)
def test_forms(text: str) -> None:
    assert shown(text) == '<details><summary>S</summary><p>a</p></details>'


@pytest.mark.parametrize(
    'tag', ['<details open>', '<details open="">', '<details class="a" open>', '<details OPEN="open">']
)
def test_a_section_may_be_open(tag: str) -> None:
    assert shown(f'{tag}\na\n</details>') == '<details open=""><p>a</p></details>'


@pytest.mark.parametrize('tag', ['<details class="open">', "<details data-a='open'>", '<details opened>'])
def test_the_word_elsewhere_opens_none(tag: str) -> None:
    assert shown(f'{tag}\na\n</details>') == '<details><p>a</p></details>'


def test_sections_nest_and_a_paragraph_makes_way() -> None:
    text = 'a\n<details><summary>B</summary>\n\nb\n<details><summary>C</summary>\nc\n</details>\nd\n</details>\ne'
    assert shown(text) == (
        '<p>a</p><details><summary>B</summary><p>b</p><details><summary>C</summary><p>c</p></details><p>d</p></details>'
        '<p>e</p>'
    )


def test_several_tags_on_a_line() -> None:
    text = '<details><details>\na\n</details></details> b\n\nc'
    assert render_blocks(text) == ['<details><details><p>a</p></details></details><p>b</p>', '<p>c</p>']


def test_in_code_it_is_code() -> None:
    for text in ('```html\n<details>\n<summary>S</summary>\n</details>\n```', '    <details>\n    a\n    </details>'):
        assert '<details>' not in shown(text)
        assert '&lt;details&gt;' in re.sub('<span[^>]*>|</span>', '', shown(text))
    assert (
        shown('`<details>` and\n`</details>`')
        == '<p><code>&lt;details&gt;</code> and<br>\n<code>&lt;/details&gt;</code></p>'
    )
    inside = shown('<details>\n\n```\n</details>\n```\n\na\n</details>')
    assert inside.endswith('&lt;/details&gt;</code></pre></div><p>a</p></details>')


@pytest.mark.parametrize(
    'text',
    [
        'Write <details> there',
        '</details>',
        'a\n</details>\nb',
        '<detailsx>',
        '<summary>S</summary>',
        '<details',
        '<div>a</div>',
        '| a |\n|---|\n| <details> |',
    ],
)
def test_everything_else_stays_text(text: str) -> None:
    assert not re.search('<(details|summary|div>)', shown(text))
    assert [
        part
        for part in re.findall(r'</?\w+>?', text)
        if part.replace('<', '&lt;').replace('>', '&gt;') not in shown(text)
    ] == []


def test_a_section_ends_with_the_item_or_quote_it_stands_in() -> None:
    assert shown('- a\n  <details>\n  b\n- c') == '<ul><li>a<details>b</details></li><li>c</li></ul>'
    assert shown('> <details>\n> b\n\nc') == '<blockquote><details><p>b</p></details></blockquote><p>c</p>'
    assert shown('- <details>\n  b\n\n  </details>\n\n  c') == '<ul><li><details><p>b</p></details><p>c</p></li></ul>'


def test_a_closing_tag_within_a_list_waits_for_its_end() -> None:
    assert shown('<details>\n- a\n- b\n  </details>\n\nc') == '<details><ul><li>a</li><li>b</li></ul></details><p>c</p>'
    assert shown('<details>\n- a\n- b</details>\n\nc') == '<details><ul><li>a</li><li>b</li></ul></details><p>c</p>'


def test_what_is_nested_too_deeply_is_shown_as_text() -> None:
    html = shown('<details>\n' * 5_000 + 'words\n' + '</details>\n' * 5_000 + '\nafter')
    assert html.count('<details>') == html.count('</details>') == DEEPEST_SECTIONS
    assert html.count('&lt;details&gt;') == 5_000 - DEEPEST_SECTIONS
    assert html.endswith('</details><p>after</p>')


def test_while_it_grows_no_tag_is_seen_and_no_summary_is_missing() -> None:
    text = PLAIN.replace('S', 's')
    for html in grown(text):
        assert '&lt;' not in html
        assert html.count('<details>') == html.count('<summary>')
    assert grown(text)[-1] == shown(text)


def test_a_growing_section_is_shown_as_one_that_was_never_closed() -> None:
    text = PLAIN.removesuffix('</details>\n\nAfter.').rstrip()
    for at, html in enumerate(grown(text)):
        if text[at].isalnum() and at > text.index('Some') and text[: at + 1].count('**') != 1:
            assert html == shown(text[: at + 1])


def test_a_long_section_is_not_parsed_again_and_again() -> None:
    text = '<details>\n<summary>S</summary>\n\n' + 'Some *words* in it.\n\n' * 500 + '</details>\n\nAfter'
    growing, size = GrowingMarkdown(), 8
    for start in range(0, len(text), size):
        growing.append(text[start : start + size])
        growing.changes()
    assert growing.blocks() == render_blocks(text)
    assert growing.parsed_characters <= ALLOWANCE / size * len(text)
    assert growing.parsed_characters <= 90 * len(text)


def test_links_defined_in_a_long_section_are_known_behind_it() -> None:
    text = '<details>\n\n[x]: /y\n\n' + 'Some *words* in it.\n\n' * 100 + '</details>\n\nSee [x].'
    assert grown(text)[-1] == shown(text)
    assert 'href="/y"' in shown(text)


def test_files_show_what_is_folded_under_its_summary() -> None:
    first, after = outline(PLAIN)
    assert isinstance(first, Section)
    assert first.summary == (Run('The '), Run('proof', italic=True))
    assert len(first.parts) == 2
    assert after == Paragraph((Run('After.'),))
    assert plain_text(PLAIN) == 'The proof\n\n  Some words.\n\n  - one\n  - two\n\nAfter.'
    assert plain_text('<details>\na\n</details>') == '  a'


@pytest.mark.parametrize(
    ('text', 'count'),
    [
        (PLAIN, 0),
        ('<details>a</details>', 0),
        ('<details>\n<summary>S</summary>\na', 1),
        ('<details><details>\na\n</details>', 1),
        ('- <details>\n  a\n\nb', 1),
        ('```\n<details>', 0),
        ('', 0),
    ],
)
def test_what_was_left_open_is_closed_where_other_readers_would_fold_the_rest(text: str, count: int) -> None:
    assert open_sections(text) == count
    file = markdown_file(told(talk('?', text, 'next', 'end')))
    assert file.count('</details>') - text.count('</details>') == count
    assert '\n\nend\n' in file


@pytest.mark.parametrize(
    ('summary', 'html'),
    [
        ('<b>A hint</b>', '<strong>A hint</strong>'),
        ('1. <strong> A *hint* </strong> <i>b</i>', '1. <strong>A <em>hint</em></strong> <em>b</em>'),
        ('<b>A hint', '&lt;b&gt;A hint'),
        ('<b></b> <u>c</u>', '&lt;b&gt;&lt;/b&gt; &lt;u&gt;c&lt;/u&gt;'),
    ],
)
def test_what_is_bold_or_italic_in_a_summary(summary: str, html: str) -> None:
    assert shown(f'<details>\n<summary>{summary}</summary>\n\na\n</details>') == (
        f'<details><summary>{html}</summary><p>a</p></details>'
    )
