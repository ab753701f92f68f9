"""Hostile text takes no more steps than any other, no character of it is lost, and what people write is not touched."""

import re
import sys
from html import unescape
from pathlib import Path
from subprocess import run

import pytest

from app.exchange.text_file import plain_text
from app.rendering.bounds import DEEPEST
from app.rendering.effort import STEP_LINES, WHOLE, Effort
from app.rendering.markdown import parse, render_blocks
from tests.rendering.hostile import HOSTILE

LONG = 100_000


def words(html: str) -> str:
    """Give the text of HTML without what separates it."""
    return re.sub(r'\s', '', unescape(re.sub(r'<[^>]*>', '', html)))


@pytest.mark.parametrize('name', HOSTILE)
def test_steps_grow_with_the_length_and_no_faster(name: str) -> None:
    spent = []
    for length in (2_000, 4_000):
        effort = Effort(10**9, share=1)
        parse(HOSTILE[name](length), {}, effort)
        spent.append(10**9 - effort.left)
    assert spent[1] <= (4.2 if name == 'wide table' else 2.2) * spent[0] + 100


@pytest.mark.parametrize('name', HOSTILE)
def test_no_letter_of_a_hostile_text_is_lost(name: str) -> None:
    text = HOSTILE[name](3_000).replace('a', '\u00e4')
    effort = Effort(500)  # most of it stays plain
    shown = ''.join(block.html() for block in parse(text, {}, effort))
    assert words(shown).count('\u00e4') + shown.count('%C3%A4') >= text.count('\u00e4') - text.count(']:')


def test_what_is_nested_too_deeply_is_shown_as_it_is_written() -> None:
    [shown] = render_blocks('- ' * 40 + 'words\n' + '  ' * 40 + 'and more')
    assert shown.count('<ul>') == DEEPEST // 2
    assert 'words' in shown
    assert 'and more' in shown


def test_one_bad_paragraph_leaves_the_others_alone() -> None:
    text = f'Some *words*.\n\n{"[" * 400_000}\n\n- a list\n'
    first, bad, last = render_blocks(text)
    assert (first, last) == ('<p>Some <em>words</em>.</p>', '<ul><li>a list</li></ul>')
    assert bad == f'<p class="plain">{"[" * 400_000}</p>'


def test_a_text_beyond_all_measure_stays_plain_with_its_line_breaks() -> None:
    text = '*a* <b>\n\n- c\n' * (WHOLE * STEP_LINES // 3 + 1)
    [shown] = render_blocks(text)
    assert shown.startswith('<p class="plain">*a* &lt;b&gt;\n\n- c\n*a*')
    assert words(shown) == re.sub(r'\s', '', text)


@pytest.mark.parametrize('name', HOSTILE)
def test_files_are_made_of_what_the_page_shows(name: str) -> None:
    text = HOSTILE[name](3_000)
    assert plain_text(text).count('a') >= words(''.join(render_blocks(text))).count('a')


ORDINARY = {
    'prose': 'The **quick** brown fox `jumps` over [the](https://a.example) lazy dog and *goes on* like this.\n\n',
    'list': '- an item of *some* words, and `code`\n  1. one within it\n',
    'table': '| 12 | some words | 3.14 | **yes** |\n',
    'wide table': '|' + '42|' * 12 + '\n',
    'quote': '> as somebody said, with *emphasis*, in many lines\n',
    'tasks': '- [x] this is done\n- [ ] and this is not\n',
    'dense': '**a** *b* `c` ',
}


@pytest.mark.parametrize('name', ORDINARY)
def test_100_kb_of_what_people_write_is_rendered_in_full(name: str) -> None:
    piece = ORDINARY[name]
    columns = piece.count('|') - 1
    head = f'{"|a" * columns}|\n{"|-" * columns}|\n' if columns > 0 else ''
    effort = Effort()
    parse(head + piece * (LONG // len(piece)), {}, effort)
    assert not effort.short


LONG_TEXTS = {
    'paragraphs': 'Some words of a long text.\n\n' * 40_000,
    'rules': '---\n' * 40_000,
    'underlines': 'a\n---\n' * 20_000,
    'tables': '|a|\n|-|\n# b\n' * 10_000,
    'addresses too long': 'www.a/(' * 120_000,
}


@pytest.mark.parametrize('name', LONG_TEXTS)
def test_nothing_is_looked_for_anew_in_all_the_rest_of_a_text(name: str) -> None:
    """A guard from outside: each takes less than 2 s of CPU, and 15 and more if it grew with the square."""
    program = (
        'import resource; resource.setrlimit(resource.RLIMIT_CPU, (10, 10))\n'
        'from app.rendering.effort import Effort\n'
        'from app.rendering.markdown import parse\n'
        'from tests.rendering.test_bounds import LONG_TEXTS\n'
        f'parse(LONG_TEXTS[{name!r}], {{}}, Effort(10**9))\n'
    )
    root = Path(__file__).parents[2]
    assert run([sys.executable, '-c', program], cwd=root, check=False).returncode == 0


def test_all_of_them_within_seconds_of_cpu() -> None:
    """A guard from outside: whatever is not counted shows here. Takes 5 s of CPU."""
    program = (
        'import resource; resource.setrlimit(resource.RLIMIT_CPU, (60, 60))\n'
        'from app.rendering.markdown import render_blocks\n'
        'from tests.rendering.hostile import HOSTILE\n'
        'for name, text in HOSTILE.items(): render_blocks(text(50_000))\n'
    )
    root = Path(__file__).parents[2]
    assert run([sys.executable, '-c', program], cwd=root, check=False).returncode == 0
