"""What stands after `/youtube`."""

import pytest

from app.commands.videos import Request, read_request, videos_of
from app.errors import TranscriptUnavailable

ONE, TWO = 'dQw4w9WgXcQ', 'aaaaaaaaaaa'
PLAIN = 'First this was said, and then that.\n\n' + 'And so it went on for a while. ' * 8 + 'Then it ended.'
LONG_WISH = ('please tell me what it is about ' * 9).strip()
VTT = 'WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nHello'


@pytest.mark.parametrize(
    ('arguments', 'request_'),
    [
        (ONE, Request(videos=(ONE,))),
        (f'https://youtu.be/{ONE}?t=3', Request(videos=(ONE,))),
        (f'https://youtu.be/{ONE} en', Request(videos=(ONE,), language='en')),
        (f'https://youtu.be/{ONE} pt-BR --refresh', Request(videos=(ONE,), language='pt-BR', refresh=True)),
        (f'{ONE} {TWO}', Request(videos=(ONE, TWO))),
        (f'{ONE}\n{TWO}\n{ONE}', Request(videos=(ONE, TWO))),
        (f'[A talk, part 1](https://youtu.be/{ONE} "A talk")', Request(videos=(ONE,))),
        (f'https://youtu.be/{ONE}, https://youtu.be/{TWO}', Request(videos=(ONE, TWO))),
        (f'https://youtu.be/{ONE},https://youtu.be/{TWO}; en', Request(videos=(ONE, TWO), language='en')),
        (f'{ONE} e {TWO} pt', Request(videos=(ONE, TWO), language='pt')),
        (f'**https://youtu.be/{ONE}** and `https://youtu.be/{TWO}`?', Request(videos=(ONE, TWO))),
        (f'[A talk [part 1]](https://youtu.be/{ONE})、https://youtu.be/{TWO}…', Request(videos=(ONE, TWO))),
        (f'- <https://youtu.be/{ONE}>\n2. "https://youtu.be/{TWO}"', Request(videos=(ONE, TWO))),
        (f'https://youtu.be/{ONE} please', Request(videos=(ONE,), remark='please')),
        (f'{ONE} por favor --refresh', Request(videos=(ONE,), refresh=True, remark='por favor')),
        (f'sum up https://youtu.be/{ONE} in 3 lines', Request(videos=(ONE,), remark='sum up in 3 lines')),
        (f'https://youtu.be/{ONE}\n\nOnly prices.\nA list.', Request(videos=(ONE,), remark='Only prices.\nA list.')),
        (f'https://youtu.be/{ONE} {LONG_WISH}', Request(videos=(ONE,), remark=LONG_WISH)),
        (f'https://youtu.be/{ONE} 0:00 hi\n0:05 there', Request(videos=(ONE,), by_hand='0:00 hi\n0:05 there')),
        (f'{ONE}\n\n{VTT}', Request(videos=(ONE,), by_hand=VTT)),
        (VTT, Request(by_hand=VTT)),
        ('0:00\nhi\n0:05\nthere', Request(by_hand='0:00\nhi\n0:05\nthere')),
        (PLAIN, Request(by_hand=PLAIN)),
        (f'so\n{PLAIN}', Request(by_hand=f'so\n{PLAIN}')),
        ('word ' * 50, Request(by_hand=('word ' * 50).strip())),
    ],
)
def test_links_language_and_a_transcript_by_hand(arguments: str, request_: Request) -> None:
    assert read_request(arguments) == request_


@pytest.mark.parametrize(
    ('arguments', 'reason'),
    [
        ('', 'no_link'),
        ('--refresh', 'no_link'),
        ('cats and dogs', 'not_a_video'),
        ('https://vimeo.com/1', 'not_a_video'),
        (f'{ONE} https://vimeo.com/1', 'not_a_video'),
        (f'{ONE} {TWO}\n{VTT}', 'one_video'),
        ('Some words.\nSome more.', 'not_a_video'),
    ],
)
def test_what_cannot_be_used(arguments: str, reason: str) -> None:
    with pytest.raises(TranscriptUnavailable) as fault:
        videos_of(read_request(arguments))
    assert fault.value.details['reason'] == reason


def test_the_word_that_is_no_link_is_named() -> None:
    with pytest.raises(TranscriptUnavailable) as fault:
        read_request(f'{ONE} https://vimeo.com/1')
    assert fault.value.details['video'] == 'https://vimeo.com/1'
