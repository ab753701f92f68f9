"""What the Qt window tells of the person."""

from collections.abc import Sequence

import pytest

from app.native.qt_window import DARK, LIGHT, accepted
from app.ui.theme import STYLES


@pytest.mark.parametrize(
    ('languages', 'header'),
    [
        (['pt-BR', 'pt', 'en'], 'pt-BR,pt;q=0.9,en;q=0.8'),
        (['C'], ''),
        ([], ''),
        (
            ['en', *'abcdefghijkl'],
            'en,a;q=0.9,b;q=0.8,c;q=0.7,d;q=0.6,e;q=0.5,f;q=0.4,g;q=0.3,h;q=0.2,' + 'i;q=0.1,j;q=0.1,k;q=0.1,l;q=0.1',
        ),
    ],
)
def test_languages_are_told_as_a_browser_does(languages: Sequence[str], header: str) -> None:
    assert accepted(languages) == header


def test_the_window_begins_in_the_colours_of_the_page() -> None:
    tokens = (STYLES / 'tokens.css').read_text('utf-8')
    assert f'--light-page: {LIGHT};' in tokens
    assert f'--dark-page: {DARK};' in tokens
