import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from time import monotonic
from typing import Any

import pytest

from app.domain import delta as deltas
from app.domain import message as domain
from app.domain.delta import Delta, progress, statistics, text, thinking
from app.domain.message import Status
from app.errors import ModelNotFound, ServerUnreachable
from app.replies import engine as engine_module
from app.replies.changes import StateChanged, StepAdded
from tests.replies.conftest import Room
from tests.replies.gate import GatedJournal
from tests.replies.sources import Source, numbered, saying
from tests.replies.waiting import until
from tests.replies.watcher import Watcher
from tests.storage.samples import SqliteOutage


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at silent replies more often than a person needs it."""
    monkeypatch.setattr(engine_module, 'WATCH_INTERVAL', 0.02)
    monkeypatch.setattr(engine_module, 'EXPLAIN_AFTER', 0.05)
    monkeypatch.setattr(engine_module, 'PLACE_AFTER', 0.02)


def progress_shown(watcher: Watcher, room: Room) -> Callable[[], Mapping[str, Any] | None]:
    """Give a look at what the one running reply waits for."""
    return lambda: next((live.progress for live in room.state.replies.values()), None)


async def test_a_whole_reply(room: Room) -> None:
    watcher = Watcher()
    watcher.join(room.state)
    reply = await room.start(saying(['# Ti', 'tle\n\nte', 'xt']))
    assert room.state.streaming
    stored = await room.ended(reply)
    assert (stored.status, stored.content, stored.error) == (Status.COMPLETE, '# Title\n\ntext', None)
    assert watcher.html(reply.id) == '<h1>Title</h1><p>text</p>'
    assert (watcher.status(reply.id), room.state.streaming) == (Status.COMPLETE, False)


# --- a new kind of source: nothing of ours knows `countdown`, and it streams, stops and is kept -----------------------


async def countdown() -> AsyncIterator[Delta]:
    yield progress('waiting', seconds=0)
    for number in (3, 2, 1):
        yield text(f'{number} … ')
    yield statistics(tokens=3)
    await asyncio.Event().wait()


async def test_a_source_of_a_few_lines_streams_and_stops(room: Room) -> None:
    watcher = Watcher()
    watcher.join(room.state)
    reply = await room.start(countdown)
    await watcher.until(lambda: watcher.html(reply.id) == '<p>3 … 2 … 1 …</p>')
    assert room.engine.stop(reply.id)
    stored = await room.ended(reply)
    assert (stored.status, stored.content, stored.stats['tokens']) == (Status.STOPPED, '3 … 2 … 1 … ', 3)


async def endless() -> AsyncIterator[Delta]:
    while True:
        yield text('more ')
        yield thinking('hm ')
        await asyncio.sleep(0)


@pytest.mark.expects_log('failed: reply_too_long')
async def test_a_reply_without_end_is_ended_and_kept(open_room: Callable[..., Room]) -> None:
    room = open_room(longest=1000)
    reply = await room.start(endless)
    stored = await room.ended(reply)
    assert (stored.status, stored.error) == (Status.FAILED, {'code': 'reply_too_long', 'longest': 1000})
    assert 1000 < len(stored.content) + len(stored.thinking) < 1010


async def countless() -> AsyncIterator[Delta]:
    while True:
        yield deltas.source('a', 'http://b')
        await asyncio.sleep(0)


@pytest.mark.expects_log('failed: reply_too_long')
async def test_a_reply_of_countless_sources_is_ended(open_room: Callable[..., Room]) -> None:
    room = open_room(longest=1000)
    stored = await room.ended(await room.start(countless))
    assert (stored.status, len(stored.sources) < 10) == (Status.FAILED, True)


async def test_nothing_is_no_sign_of_life(open_room: Callable[..., Room], often: None) -> None:
    async def empty() -> AsyncIterator[Delta]:
        yield text('one')
        while True:
            yield text('')
            await asyncio.sleep(0)

    room = open_room(silence_limit=0.1)
    stored = await room.ended(await room.start(empty))
    assert (stored.status, stored.content) == (Status.FAILED, 'one')
    assert stored.error is not None
    assert stored.error['code'] == 'server_silent'


# --- stop -------------------------------------------------------------------------------------------------------------


async def test_stop_in_mid_reply_closes_the_source_at_once_and_keeps_the_text(room: Room) -> None:
    source = Source()
    reply = await room.start(source)
    source.say(*numbered(5))
    await until(lambda: room.state.replies[reply.id].current().content == ''.join(numbered(5)))
    assert room.engine.stop(reply.id)
    await until(source.closed.is_set)
    stored = await room.ended(reply)
    assert (stored.status, stored.content) == (Status.STOPPED, ''.join(numbered(5)))


async def test_stop_keeps_text_that_was_not_stored_yet(room: Room, journal: GatedJournal) -> None:
    source = Source()
    reply = await room.start(source)
    journal.gate.clear()
    source.say(*numbered(9))
    await until(source._steps.empty)
    room.engine.stop(reply.id)
    journal.gate.set()
    assert (await room.ended(reply)).content == ''.join(numbered(9))


async def test_stop_before_the_first_step_of_the_task(room: Room) -> None:
    source = Source()
    reply = await room.start(source)
    assert room.engine.stop(reply.id)
    stored = await room.ended(reply)
    assert (stored.status, stored.content, source.begun.is_set()) == (Status.STOPPED, '', False)
    assert not room.state.streaming


async def test_stop_twice_and_of_what_does_not_run(room: Room) -> None:
    reply = await room.start(Source())
    assert [room.engine.stop(reply.id), room.engine.stop(reply.id)] == [True, False]
    await room.ended(reply)
    assert not room.engine.stop(reply.id)
    assert not room.engine.stop('nobody knows this one')


# --- faults -----------------------------------------------------------------------------------------------------------


@pytest.mark.expects_log('failed: server_unreachable')
async def test_a_fault_of_ours_is_stored_with_what_had_come(room: Room) -> None:
    source, watcher = Source(), Watcher()
    watcher.join(room.state)
    reply = await room.start(source)
    source.say('half')
    source.fail(ServerUnreachable(url='http://127.0.0.1:1'))
    stored = await room.ended(reply)
    assert (stored.status, stored.content) == (Status.FAILED, 'half')
    assert stored.error == {'code': 'server_unreachable', 'url': 'http://127.0.0.1:1'}
    assert watcher.messages[reply.id].error == stored.error


@pytest.mark.expects_log(r'(?s)ERROR .* failed\nTraceback.*KeyError: .oops')
async def test_an_exception_nobody_foresaw_is_logged_and_stored(room: Room) -> None:
    source = Source()
    reply = await room.start(source)
    source.say('half')
    source.fail(KeyError('oops'))
    stored = await room.ended(reply)
    assert (stored.status, stored.content) == (Status.FAILED, 'half')
    assert stored.error == {'code': 'unexpected', 'message': "'oops'"}


@pytest.mark.expects_log('failed: model_not_found')
async def test_a_source_that_fails_before_its_first_word(room: Room) -> None:
    async def missing() -> AsyncIterator[Delta]:
        raise ModelNotFound(model='x')
        yield

    assert (await room.ended(await room.start(missing))).error == {'code': 'model_not_found', 'model': 'x'}


async def test_a_task_that_is_cancelled_from_outside_is_interrupted(room: Room) -> None:
    reply = await room.start(Source())
    [task] = [task for task in asyncio.all_tasks() if task.get_name() == f'reply {reply.id}']
    task.cancel()
    assert (await room.ended(reply)).status is Status.INTERRUPTED


# --- silence ----------------------------------------------------------------------------------------------------------


async def test_silence_in_mid_reply_is_said_and_forgotten_with_the_next_word(
    open_room: Callable[..., Room], often: None
) -> None:
    room, source, watcher = open_room(silence_notice=0.1), Source(), Watcher()
    watcher.join(room.state)
    shown = progress_shown(watcher, room)
    reply = await room.start(source)
    source.say('w0 ')
    assert await until(shown) == {'code': 'silent', 'seconds': 0}
    source.say('w1 ')
    await until(lambda: shown() is None)
    await watcher.until(lambda: 'w1' in watcher.html(reply.id))
    assert any(isinstance(change, StateChanged) for change in watcher.seen)


async def test_silence_in_mid_reply_ends_it_after_the_limit(open_room: Callable[..., Room], often: None) -> None:
    room, source = open_room(silence_limit=0.1), Source()
    reply = await room.start(source)
    source.say('w0 ')
    stored = await room.ended(reply)
    assert (stored.status, stored.content, stored.error) == (
        Status.FAILED,
        'w0 ',
        {'code': 'server_silent', 'seconds': 0},
    )
    assert source.closed.is_set()


async def test_silence_before_the_first_word_has_a_limit_of_its_own(
    open_room: Callable[..., Room], often: None
) -> None:
    room, source = open_room(load_limit=0.2, silence_limit=0.01), Source()
    began = monotonic()
    stored = await room.ended(await room.start(source))
    assert monotonic() - began > 0.15
    assert (stored.status, stored.error) == (Status.FAILED, {'code': 'server_silent', 'seconds': 0})


async def test_many_words_within_the_limit_are_no_silence(open_room: Callable[..., Room], often: None) -> None:
    room, source = open_room(silence_limit=0.3), Source()
    reply = await room.start(source)
    ends = monotonic() + 0.6
    while monotonic() < ends:
        source.say('w ')
        await until(source._steps.empty)
    source.end()
    assert (await room.ended(reply)).status is Status.COMPLETE


async def test_the_wait_for_the_first_word_is_explained(open_room: Callable[..., Room], often: None) -> None:
    async def explain() -> Mapping[str, Any]:
        return {'code': 'loading'}

    room, watcher = open_room(), Watcher()
    await room.start(Source(), explain_wait=explain)
    assert await until(progress_shown(watcher, room)) == {'code': 'loading', 'seconds': 0}


async def test_a_wait_nobody_explains_is_still_said(open_room: Callable[..., Room], often: None) -> None:
    async def explain() -> Mapping[str, Any] | None:
        raise ServerUnreachable(url='x')

    room, watcher = open_room(), Watcher()
    await room.start(Source(), explain_wait=explain)
    assert await until(progress_shown(watcher, room)) == {'code': 'waiting', 'seconds': 0}


@pytest.mark.expects_log('RuntimeError: oops')
async def test_an_explanation_that_breaks_does_not_end_the_watch(open_room: Callable[..., Room], often: None) -> None:
    async def explain() -> Mapping[str, Any] | None:
        raise RuntimeError('oops')

    room = open_room(load_limit=0.3)
    stored = await room.ended(await room.start(Source(), explain_wait=explain))
    assert stored.error == {'code': 'server_silent', 'seconds': 0}


# --- figures and progress ---------------------------------------------------------------------------------------------


async def test_statistics_are_joined_and_the_first_word_is_timed(room: Room) -> None:
    source, began = Source(), monotonic()
    reply = await room.start(source)
    room.state.conversation = replace(room.state.conversation, head_id=reply.id)
    source.give(statistics(num_ctx=4096, omitted=1), text('a'), statistics(tokens=1, seconds=0.5))
    source.end()
    stats = dict((await room.ended(reply)).stats)
    assert 0 <= stats.pop('first_token_seconds') <= monotonic() - began
    assert stats == {'num_ctx': 4096, 'omitted': 1, 'tokens': 1, 'seconds': 0.5}
    assert room.state.stats['tokens'] == 1


async def test_the_time_of_thinking_is_known_when_the_model_speaks_and_stays(room: Room) -> None:
    source, watcher = Source(), Watcher()
    watcher.join(room.state)
    reply = await room.start(source)
    source.give(thinking('hm'), text('a'))
    first = await watcher.until(lambda: thought(watcher, reply.id))
    source.give(thinking('once more'))
    source.end()
    assert (await room.ended(reply)).stats['thinking_seconds'] >= float(first) >= 0


async def test_a_reply_that_only_thought_tells_how_long(room: Room) -> None:
    source = Source()
    reply = await room.start(source)
    source.give(thinking('hm'))
    source.end()
    assert (await room.ended(reply)).stats['thinking_seconds'] >= 0


async def test_a_reply_without_a_word_has_no_first_word(room: Room) -> None:
    stored = await room.ended(await room.start(saying([])))
    assert (stored.status, stored.content, stored.stats) == (Status.COMPLETE, '', {})


async def test_progress_is_shown_and_goes_with_the_first_text(room: Room) -> None:
    source, watcher = Source(), Watcher()
    watcher.join(room.state)
    shown = progress_shown(watcher, room)
    reply = await room.start(source)
    source.give(progress('loading', seconds=3))
    assert await until(shown) == {'code': 'loading', 'seconds': 3}
    assert await watcher.until(lambda: watcher.status(reply.id)) is Status.STREAMING
    source.say('a')
    await until(lambda: shown() is None)


async def test_progress_told_after_a_text_stays_when_that_text_is_stored(room: Room) -> None:
    source, watcher = Source(), Watcher()
    watcher.join(room.state)
    shown = progress_shown(watcher, room)
    reply = await room.start(source)
    source.give(text('A heading'), progress('reading_part', number=1, count=3))
    await watcher.until(lambda: 'A heading' in watcher.html(reply.id))
    assert shown() == {'code': 'reading_part', 'number': 1, 'count': 3}
    source.say('a')
    await until(lambda: shown() is None)


async def test_who_says_what_it_does_after_a_text_has_as_long_as_before_the_first(
    open_room: Callable[..., Room], often: None
) -> None:
    room, source, watcher = open_room(load_limit=0.6, silence_limit=0.01, silence_notice=0.01), Source(), Watcher()
    watcher.join(room.state)
    reply = await room.start(source)
    source.give(text('A heading'), progress('reading_part', number=1, count=3))
    told = await watcher.until(progress_shown(watcher, room))
    stored = await room.ended(reply)
    assert told == {'code': 'reading_part', 'number': 1, 'count': 3}
    assert (stored.status, stored.content) == (Status.FAILED, 'A heading')


async def test_sources_and_steps_are_stored_and_then_shown(room: Room) -> None:
    source, watcher = Source(), Watcher()
    watcher.join(room.state)
    reply = await room.start(source)
    source.give(deltas.source('A talk', 'https://example.org'))
    source.give(deltas.step('Part 1', 'Notes', first=0), deltas.bookmark(done=1))
    await watcher.until(lambda: any(isinstance(change, StepAdded) for change in watcher.seen))
    live = room.state.replies[reply.id].current()
    assert live.sources == (domain.Source('A talk', 'https://example.org'),)
    assert live.steps == (domain.Step('Part 1', 'Notes', {'first': 0}), domain.Step('', '', {'done': 1}))
    source.end()
    stored = await room.ended(reply)
    assert (stored.sources, stored.steps) == (live.sources, live.steps)


# --- the end of the process, and after --------------------------------------------------------------------------------


async def test_close_interrupts_everything_and_stores_it(room: Room) -> None:
    sources = [Source() for _ in range(10)]
    replies = [await room.start(source, room.new_state()) for source in sources]
    for source in sources:
        source.say(*numbered(20))
    await until(lambda: all(source._steps.empty() for source in sources))
    await room.engine.close()
    stored = [await room.messages.get(reply.id) for reply in replies]
    assert {(message.status, message.content) for message in stored} == {(Status.INTERRUPTED, ''.join(numbered(20)))}
    assert all(source.closed.is_set() for source in sources)


async def test_close_with_replies_that_have_not_begun(room: Room) -> None:
    reply = await room.start(Source())
    await room.engine.close()
    assert (await room.messages.get(reply.id)).status is Status.INTERRUPTED


@pytest.mark.expects_log('could not be closed in time')
async def test_close_has_patience_but_not_for_ever(
    room: Room, journal: GatedJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stubborn() -> AsyncIterator[Delta]:
        try:
            yield text('w0 ')
            await release.wait()
        finally:
            await release.wait()

    monkeypatch.setattr(engine_module, 'SHUTDOWN_PATIENCE', 0.2)
    release = asyncio.Event()
    reply = await room.start(stubborn)
    await until(lambda: journal.entries(reply.id))
    async with asyncio.timeout(10):
        await room.engine.close()
    release.set()
    assert [message.content for message in await journal.recover()] == ['w0 ']


@pytest.mark.expects_log('could not be closed in time', 'is not saved yet')
async def test_close_while_the_database_refuses_leaves_what_is_stored_to_recovery(
    room: Room, journal: GatedJournal, outage: SqliteOutage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, 'SHUTDOWN_PATIENCE', 0.3)
    source = Source()
    reply = await room.start(source)
    source.say('w0 ')
    await until(lambda: journal.entries(reply.id))
    outage.begin()
    source.say('w1 ')
    await until(lambda: room.state.unsaved)
    await room.engine.close()
    outage.end()
    assert [(message.status, message.content) for message in await journal.recover()] == [(Status.INTERRUPTED, 'w0 ')]


async def test_going_on_appends_to_the_same_message(room: Room) -> None:
    watcher, source = Watcher(), Source()
    watcher.join(room.state)
    reply = await room.start(source)
    source.give(thinking('hm'), text('w0 w1'))
    await watcher.until(lambda: watcher.html(reply.id))
    room.engine.stop(reply.id)
    stopped = await room.ended(reply)
    await room.messages.reopen(reply.id)
    room.engine.start(room.state, replace(stopped, status=Status.STREAMING), saying([' w2', ' w3']))
    stored = await room.ended(reply)
    assert (stored.status, stored.content, stored.thinking) == (Status.COMPLETE, 'w0 w1 w2 w3', 'hm')
    assert watcher.html(reply.id) == '<p>w0 w1 w2 w3</p>'


async def test_everybody_who_waits_for_an_end_is_told(room: Room) -> None:
    source = Source()
    reply = await room.start(source)
    waiting = [asyncio.create_task(room.engine.finished(reply.id)) for _ in range(5)]
    await source.begun.wait()
    assert not any(task.done() for task in waiting)
    source.end()
    await asyncio.wait_for(asyncio.gather(*waiting), 5)
    await asyncio.wait_for(room.engine.finished(reply.id), 1)


async def test_the_engine_is_busy_until_the_end_is_shown_and_then_tells(room: Room) -> None:
    told: list[tuple[str, bool]] = []
    room.engine.on_finished.append(lambda _, message: told.append((message.status, room.engine.busy)))
    assert not room.engine.busy
    reply = await room.start(saying(['a']))
    assert room.engine.busy
    await room.ended(reply)
    assert await until(lambda: told) == [('complete', False)]


@pytest.mark.parametrize(('watched', 'unread'), [(True, False), (False, True), (None, True)])
async def test_a_reply_that_nobody_sees_end_is_unread(
    room: Room, journal: GatedJournal, watched: bool | None, unread: bool
) -> None:
    if watched is not None:
        Watcher(watched=watched).join(room.state)
    await room.ended(await room.start(saying(['a'])))
    assert room.state.conversation.unread is unread


async def test_work_of_a_lower_rank_makes_way_before_anything_is_asked(room: Room) -> None:
    order: list[str] = []

    async def make_way() -> None:
        await asyncio.sleep(0)
        order.append('made way')

    async def asking() -> AsyncIterator[Delta]:
        order.append('asked')
        yield text('a')

    room.engine.before_reply.append(make_way)
    await room.ended(await room.start(asking))
    assert order == ['made way', 'asked']


def thought(watcher: Watcher, message_id: str) -> str:
    """Give the seconds of thinking that are shown, as text so that none at all is false."""
    shown = watcher.messages.get(message_id)
    return str(shown.stats.get('thinking_seconds', '')) if shown else ''
