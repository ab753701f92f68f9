from datetime import datetime
from typing import Any

import pytest

from app.domain.model import ModelRef
from app.ui.components.list_actions import is_wish
from app.ui.said import MAYBE_TEXT, fits, readable


@pytest.mark.parametrize(
    ('value', 'shape'),
    [
        ('a', str),
        (None, MAYBE_TEXT),
        ([], [str]),
        (['a'], [str]),
        ({'a': 'b', 'more': 1}, {'a': str, 'c': MAYBE_TEXT}),
        ('ollama/gemma2:2b', readable(ModelRef.parse)),
        ('', readable(ModelRef.parse, empty=True)),
        (None, readable(datetime.fromisoformat, empty=True)),
        ({'name': 'pin', 'ids': ['a']}, is_wish),
        ({'name': 'tag', 'ids': ['a'], 'tag': 'b'}, is_wish),
        ({'name': 'makeFolder', 'ids': [], 'title': 'b'}, is_wish),
        ({'name': 'emptyTrash', 'ids': []}, is_wish),
    ],
)
def test_what_a_page_says_fits(value: Any, shape: Any) -> None:
    assert fits(value, shape)


@pytest.mark.parametrize(
    ('value', 'shape'),
    [
        (1, str),
        (None, str),
        ('a', [str]),
        ([1], [str]),
        ([], {'a': str}),
        ({}, {'a': str}),
        ('x', readable(ModelRef.parse)),
        ('', readable(ModelRef.parse)),
        ({}, readable(datetime.fromisoformat, empty=True)),
        ([], readable(datetime.fromisoformat)),
        ({'name': 'pin', 'ids': []}, is_wish),
        ({'name': 'pin', 'ids': [[]]}, is_wish),
        ({'name': 'tag', 'ids': ['a']}, is_wish),
        ({'name': 'renameFolder', 'title': 'a'}, is_wish),
        ({'name': 'drop'}, is_wish),
        ({'name': []}, is_wish),
        (None, is_wish),
    ],
)
def test_what_no_page_says_does_not(value: Any, shape: Any) -> None:
    assert not fits(value, shape)
