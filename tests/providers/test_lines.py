import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BrokenStream
from app.providers.lines import LONGEST_LINE, LineSplitter, read_object, well_formed


@given(st.lists(st.text().filter(lambda text: '\n' not in text and text.strip())), st.lists(st.integers(0, 200)))
def test_chunks_may_end_anywhere(lines: list[str], places: list[int]) -> None:
    data = ''.join(f'{line}\n' for line in lines).encode()
    ends = [*sorted(min(place, len(data)) for place in places), len(data)]
    splitter = LineSplitter('ollama')
    found = [line for start, end in zip([0, *ends], ends, strict=False) for line in splitter.feed(data[start:end])]
    assert [line.decode() for line in found] == lines
    assert splitter.end() == []


def test_a_last_line_without_its_end() -> None:
    splitter = LineSplitter('ollama')
    assert splitter.feed(b'a\r\n\r\n\nb') == [b'a\r']
    assert splitter.end() == [b'b']
    assert splitter.end() == []


def test_a_line_without_end_is_given_up() -> None:
    splitter = LineSplitter('ollama')
    with pytest.raises(BrokenStream):
        for _ in range(LONGEST_LINE // 1_000_000 + 1):
            splitter.feed(b'x' * 1_000_000)


@pytest.mark.parametrize(
    'line', [b'nonsense', b'[1]', b'"text"', b'null', b'{"a": 1', b'{"a": "\xff"}', b'[' * 100_000]
)
def test_a_line_that_is_no_object(line: bytes) -> None:
    with pytest.raises(BrokenStream) as fault:
        read_object(line, 'ollama')
    assert len(fault.value.details['line']) <= 80


@pytest.mark.parametrize('data', [{}, {'models': 5}, {'models': [None]}, {'models': ['text']}])
def test_an_object_of_another_shape(data: object) -> None:
    with pytest.raises(BrokenStream), well_formed(data, 'ollama'):
        _ = [entry['name'] for entry in data['models']]  # type: ignore[index]
