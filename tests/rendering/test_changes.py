import pytest

from app.rendering.changes import AppendText, ReplaceFrom, ReplaceTail, Screen, end_of_text
from tests.rendering.viewer import Viewer


def screen_with(*blocks: str) -> Screen:
    screen = Screen()
    screen.show(0, blocks)
    return screen


@pytest.mark.parametrize(
    ('before', 'after'),
    [
        ('<p>a', '</p>'),
        ('<ul><li>a</li><li>b', '</li></ul>'),
        ('<blockquote><ol><li><p>a', '</p></li></ol></blockquote>'),
        ('<p>a <code>b</code>', '</p>'),
        ('<div class="code"><pre><code>x', '</code></pre></div>'),
        ('<h1>a</h1>', ''),
    ],
)
def test_text_ends_before_the_closing_tags_of_its_blocks(before: str, after: str) -> None:
    assert end_of_text(before + after) == len(before)


def test_the_first_blocks_are_given_whole() -> None:
    assert Screen().show(0, ['<p>a</p>', '<hr>']) == [ReplaceFrom(0, ('<p>a</p>', '<hr>'))]


def test_what_stays_the_same_is_not_told() -> None:
    assert screen_with('<p>a</p>', '<hr>').show(1, ['<hr>']) == []


def test_of_a_changed_block_only_the_new_end_is_told() -> None:
    assert screen_with('<p>some text</p>').show(0, ['<p>some <em>text</em></p>']) == [
        ReplaceTail(0, len('<p>some '), '<em>text</em></p>')
    ]


def test_kept_characters_are_counted_as_javascript_counts() -> None:
    assert screen_with('<p>é🙂a</p>').show(0, ['<p>é🙂b</p>']) == [ReplaceTail(0, 6, 'b</p>')]


def test_with_as_many_blocks_as_before_each_changed_one_is_told_alone() -> None:
    screen = screen_with('<p>a</p>', '<p>b</p>', '<p>c</p>')
    assert screen.show(0, ['<p>x</p>', '<p>b</p>', '<p>y</p>']) == [
        ReplaceTail(0, 3, 'x</p>'),
        ReplaceTail(2, 3, 'y</p>'),
    ]


def test_further_and_removed_blocks() -> None:
    screen = screen_with('<p>a</p>')
    assert screen.show(0, ['<p>a</p>', '<hr>']) == [ReplaceFrom(1, ('<hr>',))]
    assert screen.show(0, []) == [ReplaceFrom(0, ())]


def test_appended_text_is_escaped_only_in_the_html() -> None:
    screen = screen_with('<p>a</p>')
    assert screen.append(' <\xa0&') == [AppendText(0, ' <\xa0&')]
    assert screen.html() == ['<p>a &lt;&nbsp;&amp;</p>']


def test_nothing_appended_is_no_change() -> None:
    assert screen_with('<p>a</p>').append('') == []


def test_what_is_kept_never_reaches_into_appended_text() -> None:
    screen = screen_with('<p>one</p>')
    followed = Viewer(screen.html())
    followed.apply(screen.append(' two'))
    late = Viewer(screen.html())
    changes = [*screen.append(' three'), *screen.show(0, ['<p>one two <b>three</b></p>'])]
    assert changes[-1] == ReplaceTail(0, len('<p>one'), ' two <b>three</b></p>')
    for viewer in (followed, late):
        viewer.apply(changes)
        assert viewer.html == screen.html() == ['<p>one two <b>three</b></p>']


def test_text_stays_uncertain_in_a_block_that_is_no_longer_the_last() -> None:
    screen, viewer = Screen(), Viewer()
    for blocks in (['<p>a</p>'], ['<p>a b</p>', '<hr>'], ['<p>a b</p>', '<h1>c</h1>'], ['<p>a bc</p>', '<h1>c</h1>']):
        viewer.apply(screen.show(0, blocks))
        if len(blocks) == 1:
            viewer.apply(screen.append(' b'))
        assert viewer.html == screen.html()
