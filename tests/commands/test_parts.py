import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.commands.parts import WORDS_A_PIECE, Part, plan, smaller, split_text
from app.domain.document import Passage


def test_a_short_text_stays_whole() -> None:
    assert split_text('One sentence. And two more! Really?') == ['One sentence. And two more! Really?']
    assert split_text(' \n ') == []


def test_a_long_text_is_cut_between_sentences_at_300_words() -> None:
    text = ' '.join(f'Sentence {number} has six words here.' for number in range(200))
    pieces = split_text(text)
    assert [len(piece.split()) for piece in pieces] == [300, 300, 300, 300]
    assert all(piece.endswith('here.') for piece in pieces)
    assert WORDS_A_PIECE == 300


@pytest.mark.parametrize(
    ('text', 'lengths'),
    [('今天天气很好。' * 100, [294, 294, 112]), ('字' * 700, [300, 300, 100]), ('x' * 40 * 700, [12000, 12000, 4000])],
    ids=['sentences', 'no full stop', 'no spaces'],
)
def test_writing_without_spaces_is_cut_too(text: str, lengths: list[int]) -> None:
    assert [len(piece) for piece in split_text(text)] == lengths
    assert ''.join(split_text(text)) == text


def test_a_sentence_longer_than_a_piece_is_cut_between_words() -> None:
    pieces = split_text('word ' * 750)
    assert [len(piece.split()) for piece in pieces] == [300, 300, 150]


@given(st.text(alphabet='ab .!?\n”', max_size=300), st.integers(1, 12))
def test_no_word_is_lost_and_no_piece_too_long(text: str, words: int) -> None:
    pieces = split_text(text, words)
    assert ' '.join(pieces).split() == text.split()
    assert all(0 < len(piece.split()) <= words for piece in pieces)


def test_only_long_passages_are_cut_and_only_their_first_piece_keeps_the_time() -> None:
    passages = [Passage('short', 1), Passage('a b. c d. e f.', 2)]
    assert smaller(passages, 4) == [Passage('short', 1), Passage('a b. c d.', 2), Passage('e f.')]


@pytest.mark.parametrize(
    ('costs', 'room', 'first', 'parts'),
    [
        ([], 10, 0, []),
        ([3, 3, 3], 10, 0, [Part(0, 3)]),
        ([5, 5, 5, 5], 10, 0, [Part(0, 2), Part(2, 4)]),
        ([4, 4, 4, 4], 12, 0, [Part(0, 2), Part(2, 4)]),
        ([50, 1], 10, 0, [Part(0, 1), Part(1, 2)]),
        ([5, 5, 5, 5], 10, 2, [Part(2, 4)]),
        ([5, 5], 10, 2, []),
    ],
)
def test_parts_are_about_equally_long(costs: list[int], room: int, first: int, parts: list[Part]) -> None:
    assert plan(costs, room, first) == parts


@given(st.lists(st.integers(1, 50), max_size=40), st.integers(50, 200), st.data())
def test_parts_follow_each_other_and_fit(costs: list[int], room: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(costs)))
    parts = plan(costs, room, first)
    assert [index for part in parts for index in range(part.first, part.end)] == [*range(first, len(costs))]
    assert all(sum(costs[part.first : part.end]) <= room for part in parts)
