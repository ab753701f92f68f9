from app.domain.document import Passage
from app.sources.youtube.paragraphs import ENOUGH, TOO_LONG, Caption, paragraphs


def captions(*texts: str, every: float = 2, pause: float = 0) -> list[Caption]:
    return [Caption(text, i * (every + pause), i * (every + pause) + every) for i, text in enumerate(texts)]


def test_short_captions_become_one_paragraph_that_begins_with_the_first() -> None:
    found = paragraphs([Caption('one', 3.5, 5), Caption('two', 5, 6)])
    assert found == (Passage('one two', 3.5),)


def test_a_long_one_ends_with_a_sentence() -> None:
    sentence = 'word ' * 20 + 'end.'
    found = paragraphs(captions(*['word ' * 20 + 'more', sentence] * 10))
    assert len(found) > 1
    assert all(passage.text.endswith('end.') for passage in found)
    assert all(ENOUGH <= len(passage.text) < TOO_LONG for passage in found[:-1])


def test_without_full_stops_it_ends_all_the_same() -> None:
    found = paragraphs(captions(*['word ' * 10] * 100))
    assert max(len(passage.text) for passage in found) < TOO_LONG + 60
    assert ' '.join(passage.text for passage in found).split() == ['word'] * 1000


def test_a_pause_ends_it_if_something_was_said() -> None:
    said = 'x' * 100
    assert [each.text for each in paragraphs(captions(said, said, pause=5))] == [said, said]
    assert [each.text for each in paragraphs(captions('no', 'yes', pause=5))] == ['no yes']


def test_every_speaker_gets_a_paragraph() -> None:
    found = paragraphs(captions('>> Hello.', 'How are you?', '>> Fine.', '- And you?', 'ANNA: Well.', 'well-known'))
    assert [each.text for each in found] == [
        '>> Hello. How are you?',
        '>> Fine.',
        '- And you?',
        'ANNA: Well. well-known',
    ]


def test_what_is_only_still_on_the_screen_is_not_said_again() -> None:
    texts = (
        'hello everyone',
        'hello everyone',
        'hello everyone\nand welcome',
        'and welcome',
        'and welcome\nback',
        'back',
    )
    rolling = [Caption(text, number, number + (0.01 if number % 2 else 1)) for number, text in enumerate(texts)]
    assert paragraphs(rolling) == (Passage('hello everyone and welcome back', 0.0),)


def test_what_is_said_twice_stays() -> None:
    assert paragraphs(captions('No.', 'No.', 'No!')) == (Passage('No. No. No!', 0.0),)


def test_spaces_and_invisible_marks_go() -> None:
    assert paragraphs(captions(' a\u200b\u00a0 b\n\n c ', '\ufeff', ' ')) == (Passage('a b c', 0.0),)
    assert paragraphs([]) == ()
