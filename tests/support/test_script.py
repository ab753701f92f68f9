import pytest

from tests.support.script import KINDS, Script, after, read_script, tokens_of


def test_reads_directives_among_other_words() -> None:
    script = read_script('rate=30 tokens=5', 'Diga algo, por favor: tokens=600 kind=num x=1 (oom=0)')
    assert script == Script(rate=30, tokens=600, kind='num')
    assert read_script('a room with boom, busybody') == Script()
    assert read_script('oom').oom == 1
    assert read_script('burst=1').rate == 0


@pytest.mark.parametrize('kind', KINDS)
def test_a_kind_gives_the_same_tokens_again(kind: str) -> None:
    script = Script(kind=kind, tokens=200)
    assert len(tokens_of(script)) == 200
    assert tokens_of(script) == tokens_of(script)
    assert all(tokens_of(script))


@pytest.mark.parametrize('kind', KINDS)
def test_a_reply_goes_on_after_any_of_its_characters(kind: str) -> None:
    tokens = tokens_of(Script(kind=kind, tokens=60))
    full = ''.join(tokens)
    for place in range(len(full) + 1):
        assert full[:place] + ''.join(after(tokens, full[:place])[1]) == full


def test_a_text_of_another_goes_on_behind_its_last_number() -> None:
    assert after(['w0 ', 'w1 ', 'w2 '], 'something w1') == (2, ['w2 '])
    assert after(['w0 ', 'w1 '], 'something') == (0, ['w0 ', 'w1 '])


@pytest.mark.parametrize(('start', 'fault'), [(0, ('drop', 5)), (4, ('drop', 5)), (5, ('stall', 9)), (9, ('', -1))])
def test_a_fault_that_happened_does_not_happen_again(start: int, fault: tuple[str, int]) -> None:
    assert read_script('stall_after=9 drop_after=5').fault(start) == fault
