"""Snippets: the words as they were written, marked, with what stands around them."""

import time

import pytest

from app.domain.search import Fragment
from app.storage.search_terms import LONGEST_TERM, MOST_TERMS, MOST_WORDS, Term, Wanted, wanted
from app.storage.snippets import AT_A_TIME, LENGTH, SEARCHED, SEARCHED_IN_ALL, Marker


def terms(text: str) -> tuple[Term, ...]:
    return wanted(text).terms


def shown(fragments: tuple[Fragment, ...]) -> str:
    return ''.join(f'[{each.text}]' if each.is_hit else each.text for each in fragments)


@pytest.mark.parametrize(
    ('text', 'words', 'snippet'),
    [
        ('O meu Coração bate', 'coracao', 'O meu [Coração] bate'),
        ('corac\u0327a\u0303o', 'coração', '[corac\u0327a\u0303o]'),
        ('bata a massa, batata não', 'bata ', '[bata] a massa, batata não'),
        ('batata', 'bat', '[bat]ata'),
        ('a snake_case name', 'snake_case', 'a [snake_case] name'),
        ('um\n\n- **coração**, `x`\n## fim', 'coração', 'um [coração], x fim'),
        ('2*3*4 and *this*', 'this', '2*3*4 and [this]'),
        ('東京タワー', 'タワ', '東京[タワ]ー'),
        ('한국어를 배웁니다', '한국어', '[한국어]를 배웁니다'),
        ('<b>bold</b>', 'bold', '<b>[bold]</b>'),
        ('nothing here', 'elsewhere', 'nothing here'),
    ],
)
def test_what_is_marked(text: str, words: str, snippet: str) -> None:
    assert shown(Marker(terms(words)).snippet(text)) == snippet


def test_the_place_with_most_of_what_was_looked_for_is_shown() -> None:
    text = 'gato. ' + 'nada ' * 100 + 'um gato e um cão ' + 'nada ' * 100
    snippet = shown(Marker(terms('gato cao ')).snippet(text))
    assert 'um [gato] e um [cão] nada' in snippet
    assert snippet.startswith('…')
    assert snippet.endswith('…')
    assert len(snippet) < LENGTH + 10


def test_parts_of_words_count_in_titles() -> None:
    assert shown(Marker(terms('ato')).title('Gatos e C++')) == 'G[ato]s e C++'
    assert shown(Marker(terms('++')).title('Gatos e C++')) == 'Gatos e C[++]'
    assert shown(Marker(()).title('Gatos')) == 'Gatos'


def test_terms() -> None:
    assert terms(' um  "dois  três" qua') == (Term('um'), Term('dois três'), Term('qua', is_prefix=True))
    assert terms('um ') == (Term('um'),)
    assert terms('"um dois') == (Term('um dois', is_prefix=True),)
    assert terms('x') == (Term('x'),)
    assert terms('w*') == (Term('w*'),)  # nor with a sign: half of all words begin with it all the same
    assert terms('"um d') == (Term('um d'),)
    assert terms('日本') == (Term('日本', is_prefix=True),)
    assert terms('""') == ()
    assert terms('um cafe\u0301') == (Term('um'), Term('café', is_prefix=True))
    assert terms('cafe\u0301 ') == (Term('café'),)


def test_a_hit_is_found_wherever_the_steps_of_the_search_end() -> None:
    for before in range(AT_A_TIME - 12, AT_A_TIME + 2):
        text = '-' * before + ' um gato'
        assert shown(Marker(terms('"um gato"')).snippet(text)) == '…[um gato]'
        assert shown(Marker(terms('"um gat" x')).snippet(text)) == '…[um gat]o'


@pytest.mark.parametrize(
    ('words', 'text'),
    [
        ('a ', 'a ' * (SEARCHED // 2)),
        ('a b c d e f g h ', 'a b c d e f g h ' * (SEARCHED // 16)),
        ('"' + 'a ' * 90 + '" x', ('a ' * 89 + 'c ') * (SEARCHED // 180)),
        ('q w e r t y u i o p s d f g h j ', 'abcdefgh ' * (SEARCHED // 9)),
    ],
)
def test_texts_that_are_hard_to_search_hold_nobody_up_for_long(words: str, text: str) -> None:
    """By the time of this thread, so that a busy machine does not count."""
    marker, began = Marker(terms(words)), time.thread_time()
    for _ in range(45):  # a page of results
        marker.snippet(text)
    assert time.thread_time() - began < 3


def test_long_texts_do_not_keep_the_others_from_being_marked() -> None:
    marker = Marker(terms('gato '))
    for _ in range(SEARCHED_IN_ALL // SEARCHED + 2):
        marker.snippet('nada ' * (SEARCHED // 5))
    assert shown(marker.snippet('nada ' * 200 + 'um gato')).endswith('um [gato]')


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('gato gato  "gato" Gato ', Wanted((Term('gato'), Term('Gato')))),
        (' '.join(f'w{n}' for n in range(400)), Wanted(tuple(Term(f'w{n}') for n in range(MOST_TERMS)), is_cut=True)),
        ('de ' * 3000, Wanted((Term('de'),), is_cut=True)),
        ('"' + 'um dois ' * 30 + '"', Wanted((Term(' '.join(['um dois'] * (MOST_WORDS // 2))),), is_cut=True)),
        ('東' * 5000, Wanted((Term('東' * MOST_WORDS),), is_cut=True)),
        ('東京 ' + '京' * 30 + ' gato', Wanted((Term('東京'), Term('京' * (MOST_WORDS - 2))), is_cut=True)),
        ('a' * 9000, Wanted((Term('a' * LONGEST_TERM, is_prefix=True),), is_cut=True)),
        ('!? ' * 20, Wanted((Term('!?'),))),
        ('🎉' * 300, Wanted((Term('🎉' * LONGEST_TERM, is_prefix=True),), is_cut=True)),
        ('Python入門 を', Wanted((Term('Python入門'), Term('を')))),
    ],
)
def test_of_very_much_the_beginning_is_looked_for(text: str, expected: Wanted) -> None:
    assert wanted(text) == expected
