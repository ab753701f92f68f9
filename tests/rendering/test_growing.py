from collections.abc import Callable

import pytest

from app.rendering.changes import AppendText, ReplaceFrom, ReplaceTail
from app.rendering.growing import ALLOWANCE, LONG_LIST, STEPS_A_CALL, STEPS_AT_START, GrowingMarkdown
from app.rendering.highlight import QUICK
from app.rendering.markdown import render_blocks
from tests.rendering.hostile import HOSTILE
from tests.rendering.viewer import Viewer


def grown(text: str, step: int = 8) -> GrowingMarkdown:
    growing = GrowingMarkdown()
    for start in range(0, len(text), step):
        growing.append(text[start : start + step])
        growing.changes()
    return growing


def test_the_first_text_is_a_first_block() -> None:
    growing = GrowingMarkdown()
    growing.append('Hello')
    assert growing.changes() == [ReplaceFrom(0, ('<p>Hello</p>',))]
    assert growing.changes() == []


def test_words_are_appended_and_white_space_waits_for_the_next() -> None:
    growing = GrowingMarkdown('Hello ')
    growing.append('dear ')
    assert growing.changes() == [AppendText(0, ' dear')]
    growing.append('\n')
    assert growing.changes() == []
    growing.append(' world, e.g. you')
    assert growing.changes() == [ReplaceTail(0, len('<p>Hello'), ' dear<br>\nworld, e.g. you</p>')]


def test_appends_are_taken_together() -> None:
    growing = GrowingMarkdown('One')
    growing.append(' two')
    growing.append(' three')
    assert growing.changes() == [AppendText(0, ' two three')]


def test_markers_alone_wait_for_what_they_mean() -> None:
    growing = GrowingMarkdown('Items:')
    for piece in ('\n', '-', ' '):
        growing.append(piece)
        assert growing.changes() == []
    growing.append('one')
    growing.changes()
    assert growing.blocks() == ['<p>Items:</p>', '<ul><li>one</li></ul>']


def test_code_comes_line_by_line_and_gets_its_colours_when_it_is_closed() -> None:
    growing = GrowingMarkdown('```python\n')
    growing.append('x = 1\n\n``')
    assert growing.changes() == [AppendText(0, 'x = 1')]
    growing.append('` + 2')
    assert growing.changes() == [AppendText(0, '\n\n``` + 2')]
    growing.append('\n```\n')
    growing.changes()
    assert '<span class="tok-number">1</span>' in growing.blocks()[0]


def test_code_inside_a_list_item_grows_without_a_parse() -> None:
    growing = GrowingMarkdown('1. Do\n\n   ```sh\n')
    parsed = growing.parsed_characters
    growing.append('   cd a\n     ls\n')
    assert growing.changes() == [AppendText(0, 'cd a\n  ls')]
    assert growing.parsed_characters == parsed
    growing.append('next')
    growing.changes()
    assert growing.blocks() == GrowingMarkdown(growing.text).blocks()


def test_long_code_gets_its_colours_only_at_the_end() -> None:
    growing = GrowingMarkdown('```python\n' + 'return 1\n' * QUICK + '```\n\nDone.')
    assert 'tok-' not in growing.blocks()[0]
    (change,) = growing.finish()
    assert isinstance(change, ReplaceTail)
    assert 'tok-keyword' in change.html


def test_links_defined_further_down_come_with_the_end() -> None:
    growing = grown('See [x].\n\nMore text.\n\n[x]: /y\n')
    assert growing.blocks()[0] == '<p>See [x].</p>'
    growing.finish()
    assert growing.blocks() == render_blocks(growing.text)
    assert 'href="/y"' in growing.blocks()[0]


def test_links_defined_before_are_known_in_later_blocks() -> None:
    growing = grown('[x]: /y\n\nFirst words here.\n\nSecond words here.\n\nSee [x] now.')
    assert growing.blocks() == render_blocks(growing.text)
    assert 'href="/y"' in growing.blocks()[-1]


@pytest.mark.parametrize('end', ['\r\n', '\r'])
def test_every_line_end_is_understood_wherever_it_is_cut(end: str) -> None:
    text = end.join(['One', '', '- two', '- three', '', '```', 'four', '```', ''])
    growing = grown(text, step=1)
    assert growing.blocks() == render_blocks(text)
    assert growing.text == text


def test_text_goes_on_after_an_interruption() -> None:
    text = '# Title\n\nSome **bold'
    viewer, growing = Viewer(GrowingMarkdown(text).blocks()), GrowingMarkdown(text)
    growing.append('** text\n\n- and more')
    viewer.apply(growing.changes())
    assert viewer.html == growing.blocks() == render_blocks(text + '** text\n\n- and more')


def test_much_text_at_once_is_shown_at_once() -> None:
    text = 'word *emphasis* ' * 2000
    growing = GrowingMarkdown('Some text, ')
    growing.append(text)
    growing.changes()
    assert growing.blocks() == render_blocks('Some text, ' + text)


def test_the_end_takes_a_render_made_elsewhere() -> None:
    growing = GrowingMarkdown('a')
    assert growing.finish(['<p>a</p>', '<p>b</p>']) == [ReplaceFrom(1, ('<p>b</p>',))]


def test_a_huge_paragraph_shows_new_text_raw_until_it_is_parsed_again() -> None:
    growing = grown('*a* b ' * 1000)
    parsed = growing.parsed_characters
    growing.append('*c* ')
    assert [type(change) for change in growing.changes()] == [AppendText]
    assert growing.parsed_characters == parsed
    while growing.parsed_characters == parsed:
        growing.append('d ')
        growing.changes()
    assert growing.blocks() == render_blocks(growing.text)


MANY = 12_000
LONG_TEXTS: dict[str, Callable[[int], str]] = {
    'words on one line': lambda size: ' '.join(f'w{n}' for n in range(size))[:size],
    'one fence': lambda size: ('```python\n' + 'x = compute(1)  # note\n\n' * size)[:size],
    'one fence in an item': lambda size: ('- a\n\n  ```\n' + '  x = compute(1)\n' * size)[:size],
    'one list': lambda size: ''.join(f'- item {n} with *words*\n' for n in range(size))[:size],
    'one loose numbered list': lambda size: ''.join(f'{n}. item with words\n\n' for n in range(1, size))[:size],
    'one table': lambda size: ('| a | b |\n|---|---|\n' + '| some | *words* |\n' * size)[:size],
    'prose': lambda size: ('Some words of *prose*, in paragraphs.\n\n' * size)[:size],
    'one huge paragraph': lambda size: ('*a* `b` words ' * size)[:size],
    'one huge quote': lambda size: ('> *a* `b` words\n' * size)[:size],
    'one item with a list': lambda size: ('- a\n' + '  - item *b*\n' * size)[:size],
}


@pytest.mark.parametrize('kind', LONG_TEXTS)
def test_the_characters_parsed_stay_in_proportion_to_the_text(kind: str) -> None:
    growing = grown(LONG_TEXTS[kind](MANY))
    assert growing.parsed_characters <= (ALLOWANCE / 8 + 3) * MANY


@pytest.mark.parametrize('kind', list(LONG_TEXTS)[:7])
def test_what_grows_all_the_time_is_hardly_parsed(kind: str) -> None:
    short, long = (grown(LONG_TEXTS[kind](size)).parsed_characters / size for size in (MANY // 4, MANY))
    assert long <= 30
    assert long <= 1.2 * short + 1


@pytest.mark.parametrize('kind', LONG_TEXTS)
def test_the_changes_of_a_long_text_are_few_characters(kind: str) -> None:
    growing, size = GrowingMarkdown(), 0
    text = LONG_TEXTS[kind](MANY)
    for start in range(0, MANY, 8):
        growing.append(text[start : start + 8])
        for change in growing.changes():
            size += len(change.text) if isinstance(change, AppendText) else len(''.join(change.html))
    assert size <= 8 * MANY


def test_a_finished_list_is_one_block() -> None:
    growing = grown('- item\n' * LONG_LIST)
    assert len(growing.blocks()) > 1
    growing.finish()
    assert growing.blocks() == render_blocks(growing.text)
    assert len(growing.blocks()) == 1


def test_a_list_after_a_long_one_stands_by_itself() -> None:
    growing = grown('- item\n' * LONG_LIST + '\nA paragraph between.\n\n1. new item')
    assert growing.blocks()[-2:] == ['<p>A paragraph between.</p>', '<ol><li>new item</li></ol>']


def test_what_looks_like_a_fence_may_be_the_head_of_a_table() -> None:
    text = '~~~ a | b\n|--|--|\nc\n\nEnd'
    assert grown(text, step=1).blocks() == render_blocks(text)


@pytest.mark.parametrize('name', HOSTILE)
@pytest.mark.parametrize('piece', [40, 5_000])
def test_a_hostile_text_is_shown_with_few_steps_a_call(name: str, piece: int) -> None:
    text = HOSTILE[name](20_000).replace('a', '\u00e4')
    growing, viewer, calls = GrowingMarkdown(), Viewer(), 0
    for start in range(0, len(text), piece):
        before = growing.steps
        growing.append(text[start : start + piece])
        viewer.apply(growing.changes())
        calls += 1
        assert growing.steps - before <= STEPS_AT_START
    assert viewer.html == growing.blocks()
    assert growing.steps <= STEPS_AT_START + calls * STEPS_A_CALL


def test_what_was_raw_ends_with_a_blank_line_and_the_rest_is_markdown() -> None:
    growing, viewer = GrowingMarkdown('Words.\n\n'), Viewer(['<p>Words.</p>'])
    for piece in ('[' * 40_000, ' *raw*', '\n', '\nand *kind*\n\n- words'):
        growing.append(piece)
        viewer.apply(growing.changes())
        assert viewer.html == growing.blocks()
    first, raw, *others = growing.blocks()
    assert (first, raw) == ('<p>Words.</p>', f'<p class="plain">{"[" * 40_000} *raw*\n</p>')
    assert others == ['<p>and <em>kind</em></p>', '<ul><li>words</li></ul>']


def test_an_endless_line_of_markers_is_not_held_back() -> None:
    growing = grown('-' * 3_000, step=100)
    assert growing.blocks()
    assert growing.finish() == []


def test_code_gets_colours_at_once_if_they_are_quickly_found() -> None:
    growing = GrowingMarkdown('```python\nreturn\n```\n\n```c\nreturn;\n```\n\n')
    assert ['tok-' in block for block in growing.blocks()] == [True, False]


def test_only_so_much_code_gets_colours_at_a_time() -> None:
    growing = GrowingMarkdown(''.join(f'```python\n{f"return {n};" * 60}\n```\n\n' for n in range(3)))
    assert ['tok-' in block for block in growing.blocks()] == [True, False, False]


def test_a_long_section_in_which_nothing_stands_yet_grows() -> None:
    text = '<details><summary>' * 60
    growing = grown(text, step=10)
    growing.finish()
    assert growing.blocks() == render_blocks(text)
