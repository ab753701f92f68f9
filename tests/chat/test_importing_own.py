"""A file in our own format may come from anywhere: what is taken in of it can be opened, and does nothing by itself."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from app.chat.taking_in import Tally
from app.domain.carried import Carried
from app.domain.conversation import LOCAL_OWNER
from app.domain.queued import QueuedMessage
from app.exchange.json_file import json_file
from app.ui.components.composer import gauge
from app.ui.import_wording import result_lines
from app.ui.translations import translator
from app.ui.wire import Wire
from tests.chat.desk import Desk, open_desk
from tests.chat.test_importing import begin, ended, everything, listed
from tests.exchange.samples import talk
from tests.storage.samples import new_id
from tests.support.ollama_server import OllamaServer


def given(change: Callable[[dict[str, Any]], object], carried: Carried | None = None) -> bytes:
    """Make a file of ours and change what it says."""
    record = json.loads(json_file(carried or talk('one', 'two')))
    change(record)
    return json.dumps(record).encode()


def temporary(key: str) -> str:
    """Give the id a temporary one would have."""
    return f'{key[:14]}8{key[15:]}'


@pytest.mark.parametrize('value', ['x', True, -1, 1e300, [], None])
async def test_figures_that_are_no_numbers_are_left_out(desk: Desk, value: Any) -> None:
    names = 'num_ctx', 'tokens', 'prompt_tokens', 'prompt_estimate', 'thinking_seconds', 'total_seconds', 'omitted'
    figures = {**dict.fromkeys(names, value), 'seconds': 1.5, 'ours': 'kept'}
    begin(desk, given(lambda record: record['messages'][1].update(stats=figures)))
    assert (await ended(desk)).state == 'done'
    [conversation] = await listed(desk)
    state = await desk.chat.reading.open(LOCAL_OWNER, conversation.id)
    window = await desk.chat.reading.newest(state)
    assert window.messages[1].stats == {'seconds': 1.5, 'ours': 'kept'}
    t = translator('en')
    assert Wire(t).window(state, window)
    assert gauge(t, state.stats) is None


async def test_ids_of_a_temporary_conversation_become_ordinary_ones(desk: Desk) -> None:
    carried = talk('one', 'two')
    text = json_file(carried).decode()
    for key in (carried.conversation.id, *(message.id for message in carried.messages)):
        text = text.replace(key, temporary(key))
    for tally in (Tally(new=1, sources=('guilherme',)), Tally(known=1, sources=('guilherme',))):
        begin(desk, text)
        assert (await ended(desk)).tally == tally
    [conversation] = await listed(desk)
    await desk.chat.reading.open(LOCAL_OWNER, conversation.id)
    await desk.chat.organising.delete(LOCAL_OWNER, conversation.id)
    assert await listed(desk) == []


@pytest.mark.parametrize('name', ['updated_at', 'deleted_at'])
async def test_a_time_nobody_will_live_in_costs_only_itself(desk: Desk, name: str) -> None:
    begin(desk, given(lambda record: record['conversation'].update({name: '9999-12-31T00:00:00.000000+00:00'})))
    last = await ended(desk)
    [remark] = last.remarks.first
    assert (last.state, last.tally, last.remarks.count) == ('done', Tally(new=1, sources=('guilherme',)), 1)
    assert (remark.reason, remark.conversation, remark.message) == ('wrong_time', 1, 0)
    assert remark.details['field'] == name
    [conversation] = await listed(desk)
    assert conversation.deleted_at is None
    assert conversation.updated_at == conversation.created_at


async def test_what_is_too_long_for_a_list_is_cut(desk: Desk) -> None:
    def change(record: dict[str, Any]) -> None:
        record['conversation']['title'] = 'x' * 2_000_000
        record['folder'] = 'F' * 10_000

    begin(desk, given(change))
    assert (await ended(desk)).state == 'done'
    [conversation] = await listed(desk)
    assert conversation.title == 'x' * 200
    overview = await desk.chat.listing.overview(LOCAL_OWNER, 50)
    assert [len(each.folder.name) for each in overview.folders] == [80]


def with_queue(*keys: str) -> Carried:
    """Make a conversation in which messages wait behind an answer that is complete."""
    carried = talk('one', 'two')
    waiting = (
        QueuedMessage(id=key, conversation_id=carried.conversation.id, text='/help', created_at=datetime.now(UTC))
        for key in keys
    )
    return replace(carried, queued=tuple(waiting))


async def test_what_waits_is_not_sent_before_the_person_says_so(desk: Desk, server: OllamaServer) -> None:
    key = new_id()
    begin(desk, json_file(with_queue(key)))
    await ended(desk)
    [conversation] = await listed(desk)
    await desk.chat.queueing.go_on()  # as the next start does
    state = await desk.chat.reading.open(LOCAL_OWNER, conversation.id)
    waiting = await desk.chat.queueing.look(state)
    await desk.chat.queueing.turns_taken()
    assert (waiting.held, [each.id for each in state.waiting.messages]) == (True, [key])
    assert server.asked('/api/chat') == []
    await desk.chat.queueing.send_now(LOCAL_OWNER, conversation.id, key)
    assert (await desk.messages.get(key)).content == '/help'


async def test_the_same_waiting_message_twice(desk: Desk) -> None:
    key = new_id()
    begin(desk, json_file(with_queue(key, key)))
    last = await ended(desk)
    assert last.error is not None
    assert last.error.details == {'reason': 'wrong_shape', 'field': 'id', 'conversation': 1, 'byte': 0}
    for _ in range(2):
        begin(desk, json_file(with_queue(key)))
        assert (await ended(desk)).tally == Tally(new=1, sources=('guilherme',))
    waiting = [
        (await desk.chat.queueing.look(await desk.chat.reading.open(LOCAL_OWNER, each.id))).messages
        for each in await listed(desk)
    ]
    assert sorted(map(len, waiting)) == [0, 1]


async def test_an_instruction_that_comes_along_is_told_of(desk: Desk, tmp_path: Any, server: OllamaServer) -> None:
    await desk.exchange('hello')
    await desk.chat.preferring.set_system_prompt(LOCAL_OWNER, 'Speak like a pirate.')
    archive = await everything(desk)
    async with open_desk(tmp_path / 'other', ollama_host=server.url) as other:
        begin(other, archive)
        last = await ended(other)
        assert last.tally == Tally(new=1, instruction=True, sources=('guilherme',))
        assert 'instruction' in result_lines(translator('en'), last)[-1]
        begin(other, archive)
        assert (await ended(other)).tally == Tally(known=1, sources=('guilherme',))
