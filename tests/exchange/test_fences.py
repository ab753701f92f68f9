"""Code in Markdown is told from what is around it, and nothing of either is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exchange.reading.fences import outside_code

PIECES = st.lists(st.sampled_from(['`', '``', '```', '~~~', '\n', ' ', 'a', '- ', '1. ', 'html', '    ', '> ']))


@pytest.mark.parametrize(
    ('text', 'changed'),
    [
        ('a `a` a', 'b `a` b'),
        ('a ``a ` a`` a', 'b ``a ` a`` b'),
        ('a `a', 'b `b'),
        ('a\n```\na\n```\na', 'b\n```\na\n```\nb'),
        ('~~~\na\n```\na\n~~~\na', '~~~\na\n```\na\n~~~\nb'),
        ('- ```\n  a\n  ```\na', '- ```\n  a\n  ```\nb'),
        ('```\na', '```\na'),
        ('````\na\n```\na\n````\na', '````\na\n```\na\n````\nb'),
        ('```a``` a', '```a``` b'),
    ],
)
def test_only_what_is_no_code_is_changed(text: str, changed: str) -> None:
    assert outside_code(text, lambda prose: prose.replace('a', 'b')) == changed


@given(pieces=PIECES)
def test_nothing_is_lost(pieces: list[str]) -> None:
    text = ''.join(pieces)
    assert outside_code(text, str) == text
