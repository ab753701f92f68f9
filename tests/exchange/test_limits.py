"""No file that is given ends the process or takes more memory than is said, whatever is in it.

What could do so is read in a process of its own.
"""

import json
from io import BytesIO
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import ImportRefused
from app.exchange.reading.bounds import MOST_SOURCES, MOST_STEPS
from app.exchange.reading.folders import MOST_FOLDERS
from app.exchange.reading.intake import CHUNK
from app.exchange.reading.json_bytes import pieces
from app.exchange.reading.json_events import LONGEST_NUMBER, LongNumbers
from tests.exchange.reading_apart import read_apart
from tests.exchange.reading_files import FILES, read_json, read_text, refusal, remarks

MEGABYTE = 1_000_000
ROOM = 150
"""MB that reading may take, whatever it reads."""


def chat(content: bytes = b'"x"', beside: bytes = b'0') -> bytes:
    """Make a file of the predecessor's with something in the place of a text, or where nobody looks."""
    return b'[{"messages":[{"role":"user","content":%s}],"beside":%s}]' % (content, beside)


LONG = b'9' * 4301
NUMBERS = {
    'an integer': LONG,
    'below zero': b'-' + LONG,
    'a fraction': b'0.' + LONG,
    'a million digits': b'9' * MEGABYTE,
    'an exponent of many digits': b'1e' + LONG,
    'an exponent no computer has': b'1e99999999999999999999',
    'one below that': b'1e-99999999999999999999',
    'infinite': b'1e999999999',
}


@pytest.mark.parametrize('number', NUMBERS.values(), ids=NUMBERS.keys())
async def test_no_number_ends_the_process(number: bytes, tmp_path: Path) -> None:
    places = (chat(number), chat(beside=number), chat(beside=b'{"a":[%s]}' % number), b'[%s]' % number, number)
    outcomes = await read_apart(tmp_path, *places, b'{"conversation":%s}' % number)
    assert all(outcome.refused for outcome in outcomes)
    assert outcomes[0].refused is not None
    assert outcomes[0].refused['reason'] == 'long_number'


async def test_what_is_no_json_does_not_end_it_either(tmp_path: Path) -> None:
    quoted = chat(LONG).replace(b'"', b"'")
    texts = quoted, b'[NaN,%s]' % LONG, b'[/*%s*/%s]' % (LONG, LONG), b'[\\"%s]' % LONG, b'[{}]%s' % LONG
    assert all(outcome.refused for outcome in await read_apart(tmp_path, *texts))


def test_the_place_of_a_long_number_is_told(tmp_path: Path) -> None:
    for padding in (0, CHUNK - 300, CHUNK - 43, 3 * CHUNK):
        text = chat(b'"%s"' % (b'x' * padding), LONG)
        assert refusal(tmp_path, text) == {'reason': 'long_number', 'byte': text.index(b'9')}


def test_long_numbers_within_texts_do_no_harm(tmp_path: Path) -> None:
    said = 'pi is 3.' + '1' * 9_000 + ' \\"" ' + '2' * (2 * CHUNK)
    [made] = read_json(tmp_path, [{'messages': [{'role': 'user', 'content': said}], 'beside': [10**300, 0.1, -5]}])
    assert made.messages[0].content == said


PARTS = st.lists(
    st.sampled_from([b'"', b'\\', b'\\"', b'\\\\', b'1' * 150, b'-', b'.', b'e', b'a', b' ', b'1' * LONGEST_NUMBER])
)


@given(parts=PARTS, cuts=st.lists(st.integers(1, 300), min_size=1, max_size=5))
@settings(max_examples=300, deadline=None)
def test_where_texts_begin_and_end_does_not_hang_on_how_the_file_comes(parts: list[bytes], cuts: list[int]) -> None:
    text = b''.join(parts)
    read = list(pieces(Slow(text, cuts)))
    assert b''.join(piece for _, piece in read) == text
    numbers = LongNumbers()
    found = [start + offset for start, piece in read if (offset := numbers.find(piece)) is not None]
    assert found[:1] == longest(text)


class Slow:
    """A file whose bytes come in parts of these sizes, again and again."""

    def __init__(self, text: bytes, sizes: list[int]) -> None:
        self._file = BytesIO(text)
        self._sizes = cycle(sizes)

    def read(self) -> bytes:
        return self._file.read(next(self._sizes))


def longest(text: bytes) -> list[int]:
    """Find the first long number outside of texts, letter by letter."""
    within, escaped, run = False, False, 0
    for index, letter in enumerate(text):
        if not within and letter in b'+-.0123456789eE':
            run, escaped = run + 1, False
            if run > LONGEST_NUMBER:
                return [index - LONGEST_NUMBER]
            continue
        run = 0
        within ^= letter == ord('"') and not escaped
        escaped = letter == ord('\\') and not escaped
    return []


def many(value: bytes, megabytes: int = 12) -> bytes:
    """Make a list of so many values that they fill so much of a file."""
    return b'[%s0]' % ((value + b',') * (megabytes * MEGABYTE // (len(value) + 1)))


def librechat(messages: int) -> bytes:
    """Make a conversation in which each message holds the next."""
    opening = b'{"messageId":"m","text":"x","children":['
    return b'[{"conversationId":"c","messages":[%s%s]}]' % (opening * messages, b']}' * messages)


def answer_with(output: bytes) -> bytes:
    """Make a conversation of Open WebUI's with one answer in items."""
    return b'[{"chat":{"history":{"messages":{"a":{"role":"assistant","content":"x","output":%s}}}}}]' % output


def large() -> dict[str, tuple[bytes, str | None]]:
    """Make files that would take hundreds of MB; beside each, why it is refused."""
    parts = b'[%s{}]' % (b'{"type":"x"},' * 300_000)
    keys = b'{%s"":0}' % b''.join(b'"%d":0,' % key for key in range(1_000_000))
    return {
        'lists': (chat(beside=many(b'[]')), 'too_many'),
        'lists in the place of a text': (chat(many(b'[]')), 'too_many'),
        'objects': (chat(beside=many(b'{"a":{}}')), 'too_many'),
        'fractions': (chat(beside=many(b'0.1')), 'too_many'),
        'texts': (chat(beside=many('"😀a"'.encode())), 'too_many'),
        'keys': (chat(beside=keys), 'too_many'),
        'messages': (b'[{"messages":%s}]' % many(b'{"role":"user","content":"x"}'), 'too_many'),
        'messages that fit': (json.dumps([{'messages': 30_000 * [{'role': 'user'}]}]).encode(), 'too_many_messages'),
        'lists in our own form': (b'{"conversation":%s}' % many(b'[]'), 'too_many'),
        'a text': (chat(b'"%s"' % (b'x' * 35 * MEGABYTE)), 'long_text'),
        'a text of two bytes a letter': (chat(b'"%s"' % ('é' * 17 * MEGABYTE).encode()), 'long_text'),
        'brackets': (chat(beside=b'[' * 11_900 + b']' * 11_900), 'too_deep'),
        'brackets before anything else': (b'[' * MEGABYTE, 'too_deep'),
        'keys of a megabyte': (chat(beside=b'{"%s":' % (b'k' * MEGABYTE) * 40 + b'1' + b'}' * 40), None),
        'parts of an answer': (b'[{"conversationId":"c","messages":[{"text":"x","content":%s}]}]' % parts, None),
        'items of an answer': (answer_with(parts), None),
        'blocks of an answer': (b'[{"chat_messages":[{"sender":"assistant","content":%s}]}]' % parts, None),
        'messages within each other': (librechat(4_900), None),
    }


async def test_reading_takes_bounded_memory(tmp_path: Path) -> None:
    files = large()
    outcomes = await read_apart(tmp_path, *(text for text, _ in files.values()))
    refused = [outcome.refused and outcome.refused['reason'] for outcome in outcomes]
    assert dict(zip(files, refused, strict=True)) == {name: reason for name, (_, reason) in files.items()}
    assert outcomes[-1].grown < ROOM


def chatgpt(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Make a conversation of ChatGPT's in which each answer stands below the one before."""
    messages = ({'author': {'role': 'assistant'}, 'content': content} for content in answers)
    nodes = {str(at): {'parent': str(at - 1), 'message': message} for at, message in enumerate(messages)}
    return [{'id': 'c', 'mapping': nodes}]


def test_of_the_notes_and_sources_of_an_answer_so_many_are_kept_whatever_the_format(tmp_path: Path) -> None:
    found = [{'type': 'knowledge', 'url': f'https://a.example/{at}'} for at in range(MOST_SOURCES + 5)]
    blocks = [{'type': 'x'}] * (MOST_STEPS + 5) + [{'type': 'tool_result', 'content': found}]
    for file in (
        [{'uuid': 'c', 'chat_messages': [{'sender': 'assistant', 'content': blocks}]}],
        chatgpt([{'content_type': 'x'}] * (MOST_STEPS + 5)),
        json.loads(answer_with(json.dumps([{'type': 'x'}] * (MOST_STEPS + 5)).encode())),
    ):
        [made] = read_json(tmp_path, file)
        [message] = made.messages
        assert len(message.steps) == MOST_STEPS + 1
        assert message.steps[-1].title == 'There are more notes; they are not part of the import.'
        assert len(message.sources) <= MOST_SOURCES


def test_folders_of_an_import_are_bounded_in_length_and_number(tmp_path: Path) -> None:
    names = ['  Lakes \n and ' + 'x' * 5 * MEGABYTE, *map(str, range(MOST_FOLDERS + 1)), '0']
    chats = [
        {'uuid': str(at), 'chat_messages': [{'sender': 'human', 'text': 'x'}], 'project': {'name': name}}
        for at, name in enumerate(names)
    ]
    made, said = remarks(tmp_path, json.dumps(chats))
    first = ('Lakes and ' + 'x' * 80)[:80]
    assert [each.folder for each in made] == [first, *map(str, range(MOST_FOLDERS - 1)), '', '', '0']
    assert [(each.reason, each.conversation, each.details) for each in said] == [
        ('more_folders', MOST_FOLDERS + at, {'limit': MOST_FOLDERS}) for at in (1, 2)
    ]


async def test_what_has_to_fit_into_a_line_is_not_taken_apart_whole(tmp_path: Path) -> None:
    words = 'ab ' * (5 * MEGABYTE)
    file = [{'title': words, 'mapping': {'1': {'message': {'author': {'role': 'user'}, 'content': {'parts': ['x']}}}}}]
    [outcome] = await read_apart(tmp_path, json.dumps(file).encode())
    assert (outcome.count, outcome.refused) == (2, None)
    assert outcome.grown < ROOM


def test_brackets_may_lie_deep_only_where_messages_hold_each_other(tmp_path: Path) -> None:
    assert len(read_text(tmp_path, librechat(4_900))) == 1
    assert refusal(tmp_path, librechat(5_100)) == {'reason': 'too_deep', 'conversation': 1, 'byte': 1, 'limit': 10_000}
    assert refusal(tmp_path, chat(beside=b'[' * 200 + b']' * 200))['reason'] == 'too_deep'


def test_a_time_that_is_anything_is_left_out(tmp_path: Path) -> None:
    deep = b'[' * 5_000 + b']' * 5_000
    for text in (
        b'[{"conversationId":"c","messages":[{"text":"x","createdAt":%s}]}]' % deep,
        json.dumps([{'messages': [{'role': 'user', 'content': 'x'}], 'timestamp': '9' * MEGABYTE}]),
    ):
        [made], [remark] = remarks(tmp_path, text)
        assert (made.messages[0].content, remark.reason) == ('x', 'wrong_time')


def answer(content: str) -> list[dict[str, Any]]:
    """Make a conversation of Open WebUI's with one answer."""
    return [{'chat': {'history': {'messages': {'a': {'role': 'assistant', 'content': content}}}}}]


def test_the_number_of_a_character_may_be_of_any_length(tmp_path: Path) -> None:
    [made] = read_json(tmp_path, answer(f'<details type="reasoning">&#{"9" * 5_000};</details>\n\nx'))
    assert made.messages[0].content == 'x'


def test_texts_that_are_looked_through_from_many_places(tmp_path: Path) -> None:
    """Each would take hours if every opening looked through all the rest."""
    opening = '<details type="reasoning">'
    for content in (
        opening * 200_000,
        '<details type="a" ' * 200_000 + '</details>',
        f'{opening}{"<summary>" * 200_000}</details>',
        f'{opening}{"<summary>" * 200_000}</summary></details>{opening * 200_000}',
    ):
        assert len(read_json(tmp_path, answer(content))) == 1
    file = {'file_name': 'a', 'extracted_content': '`' * 1_000_000}
    [made] = read_json(tmp_path, [{'uuid': 'c', 'chat_messages': [{'sender': 'human', 'attachments': [file]}]}])
    assert made.messages[0].content.count('`') == 3_000_002


SIGNS = [
    b'"\\ud800"',
    b'"\\udc00"',
    b'\xff',
    b'\x00',
    b'"\x00"',
    b'NaN',
    b'-Infinity',
    b'1e400',
    b'-',
    b'01',
    b"'a'",
    b'//a',
]
RUNS = [
    b'[' * 50,
    b'{"a":' * 50,
    b'"',
    b'\\',
    b'}',
    b']',
    b',',
    b'{}',
    b'/**/',
    b'\xef\xbb\xbf',
    b'\xed\xa0\x80',
    b'9' * 5000,
]
WILD = st.one_of(st.binary(max_size=30), st.sampled_from([*SIGNS, *RUNS]))


@given(
    name=st.sampled_from(['chatgpt', 'claude', 'librechat', 'librechat_recursive', 'open_webui', 'chat_history']),
    place=st.integers(0, 10_000),
    skipped=st.integers(0, 40),
    wild=st.lists(WILD, min_size=1, max_size=3),
)
@settings(max_examples=300, deadline=None)
def test_whatever_stands_in_a_file_it_is_read_or_refused(
    name: str, place: int, skipped: int, wild: list[bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = (FILES / f'{name}.json').read_bytes()
    place %= len(text)
    try:
        read_text(tmp_path_factory.getbasetemp(), text[:place] + b''.join(wild) + text[place + skipped :])
    except ImportRefused as refused:
        assert refused.details['reason']


def test_half_of_a_surrogate_pair_is_replaced(tmp_path: Path) -> None:
    [made] = read_text(tmp_path, chat(rb'"a\ud83d b\ude00 c\ud83d\ude00"'))
    assert made.messages[0].content == 'a\ufffd b\ufffd c😀'
