"""Snippets: the words as they were written, marked, with what stands around them."""

import pytest

from app.domain.search import Fragment
from app.storage.search_terms import Term, terms
from app.storage.snippets import LENGTH, Marker


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
    assert terms('""') == ()
