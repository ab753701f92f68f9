from app.domain.document import Passage
from app.retrieval.passages import closest

TALK = [
    'Good morning and welcome to everybody who came.',
    'Green tea is made with water that is not quite boiling.',
    'Black tea takes three to five minutes.',
    'Now a word on coffee, which is another matter.',
    'Sugar is a matter of taste, and so is milk.',
    'Thank you for listening, and goodbye.',
]


def tokens(text: str) -> int:
    return len(text.split())


def chosen(question: str, room: int) -> list[int]:
    return closest([Passage(text) for text in TALK], question, room, tokens)


def test_everything_if_it_fits() -> None:
    assert chosen('anything', 100) == [0, 1, 2, 3, 4, 5]


def test_what_matches_best_then_what_stands_beside_it() -> None:
    assert chosen('What did she say about coffee?', 10) == [3]
    assert 3 in chosen('What did she say about coffee?', 28)
    assert {2, 4} & {*chosen('What did she say about coffee?', 28)}


def test_case_accents_and_endings_do_not_matter() -> None:
    talk = [Passage('Falamos do coração.'), Passage('E dos rins.'), Passage('Os pulmões respiram.')]
    assert closest(talk, 'CORACOES', 3, tokens) == [0]


def test_without_a_match_it_is_spread_over_the_whole() -> None:
    found = chosen('resumo', 27)
    assert len(found) == 3
    assert found[0] == 0
    assert found[-1] >= 3


def test_no_room_and_no_passages() -> None:
    assert chosen('tea', 0) == []
    assert closest([], 'tea', 10, tokens) == []
