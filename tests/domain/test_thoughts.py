"""Thoughts in the text of a model: the same, however it comes in pieces."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.delta import DeltaKind, recast_text
from app.domain.thoughts import AT_A_TIME, LONGEST_ASIDE, LONGEST_GAP, ThoughtSplitter, apart

PIECES = ['<think>', '</think>', '<', '>', '/think', '[THINK]', '[/THINK]', '\n', '`', '```', '~~~', '- ', ' ', 'word']


def told_apart(pieces: Sequence[str], said: str = '') -> tuple[str, str]:
    """Feed pieces and follow the deltas as a message does."""
    splitter = ThoughtSplitter(said)
    content, thinking = said, ''
    for delta in (*(each for piece in pieces for each in splitter.feed(piece)), *splitter.end()):
        if delta.kind is DeltaKind.RECAST:
            content, thinking = recast_text(content, thinking, delta.data['characters'])
        elif delta.kind is DeltaKind.THINKING:
            thinking += delta.text
        else:
            content += delta.text
    return thinking, content


@pytest.mark.parametrize(
    ('said', 'thoughts', 'text'),
    [
        ('<think>\nThey greet me.\n</think>\n\nHello there.', 'They greet me.', 'Hello there.'),
        ('\n <Thinking time=3>Hm.</THINKING >Yes.', 'Hm.', 'Yes.'),
        ('<think></think>\n\nHello', '', 'Hello'),
        ('<think>one</think>\n<think>two</think>\nthree', 'one\n\ntwo', 'three'),
        ('First.\n<think>\nWait.\n</think>\n\nSecond.', 'Wait.', 'First.\nSecond.'),
        ('<reasoning>so <b>be</b> it</think></reasoning>ok', 'so <b>be</b> it</think>', 'ok'),
        ('<|begin_of_thought|>\na\n<|end_of_thought|>\nb', 'a', 'b'),
        ('[THINK]a[/THINK]b', 'a', 'b'),
        ('◁think▷a◁/think▷b', 'a', 'b'),
        ('<seed:think>\na</seed:think>b', 'a', 'b'),
        ('They greet me.\n</think>\n\nHello', 'They greet me.', 'Hello'),
        ('</think>\n\nHello', '', 'Hello'),
        ('<think>a<think>b</think>c</think>d', 'a<think>b\n\nc', 'd'),
        ('\ufeff<think>a</think>b', 'a', 'b'),
        ('First.\n<think>Wait, no.</think>\nSecond.', 'Wait, no.', 'First.\nSecond.'),
        ('<think>I write <think> here.</think>Use the tag.', 'I write <think> here.', 'Use the tag.'),
        ('<think>cut off in mid', 'cut off in mid', ''),
        ('One.\n\n<think>So,\nit is.</think>\n\nTwo.', 'So,\nit is.', 'One.\n\nTwo.'),
        ('One.\r\n\r\n<think>\r\nSo.\r\n</think>\r\n\r\nTwo.', 'So.', 'One.\r\n\r\nTwo.'),
        ('```one``` is code\n<think>\na\n</think>\nb', 'a', '```one``` is code\nb'),
    ],
)
def test_what_stands_between_tags_is_thought(said: str, thoughts: str, text: str) -> None:
    assert apart(said) == (thoughts, text)


@pytest.mark.parametrize(
    'said',
    [
        'Use `<think>` and `</think>`.',
        'The tag <think> opens, and </think> closes.',
        'A thought ends with </think> and then the answer follows.',
        '```xml\n<think>\na\n</think>\n```\n',
        '- a list\n  ```\n  <think>\n  </think>\n  ```\n',
        '~~~\nnot closed\n</think>\n',
        '```md\n```js\n```\n<think>\na\n</think>\n```\n',
        'Two tags:\n\n<think> begins it.\n\n</think> ends it.',
        'Words\n<think>opens it.\nAnother line',
        '<b>Tags</b>\n<think> opens a thought.\nAnother line',
        'a < b and <thin air> and <b>bold</b> [link](x)',
        '  leading white space stays',
        '<thi',
        '',
    ],
)
def test_what_only_looks_like_it_stays_text(said: str) -> None:
    assert apart(said) == ('', said)
    assert told_apart([*said]) == ('', said)


@given(st.lists(st.sampled_from(PIECES), max_size=14), st.data())
def test_pieces_make_no_difference(parts: list[str], data: st.DataObject) -> None:
    whole = ''.join(parts)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(whole)), max_size=12)))
    pieces = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    assert told_apart(pieces) == apart(whole)


@given(st.text(alphabet='<>/think` \n~ab', max_size=60))
def test_nothing_but_tags_and_white_space_is_lost(said: str) -> None:
    thoughts, text = apart(said)
    kept = (thoughts + text).replace('<think>', '').replace('</think>', '')
    assert sorted(''.join(kept.split())) == sorted(''.join(said.replace('<think>', '').replace('</think>', '').split()))


def test_plain_text_is_passed_on_as_it_comes() -> None:
    splitter = ThoughtSplitter()
    given_on = [''.join(delta.text for delta in splitter.feed(piece)) for piece in ('Hel', 'lo [', 'link', '] <b', '>')]
    assert given_on == ['Hel', 'lo ', '[link', '] <b', '>']


@pytest.mark.parametrize('unit', ['<think>', '<', '\n', '[', '</think> ', '`<think>', '<think>\n\n\n', 'x\n<think>a'])
def test_what_is_held_back_has_a_bound(unit: str) -> None:
    splitter = ThoughtSplitter()
    for _ in range(2_000):
        splitter.feed(unit)
        assert len(splitter._held) <= max(LONGEST_GAP, LONGEST_ASIDE) + len(unit)
    splitter.feed(unit * AT_A_TIME)
    assert len(splitter._held) <= LONGEST_ASIDE + AT_A_TIME


@pytest.mark.parametrize(
    ('said', 'thoughts', 'text'),
    [
        ('<think>more</think>\n\nHello', 'native\n\nmore', 'Hello'),
        ('<think>a</think>\n<think>b</think>Hello', 'native\n\na\n\nb', 'Hello'),
        ('Hello.\n\n<think>\nmore\n</think>\n\nAgain.', 'native\n\nmore', 'Hello.\n\nAgain.'),
        ('</think>\n\nHello', 'native', 'Hello'),
        ('The tag <think> opens, and </think> closes.', 'native', 'The tag <think> opens, and </think> closes.'),
        ('This closes it:\n</think>\nand so on', 'native', 'This closes it:\n</think>\nand so on'),
        ('`<think>` is a tag', 'native', '`<think>` is a tag'),
        ('Hello', 'native', 'Hello'),
    ],
)
def test_tags_beside_thoughts_in_a_field_of_their_own(said: str, thoughts: str, text: str) -> None:
    assert apart(said, 'native') == (thoughts, text)
    splitter = ThoughtSplitter()
    splitter.believe()
    deltas = [*(delta for char in said for delta in splitter.feed(char)), *splitter.end()]
    assert 'native' + ''.join(delta.text for delta in deltas if delta.kind is DeltaKind.THINKING) == thoughts
    assert ''.join(delta.text for delta in deltas if delta.kind is DeltaKind.TEXT) == text
    assert {delta.kind for delta in deltas} <= {DeltaKind.TEXT, DeltaKind.THINKING}


def test_an_answer_that_goes_on_goes_on_as_text() -> None:
    assert told_apart([' <think>', 'x</think>'], 'Begun:') == ('', 'Begun: <think>x</think>')
    assert told_apart([' so.\n</think>\nHello'], 'They greet me,') == ('They greet me, so.', 'Hello')
