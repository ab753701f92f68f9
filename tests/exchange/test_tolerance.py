"""One odd value costs only itself: the rest comes in, and what is odd is said with its place."""

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from app.domain.message import Role
from app.exchange.reading import notes
from app.exchange.reading.intake import CHUNK
from tests.exchange.reading_files import FILES, remarks, say

YEAR_ONE = -62_135_596_800
"""The time zero of .NET in seconds."""

MESSAGES: Mapping[str, Callable[[Any], list[dict[str, Any]]]] = {
    'chatgpt': lambda chat: [node['message'] for node in chat['mapping'].values() if node.get('message')],
    'claude': lambda chat: chat['chat_messages'],
    'open_webui': lambda chat: [*chat['chat']['history']['messages'].values()],
    'librechat': lambda chat: chat['messages'],
    'chat_history': lambda chat: chat['messages'],
}
TIMES = {
    'chatgpt': 'create_time',
    'claude': 'created_at',
    'open_webui': 'timestamp',
    'librechat': 'createdAt',
    'chat_history': 'timestamp',
}


def chats_of(name: str) -> list[dict[str, Any]]:
    """Give what an export has, as a list of three: one that is whole, one to be damaged, one that is whole."""
    found = json.loads((FILES / f'{name}.json').read_text())
    [first, *_] = found if isinstance(found, list) else [found]
    return [deepcopy(first) | {key: f'{key} {number}' for key in KEYS} for number in range(3)]


KEYS = 'id', 'uuid', 'conversation_id', 'conversationId'


@pytest.mark.parametrize('name', MESSAGES)
@pytest.mark.parametrize('time', [YEAR_ONE, -1, 1e300, 'tomorrow', True, [], '0001-01-01T00:00:00Z'])
def test_a_time_nobody_lived_in_is_left_out(name: str, time: Any, tmp_path: Path) -> None:
    given = chats_of(name)
    whole, _ = remarks(tmp_path, json.dumps(given))
    MESSAGES[name](given[1])[-1][TIMES[name]] = time
    made, [remark] = remarks(tmp_path, json.dumps(given))
    assert [[each.content for each in chat.messages] for chat in made] == [
        [each.content for each in chat.messages] for chat in whole
    ]
    assert (remark.reason, remark.conversation) == ('wrong_time', 2)
    assert remark.message
    assert remark.title == made[1].conversation.title


@pytest.mark.parametrize(
    ('role', 'becomes', 'said'),
    [
        ('developer', Role.SYSTEM, 'Hello'),
        ('function', Role.ASSISTANT, 'Hello'),
        ('narrator', Role.ASSISTANT, '[Said by narrator]\n\nHello'),
        ('', Role.ASSISTANT, 'Hello'),
        (7, Role.ASSISTANT, '[Said by 7]\n\nHello'),
    ],
)
@pytest.mark.parametrize('name', ['claude', 'open_webui', 'chat_history'])
def test_an_unknown_role_is_taken_for_what_it_most_probably_is(
    name: str, role: Any, becomes: Role, said: str, tmp_path: Path
) -> None:
    given = chats_of(name)
    field = 'sender' if name == 'claude' else 'role'
    last = MESSAGES[name](given[1])[-1]
    key = next((last[each] for each in ('uuid', 'id') if each in last), '')
    last.clear()
    last |= {field: role, 'content': [{'type': 'text', 'text': 'Hello'}] if name == 'claude' else 'Hello'}
    last |= {'uuid': key, 'id': key}
    made, [remark] = remarks(tmp_path, json.dumps(given))
    assert (remark.reason, remark.conversation) == ('unknown_role' if role else 'no_role', 2)
    assert [(each.role, each.content) for each in made[1].messages if 'Hello' in each.content][-1] == (becomes, said)
    assert len(made) == 3


@pytest.mark.parametrize('name', MESSAGES)
def test_a_message_of_another_shape_is_kept_as_it_is(name: str, tmp_path: Path) -> None:
    given = chats_of(name)
    whole, _ = remarks(tmp_path, json.dumps(given))
    field = 'content' if name != 'claude' else 'text'
    MESSAGES[name](given[1])[-1] |= {field: 7, 'content': 7}
    made, [remark] = remarks(tmp_path, json.dumps(given))
    assert (remark.reason, remark.conversation) == ('wrong_shape', 2)
    assert [len(chat.messages) for chat in made] == [len(chat.messages) for chat in whole]
    [kept] = [each for each in made[1].messages if notes.unread(say) in each.content]
    assert '"content": 7' in kept.steps[0].text


@pytest.mark.parametrize('name', MESSAGES)
@pytest.mark.parametrize('odd', [None, 7, 'x', [], {'title': 'A bad one', 'messages': 7, 'mapping': 7}])
def test_a_conversation_of_another_shape_costs_only_itself(name: str, odd: Any, tmp_path: Path) -> None:
    first, second, _ = chats_of(name)
    if isinstance(odd, dict):
        odd = odd | {'chat_messages': 7, 'chat': 7}
    made, said = remarks(tmp_path, json.dumps([first, odd, second]))
    assert len(made) == 2
    assert [(each.reason, each.conversation) for each in said] == ([] if odd is None else [('wrong_shape', 2)])
    assert isinstance(odd, dict) is any(each.title == 'A bad one' for each in said)


@pytest.mark.parametrize('unit', [1, 1e3, 1e6, 1e9, '1', '1e3'])
@pytest.mark.parametrize('name', MESSAGES)
def test_a_time_may_be_in_any_unit(name: str, unit: Any, tmp_path: Path) -> None:
    given = chats_of(name)
    time: Any = 1_700_000_000 * float(unit)
    MESSAGES[name](given[1])[-1][TIMES[name]] = str(int(time)) if isinstance(unit, str) else int(time)
    made, said = remarks(tmp_path, json.dumps(given))
    assert not said
    times = [message.created_at.timestamp() for message in made[1].messages]
    assert name == 'chatgpt' or 1_700_000_000 in times


@pytest.mark.parametrize(
    ('odd', 'reason'),
    [
        (b'[%s0]' % (b'[[[]]],' * 400_000), 'too_many'),
        (b'[%s0]' % (b'"%s",' % (b'x' * 20_000_000) * 6), 'too_long'),
        (b'1e999', 'long_number'),
        (b'[' * 150 + b']' * 150, 'too_deep'),
        (b'"%s"' % (rb'\"x\\' * 9_000_000), 'long_text'),
        (b'["%s", "\\""]' % (b'x' * 32_200_000), 'long_text'),
    ],
)
def test_a_conversation_beyond_a_limit_costs_only_itself(odd: bytes, reason: str, tmp_path: Path) -> None:
    first, second = [json.dumps(each).encode() for each in chats_of('chat_history')[:2]]
    given = b'[%s, {"id": "odd", "messages": %s}, %s]' % (first, odd, second)
    made, [remark] = remarks(tmp_path, given)
    assert len(made) == 2
    assert (remark.reason, remark.conversation, remark.byte) == (reason, 2, given.index(b'{"id": "odd"'))


@pytest.mark.parametrize('literal', ['NaN', 'Infinity', '-Infinity'])
@pytest.mark.parametrize('padding', [0, *range(CHUNK - 190, CHUNK - 100)])
def test_a_number_that_is_none_costs_only_itself(literal: str, padding: int, tmp_path: Path) -> None:
    said = 'NaN says: "-Infinity' + 'x' * padding
    first, second = [
        {'id': number, 'messages': [{'role': 'user', 'content': said}], 'timestamp': 'HERE'} for number in range(2)
    ]
    text = json.dumps([first, second]).replace('"HERE"', literal)
    made, found = remarks(tmp_path, text)
    assert [each.messages[0].content for each in made] == [said] * 2
    assert [(each.reason, each.conversation) for each in found] == [('wrong_time', 1), ('wrong_time', 2)]


@pytest.mark.parametrize('name', MESSAGES)
def test_an_odd_title_or_id_costs_only_itself(name: str, tmp_path: Path) -> None:
    given = chats_of(name)
    given[1] |= {('name' if name == 'claude' else 'title'): [7], 'current_node': {}, 'id': given[1].get('id') or 'x'}
    made, said = remarks(tmp_path, json.dumps(given))
    assert len(made) == 3
    assert {(each.reason, each.conversation) for each in said} == {('wrong_shape', 2)}


def test_children_that_are_none_cost_only_themselves(tmp_path: Path) -> None:
    message = {'messageId': 'a', 'text': 'one', 'isCreatedByUser': True, 'children': 'none'}
    [made], [remark] = remarks(tmp_path, json.dumps([{'conversationId': 'c', 'messages': [message]}]))
    assert ([each.content for each in made.messages], remark.details) == (['one'], {'field': 'children'})


def test_a_message_without_a_time_has_that_of_its_neighbour(tmp_path: Path) -> None:
    messages = [{'role': 'user', 'content': 'a'}, {'role': 'user', 'content': 'b', 'timestamp': 1_700_000_000}]
    [made], _ = remarks(tmp_path, json.dumps([{'id': 'c', 'messages': messages}]))
    assert [each.created_at.year for each in made.messages] == [2023, 2023]
