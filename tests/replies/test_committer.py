import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from time import monotonic

import pytest
from sqlalchemy import make_url

from app.domain.delta import DeltaKind, text, thinking
from app.domain.message import Status
from app.replies import committer
from app.replies.changes import ViewChange
from tests.replies.conftest import Room
from tests.replies.gate import GatedJournal
from tests.replies.sources import Source, numbered, saying
from tests.replies.waiting import until
from tests.replies.watcher import Watcher
from tests.storage.samples import SqliteOutage

NOT_SAVED = 'is not saved yet'


class Auditor(Watcher):
    """Looks, at every change it is told of, whether the database has what is shown."""

    def __init__(self, url: str, reply_id: str) -> None:
        super().__init__()
        self._file, self._reply_id = str(make_url(url).database), reply_id
        self.audits = 0

    def apply(self, number: int, changes: list[ViewChange]) -> None:
        super().apply(number, changes)
        with closing(sqlite3.connect(self._file)) as connection:
            rows = connection.execute(
                'SELECT text FROM reply_delta WHERE message_id = ?1 '
                'UNION ALL SELECT content FROM message WHERE id = ?1',
                (self._reply_id,),
            )
            stored = ''.join(row[0] for row in rows).split()
        shown = self.html(self._reply_id).replace('<p>', '').replace('</p>', '').split()
        assert shown == stored[: len(shown)]
        self.audits += 1


async def test_nothing_is_shown_that_is_not_in_the_database(room: Room, database_url: str) -> None:
    source = Source()
    reply = await room.start(source)
    auditor = Auditor(database_url, reply.id)
    auditor.join(room.state)
    for number in range(40):
        source.say(f'w{number} ')
        await auditor.until(lambda: auditor.html(reply.id).count('w') >= number - 5)  # noqa: B023
    source.end()
    await room.ended(reply)
    assert auditor.audits >= 5
    assert auditor.html(reply.id).split() == ['<p>w0', *(f'w{number}' for number in range(1, 39)), 'w39</p>']


async def test_text_is_shown_only_after_it_is_stored(room: Room, journal: GatedJournal) -> None:
    source, watcher = Source(), Watcher()
    watcher.join(room.state)
    reply = await room.start(source)
    journal.gate.clear()
    source.say('Hello')
    await until(lambda: journal.waiting)
    assert room.state.replies[reply.id].current().content == ''
    assert watcher.html(reply.id) == ''
    journal.gate.set()
    assert await watcher.until(lambda: watcher.html(reply.id)) == '<p>Hello</p>'
    assert [entry.text for entry in journal.entries(reply.id)] == ['Hello']


async def test_the_end_is_shown_only_after_it_is_stored(room: Room, journal: GatedJournal) -> None:
    watcher = Watcher()
    watcher.join(room.state)
    reply = await room.start(saying(['Hello']))
    await watcher.until(lambda: watcher.html(reply.id))
    journal.gate.clear()
    source = Source()
    other = await room.start(source)
    source.end()
    await until(lambda: journal.waiting)
    assert watcher.status(other.id) is None
    journal.gate.set()
    assert (await room.ended(other)).status is Status.COMPLETE
    assert watcher.status(other.id) is Status.COMPLETE


async def test_the_first_text_is_stored_at_once_and_what_follows_once_a_tick(
    room: Room, journal: GatedJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Source()
    reply = await room.start(source)
    monkeypatch.setattr(committer, 'TICK', 3600)  # who waits for one now is never seen
    source.say('a')
    await until(lambda: journal.appended)
    monkeypatch.setattr(committer, 'TICK', 0.4)
    source.say('b', 'c')
    await until(source._steps.empty)
    source.say('d')
    await until(lambda: len(journal.appended) == 2)
    assert [entry.text for entry in journal.entries(reply.id)] == ['a', 'bcd']


async def test_text_after_a_pause_is_stored_at_once(
    room: Room, journal: GatedJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committer, 'TICK', 1)
    source = Source()
    await room.start(source)
    source.say('a')
    await until(lambda: journal.appended)
    pause_ends = monotonic() + 1.05
    await until(lambda: monotonic() > pause_ends)
    source.say('b')
    await until(lambda: len(journal.appended) == 2)
    assert monotonic() - pause_ends < committer.TICK


async def test_entries_are_numbered_and_kinds_kept_apart(room: Room, journal: GatedJournal) -> None:
    source = Source()
    reply = await room.start(source)
    source.give(thinking('hm'), thinking(' so'), text('Yes'), text(', '), thinking('or'), text('no'), text(''))
    source.end()
    stored = await room.ended(reply)
    entries = journal.entries(reply.id)
    assert [entry.seq for entry in entries] == list(range(len(entries)))
    assert (stored.content, stored.thinking) == ('Yes, no', 'hm soor')
    joined = ''.join(f'[{entry.kind}]{entry.text}' for entry in entries)
    assert '[text]Yes, [thinking]or' in joined or entries == []


async def test_neighbours_of_one_kind_are_joined_in_one_entry(room: Room, journal: GatedJournal) -> None:
    journal.gate.clear()
    source = Source()
    reply = await room.start(source)
    source.say('first')
    await until(lambda: journal.waiting)
    source.give(thinking('a'), thinking('b'), text('c'), text('d'), thinking('e'))
    await until(source._steps.empty)
    journal.gate.set()
    await until(lambda: len(journal.appended) == 2)
    found = [(entry.seq, entry.kind, entry.text) for entry in journal.entries(reply.id)]
    kinds = DeltaKind.TEXT, DeltaKind.THINKING
    assert found == [(0, kinds[0], 'first'), (1, kinds[1], 'ab'), (2, kinds[0], 'cd'), (3, kinds[1], 'e')]


async def test_many_replies_share_a_commit_and_keep_their_order(room: Room, journal: GatedJournal) -> None:
    sources = [Source() for _ in range(20)]
    replies = [await room.start(source, room.new_state()) for source in sources]
    for number in range(50):
        for source in sources:
            source.say(f'w{number} ')
        await asyncio.sleep(0)
    await until(lambda: all(source._steps.empty() for source in sources))
    for source in sources:
        source.end()
    stored = [await room.ended(reply) for reply in replies]
    assert {message.content for message in stored} == {''.join(numbered(50))}
    assert any(len({entry.message_id for entry in batch}) == 20 for batch in journal.appended)


@pytest.mark.expects_log(NOT_SAVED)
async def test_a_commit_that_fails_is_said_and_tried_again_and_nothing_is_lost_or_doubled(
    room: Room, journal: GatedJournal, outage: SqliteOutage
) -> None:
    source, watcher = Source(), Watcher()
    reply = await room.start(source)
    watcher.join(room.state)
    source.say('w0 ')
    await watcher.until(lambda: watcher.html(reply.id))
    outage.begin()
    source.say('w1 ')
    await until(lambda: room.state.unsaved)
    source.say('w2 ', 'w3 ')
    await until(source._steps.empty)
    assert watcher.html(reply.id) == '<p>w0</p>'
    assert room.state.replies[reply.id].current().content == 'w0 '
    outage.end()
    await watcher.until(lambda: watcher.html(reply.id) == '<p>w0 w1 w2 w3</p>')
    assert not room.state.unsaved
    source.end()
    assert (await room.ended(reply)).content == 'w0 w1 w2 w3 '
    assert [entry.seq for entry in journal.entries(reply.id)] == list(range(len(journal.entries(reply.id))))


@pytest.mark.expects_log(NOT_SAVED)
async def test_an_end_that_cannot_be_stored_is_tried_again(room: Room, outage: SqliteOutage) -> None:
    source, watcher = Source(), Watcher()
    reply = await room.start(source)
    watcher.join(room.state)
    source.say('w0 ')
    await watcher.until(lambda: watcher.html(reply.id))
    outage.begin()
    source.say('w1 ')
    source.end()
    await until(lambda: room.state.unsaved)
    await source.closed.wait()
    assert (watcher.status(reply.id), room.state.streaming) == (None, True)
    outage.end()
    stored = await room.ended(reply)
    assert (stored.content, stored.status) == ('w0 w1 ', Status.COMPLETE)
    assert (room.state.unsaved, room.state.streaming) == (False, False)
    assert watcher.html(reply.id) == '<p>w0 w1</p>'


@pytest.mark.expects_log(NOT_SAVED)
async def test_a_reply_that_cannot_be_stored_does_not_hold_up_the_others(room: Room, journal: GatedJournal) -> None:
    poisoned, healthy, watcher = Source(), Source(), Watcher()
    bad = await room.start(poisoned, room.new_state())
    good = await room.start(healthy)
    watcher.join(room.state)
    journal.poisoned.add(bad.id)
    began = monotonic()
    for number in range(20):
        poisoned.say('x')
        healthy.say(f'w{number} ')
        await watcher.until(lambda: f'w{number}' in watcher.html(good.id))  # noqa: B023
    assert monotonic() - began < 4  # twenty ticks and frames, not twenty times the wait before another try
    assert not room.state.unsaved
    journal.poisoned.clear()
    poisoned.end()
    assert (await room.ended(bad)).content == 'x' * 20


@pytest.mark.expects_log(NOT_SAVED)
async def test_a_conversation_is_unsaved_while_any_of_its_replies_is(room: Room, journal: GatedJournal) -> None:
    sources = Source(), Source()
    first, second = [await room.start(source) for source in sources]
    journal.poisoned |= {first.id, second.id}
    for source in sources:
        source.say('a')
    await until(lambda: room.state.unsaved)
    journal.poisoned.discard(first.id)
    await until(lambda: journal.entries(first.id))
    assert room.state.unsaved
    journal.poisoned.clear()
    await until(lambda: not room.state.unsaved)
    assert journal.entries(second.id)


async def test_a_seal_folds_the_entries_into_the_message(
    room: Room, database_url: str, open_room: Callable[..., Room]
) -> None:
    reply = await room.start(saying(numbered(30)))
    stored = await room.ended(reply)
    with closing(sqlite3.connect(str(make_url(database_url).database))) as connection:
        assert connection.execute('SELECT count(*) FROM reply_delta').fetchone() == (0,)
    assert stored.content == ''.join(numbered(30))
    assert stored.finished_at is not None


async def test_what_a_killed_engine_left_is_recovered(room: Room, journal: GatedJournal) -> None:
    source = Source()
    reply = await room.start(source)
    source.give(thinking('hm'), text('w0 '))
    await until(lambda: journal.entries(reply.id))
    source.say('w1 ')
    await until(lambda: any('w1' in entry.text for entry in journal.entries(reply.id)))
    [recovered] = await journal.recover()  # as the next start would; the reply itself is still running here
    assert (recovered.id, recovered.status) == (reply.id, Status.INTERRUPTED)
    assert (recovered.content, recovered.thinking) == ('w0 w1 ', 'hm')
