import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.commands.cited_times import CitedTimes, as_cited
from app.domain.document import Passage

PASSAGES = [Passage('a', 0.4), Passage('b', 62.0), Passage('c', 3723.9), Passage('d')]
LINK = '[1:02](https://www.youtube.com/watch?v=VIDEO123456&t=62s)'


def checked(*pieces: str, video: str = 'VIDEO123456') -> str:
    times = CitedTimes(PASSAGES, video)
    return ''.join(times.feed(piece) for piece in pieces) + times.end()


@pytest.mark.parametrize(
    ('written', 'shown'),
    [
        ('So it is [1:02].', f'So it is {LINK}.'),
        ('[01:02]', LINK),
        ('[00:01:02]', LINK),
        ('[1:02](https://evil.example/x)', LINK),
        ('[1:02, 1:02:03]', LINK + ', [1:02:03](https://www.youtube.com/watch?v=VIDEO123456&t=3723s)'),
        ('[0:00–1:02]', '[0:00](https://www.youtube.com/watch?v=VIDEO123456&t=0s), ' + LINK),
        ('[9:59]', ''),
        ('[1:02 - 9:59]', LINK),
        ('[9:59](https://www.youtube.com/watch?v=VIDEO123456&t=599s)', ''),
        ('at 1:02 o’clock', 'at 1:02 o’clock'),
        ('[1:02]: so it begins', LINK + ': so it begins'),
        ('[**1:02**](https://evil.example/x)', LINK),
        ('[**9:59**](https://evil.example/x)', ''),
        ('[at 9:59](https://evil.example/x)', 'at 9:59'),
        ('[75:30](https://evil.example/x)', ''),
        ('[9:59.5](https://evil.example/x)', '9:59.5'),
        ('[9:59][1]\n\n[1]: https://evil.example', '\n\n[1]\\: https://evil.example'),
        ('<https://youtu.be/x?t=599>', 'https://youtu.be/x?t=599'),
        ('[a link](https://example.com) and [brackets]', 'a link and [brackets]'),
        ('a < b and <b>', 'a < b and <b>'),
        ('- [ ] a task, and [', '- [ ] a task, and ['),
        ('[1:02\n]', '[1:02\n]'),
    ],
)
def test_times_of_the_transcript_become_links_and_others_go(written: str, shown: str) -> None:
    assert checked(written) == shown
    assert checked(*written) == shown


def test_without_a_video_there_is_nothing_to_link_to() -> None:
    assert checked('[1:02] and [9:59]', video='') == '**1:02** and '


def test_what_cannot_be_a_time_is_not_held_back() -> None:
    times = CitedTimes(PASSAGES, 'VIDEO123456')
    assert times.feed('word ') == 'word '
    assert times.feed('[') == ''
    assert times.feed('x' * 201) == '[' + 'x' * 201
    assert times.feed(' a <') == ' a '
    assert times.feed(' b') == '< b'


@given(
    st.lists(
        st.sampled_from(['[', ']', '1:02', '9:59', ', ', '(http://x', ')', ':', '<http', '>', 'word ', '\n', '–']),
        max_size=20,
    )
)
def test_it_does_not_matter_how_the_text_comes(pieces: list[str]) -> None:
    assert checked(*pieces) == checked(*''.join(pieces))


def test_the_model_goes_on_from_what_it_wrote_itself() -> None:
    assert as_cited(checked('So [1:02], and [1:02:03]: [brackets]')) == 'So [1:02], and [1:02:03]: [brackets]'
