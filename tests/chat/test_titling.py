"""Titles: what is asked, and that nobody ever waits for them. The stand-in records every request with its times."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from time import time

import pytest

from app.chat import titling
from app.chat.titling import BEGINNING, REQUEST, TRIES
from app.domain.conversation import LOCAL_OWNER
from app.domain.message import Message, Status
from app.replies.live import ConversationState
from tests.chat.desk import Desk, open_desk
from tests.chat.test_temporary import ask as ask_temporarily
from tests.replies.waiting import until
from tests.support.http_server import Exchange, Recorded
from tests.support.naming_server import TITLE, NamingServer

QUESTION = 'How do I bake a carrot cake that children like'
PROVISIONAL = 'How do I bake a carrot cake th…'
ANSWER = 'kind=num tokens=20 rate=1000'


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(titling, 'QUIET', 0.05)


@pytest.fixture
async def server() -> AsyncIterator[NamingServer]:
    async with NamingServer(script=ANSWER) as running:
        yield running


@pytest.fixture
async def naming(tmp_path: Path, server: NamingServer) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path / 'data', ollama_host=server.url, titles=True) as opened:
        yield opened


async def stored_title(desk: Desk, state: ConversationState) -> str:
    return (await desk.conversations.get(state.id, LOCAL_OWNER)).title


async def rested(desk: Desk) -> None:
    """Wait until whoever names conversations has done what there is to do."""
    work = desk.parts.titling._work
    if work is not None:
        await asyncio.wait([work])


async def says_nothing(exchange: Exchange) -> None:
    await asyncio.Event().wait()


# --- what is asked ----------------------------------------------------------------------------------------------------


async def test_a_conversation_is_named_after_its_first_answer(naming: Desk, server: NamingServer) -> None:
    state, reply = await naming.exchange(QUESTION)
    assert state.title == PROVISIONAL
    await until(lambda: state.title == 'Carrot cake')
    assert await stored_title(naming, state) == 'Carrot cake'
    assert not state.conversation.title_by_person
    [asked], [answered] = server.named, server.answered
    said = [each['content'] for each in asked.body['messages']]
    assert said == [QUESTION, reply.content, REQUEST]
    assert asked.body['model'] == answered.body['model']
    assert asked.body['options'] == answered.body['options'] | {'num_predict': 100}
    assert asked.began_at >= (answered.ended_at or time())
    await naming.exchange('And then?', state.id)
    await rested(naming)
    assert len(server.named) == 1


async def test_a_model_that_thinks_is_asked_not_to(naming: Desk, server: NamingServer) -> None:
    state, reply = await naming.ask(QUESTION, model='ollama/qwen3:4b')
    await naming.ended(reply)
    await until(lambda: state.title == 'Carrot cake')
    assert server.named[0].body['think'] is False
    assert 'think' not in server.answered[0].body


async def test_a_long_talker_is_not_listened_to_the_end(naming: Desk, server: NamingServer) -> None:
    server.titles = 'kind=num tokens=5000 rate=2000 stall_after=90'  # it would end by itself after 100
    state, _ = await naming.exchange(QUESTION)
    await until(lambda: state.title.startswith('w0 w1'))
    [asked] = server.named
    assert await server.until(lambda: asked.disconnected_at)


@pytest.mark.parametrize('says', ['say=%22%22', 'say=Title%3A', 'say=%3Cthink%3Ehm', 'status=500', 'drop_after=0'])
async def test_what_is_no_title_leaves_the_provisional_one(says: str, naming: Desk, server: NamingServer) -> None:
    server.titles = says
    state, _ = await naming.exchange(QUESTION)
    await server.until(lambda: server.named)
    await rested(naming)
    assert state.title == await stored_title(naming, state) == PROVISIONAL


async def test_a_fault_is_tried_again_after_the_next_answer_some_times(naming: Desk, server: NamingServer) -> None:
    server.titles = 'status=500'
    state, _ = await naming.exchange(QUESTION)
    await rested(naming)
    for _ in range(TRIES + 1):
        await naming.exchange('other', (await naming.exchange('other'))[0].id)
        await rested(naming)
    of_first = [each for each in server.named if each.body['messages'][0]['content'] == QUESTION]
    assert len(of_first) == TRIES
    assert state.title == PROVISIONAL


# --- never before, beside or instead of an answer ---------------------------------------------------------------------


async def test_an_answer_that_begins_closes_the_request_for_a_title_first(naming: Desk, server: NamingServer) -> None:
    server.titles = 'load=30'
    first, _ = await naming.exchange(QUESTION)
    [asked] = await server_named(server)
    _, reply = await naming.exchange('Another conversation')
    assert reply.status is Status.COMPLETE
    closed_at = asked.disconnected_at
    assert closed_at is not None
    assert closed_at <= server.answered[-1].began_at
    server.titles = TITLE
    await naming.exchange('One more')
    await until(lambda: first.title == 'Carrot cake')


async def server_named(server: NamingServer) -> list[Recorded]:
    await server.until(lambda: server.named)
    return server.named


async def test_no_request_for_a_title_ever_runs_beside_an_answer(naming: Desk, server: NamingServer) -> None:
    """Replies at every moment, in several conversations and from the queue: the times of all requests tell."""
    server.script = 'kind=num tokens=15 rate=150'
    server.titles = 'say=Carrot%20cake%20for%20many%20children%20and%20a%20dog rate=20'
    states: list[ConversationState] = []
    for number in range(12):
        state, _ = await naming.ask(f'{QUESTION} {number}')
        states.append(state)
        if number % 3 == 0:
            await naming.ask('queued behind it', state.id)
        await asyncio.sleep((0.02, 0.3, 0.1, 0.45)[number % 4])  # now behind, now in the middle of a title
    await until(lambda: not (naming.parts.engine.busy or naming.parts.chat.queueing._taking_turns))
    server.titles = TITLE
    await rested(naming)
    await naming.exchange('a last one')
    await rested(naming)
    assert any(each.disconnected_at for each in server.named)
    overlaps = [
        (title.number, answer.number)
        for title in server.named
        for answer in server.answered
        if title.began_at < (answer.ended_at or time()) and answer.began_at < over_at(title)
    ]
    assert overlaps == []


def over_at(record: Recorded) -> float:
    return min(at for at in (record.ended_at, record.disconnected_at, time()) if at is not None)


async def test_no_title_is_asked_for_while_somebody_is_answered(naming: Desk, server: NamingServer) -> None:
    other, slow = await naming.ask('kind=num tokens=400 rate=200')
    first, _ = await naming.exchange(QUESTION)
    await asyncio.sleep(0.3)
    assert server.named == []
    await naming.ended(slow)
    await until(lambda: first.title == 'Carrot cake')
    await until(lambda: other.title == 'Carrot cake')


async def test_no_title_is_asked_for_before_what_waits_its_turn(naming: Desk, server: NamingServer) -> None:
    state, _ = await naming.ask(QUESTION)
    for text in ('second', 'third'):
        await naming.ask(text, state.id)
    await until(lambda: state.title == 'Carrot cake')
    assert len(server.answered) == 3
    assert server.named[0].began_at >= max(each.ended_at or time() for each in server.answered)


@pytest.mark.parametrize('told', ['gone', 'silent'])
async def test_a_model_its_server_has_let_go_of_is_not_loaded_anew(
    naming: Desk, server: NamingServer, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `keep_alive: 0` it is gone as soon as it has answered; nor is it asked if nobody can say."""
    server.keep_alive = 0
    if told == 'silent':
        monkeypatch.setitem(server._routes, ('GET', '/api/ps'), says_nothing)
    state, _ = await naming.exchange(QUESTION)
    await server.until(lambda: server.asked('/api/ps'))
    await rested(naming)
    assert (server.named, state.title) == ([], PROVISIONAL)


async def test_a_model_that_would_have_to_be_loaded_is_not_asked(naming: Desk, server: NamingServer) -> None:
    server.titles = 'status=500'
    first, _ = await naming.exchange(QUESTION)
    await rested(naming)
    server.titles = TITLE
    server.loaded.pop('gemma2:2b')
    other, reply = await naming.ask('other', model='ollama/llava:7b')
    await naming.ended(reply)
    await until(lambda: other.title == 'Carrot cake')
    await rested(naming)
    assert first.title == PROVISIONAL
    assert [each.body['model'] for each in server.named] == ['gemma2:2b', 'llava:7b']


async def test_a_model_that_meanwhile_read_something_else_gets_the_beginnings(
    naming: Desk, server: NamingServer
) -> None:
    server.titles = 'status=500'
    long = f'{QUESTION} {"and so on " * 500}'
    first, _ = await naming.exchange(long)
    await rested(naming)
    await naming.exchange('other')
    await rested(naming)
    again = [each for each in server.named if each.body['messages'][0]['content'].startswith(QUESTION)][-1]
    assert again.body['messages'][0]['content'] == long[:BEGINNING]
    assert first.title.startswith(PROVISIONAL[:20])


# --- whose title it is ------------------------------------------------------------------------------------------------


async def test_a_title_a_person_gave_is_never_replaced(naming: Desk, server: NamingServer) -> None:
    server.titles = 'say=Carrot%20cake%0A load=0.3'
    state, _ = await naming.exchange(QUESTION)
    await server.until(lambda: server.named)
    await naming.chat.organising.rename(LOCAL_OWNER, state.id, 'Mine')  # while the model thinks of another
    await rested(naming)
    assert state.title == await stored_title(naming, state) == 'Mine'


async def test_a_conversation_named_before_its_answer_is_complete_is_left_alone(
    naming: Desk, server: NamingServer
) -> None:
    state, reply = await naming.ask('kind=num tokens=40 rate=200')
    await naming.chat.organising.rename(LOCAL_OWNER, state.id, 'Mine')
    await naming.ended(reply)
    await rested(naming)
    assert server.named == []


async def test_commands_and_answers_that_were_stopped_name_nothing(naming: Desk, server: NamingServer) -> None:
    await naming.exchange('/help')
    state, reply = await naming.ask('kind=num tokens=400 rate=100')
    await until(lambda: state.replies[reply.id].current().content)
    await naming.chat.asking.stop(LOCAL_OWNER, state.id)
    await rested(naming)
    assert server.named == []


async def test_a_temporary_conversation_keeps_its_provisional_title(naming: Desk, server: NamingServer) -> None:
    _, reply = await ask_temporarily(naming, QUESTION)
    await naming.ended(reply)
    await naming.exchange('other')
    await rested(naming)
    assert [each.body['messages'][0]['content'] for each in server.named] == ['other']


async def test_a_person_or_the_setting_can_say_no(tmp_path: Path, naming: Desk, server: NamingServer) -> None:
    await naming.chat.preferring.set_titles(LOCAL_OWNER, False)
    await naming.exchange(QUESTION)
    await rested(naming)
    async with open_desk(tmp_path / 'off', ollama_host=server.url, titles=False) as off:
        await off.exchange(QUESTION)
        await off.parts.titling.go_on()
        assert off.parts.titling._work is None
    assert server.named == []


async def test_a_deleted_conversation_is_forgotten(naming: Desk, server: NamingServer) -> None:
    server.titles = 'status=500'
    state, _ = await naming.exchange(QUESTION)
    await rested(naming)
    await naming.chat.organising.delete(LOCAL_OWNER, state.id)
    await naming.exchange('other')
    await rested(naming)
    assert len(server.named) == 2


# --- restart ----------------------------------------------------------------------------------------------------------


async def test_what_has_no_title_is_found_again_after_a_restart(tmp_path: Path, server: NamingServer) -> None:
    async with open_desk(tmp_path / 'data', ollama_host=server.url, titles=False) as desk:
        state, _ = await desk.exchange(QUESTION)
        named, _ = await desk.exchange('Another question that is long enough')
        await desk.chat.organising.rename(LOCAL_OWNER, named.id, 'Mine')
    async with open_desk(tmp_path / 'data', ollama_host=server.url, titles=True) as desk:
        await desk.parts.titling.go_on()
        await rested(desk)
        assert await stored_title(desk, state) == 'Carrot cake'
        assert await stored_title(desk, named) == 'Mine'
    assert len(server.named) == 1


async def test_a_process_that_ends_closes_the_request(tmp_path: Path, server: NamingServer) -> None:
    server.titles = 'load=30'
    async with open_desk(tmp_path / 'data', ollama_host=server.url, titles=True) as desk:
        await desk.exchange(QUESTION)
        [asked] = await server_named(server)
    await server.until(lambda: asked.disconnected_at)


async def test_other_tabs_and_lists_are_told(naming: Desk) -> None:
    told: list[str] = []
    naming.chat.live.news.subscribe(lambda news: told.extend(each.conversation.title for each in news))
    state, reply = await naming.exchange(QUESTION)
    assert isinstance(reply, Message)
    await until(lambda: 'Carrot cake' in told)
    assert state.conversation.title == 'Carrot cake'
