import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.figures import COUNTS, LARGEST, SECONDS, checked
from app.domain.plain import plain

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(sorted(COUNTS | SECONDS)), inner),
)


@given(JSON)
def test_whatever_is_told_can_be_reckoned_with(told: Any) -> None:
    figures = checked(told)
    for name in (COUNTS | SECONDS) & figures.keys():
        value = figures[name]
        assert value is None or (not isinstance(value, bool) and 0 <= value <= LARGEST)
    assert checked(figures) == figures


@pytest.mark.parametrize('value', [math.nan, math.inf, -1, -0.5, 10**400, 1e300, '5', True, [5], {'a': 5}, None])
def test_what_is_no_figure_is_not_known(value: Any) -> None:
    assert checked({'tokens': value, 'seconds': value}) == {'tokens': None, 'seconds': None}


def test_good_figures_stay_as_they_are() -> None:
    told = {'tokens': 0, 'prompt_tokens': 10**6, 'seconds': 1.25, 'done_reason': 'stop', 'ended_by': 'x', 'held': True}
    assert checked(told) == told


def test_a_tiny_duration_is_none_that_one_divides_by() -> None:
    assert checked({'seconds': 5e-324}) == {'seconds': 0}


def test_plain_values_end_somewhere() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert '[[[' in str(plain(deep))
    assert plain({5: math.nan, 'a': (1, object())}) == {'5': None, 'a': [1, None]}
