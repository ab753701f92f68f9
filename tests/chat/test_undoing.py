"""Undoing imports: exactly what came goes again, and what a person has gone on with stays."""

import json
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from app.chat.taking_in import Tally
from app.chat.undoing import Undo
from app.domain.conversation import LOCAL_OWNER
from app.domain.past_import import PastImport
from app.domain.search import SearchQuery
from app.errors import ImportRefused, NotFound
from app.storage.search import Search
from tests.chat.desk import Desk, open_desk, question
from tests.chat.test_importing import begin, bring, chat, count, ended, listed, node, texts
from tests.replies.waiting import until
from tests.support.ollama_server import OllamaServer

TABLES = ('conversation', 'message', 'folder', 'document', 'queued_message', 'preferences', 'imported', 'past_import')


async def undone(desk: Desk, import_id: str, owner_id: str = LOCAL_OWNER) -> Undo:
    """Undo an import and wait until it is done."""
    await desk.chat.importing.undo(owner_id, import_id)
    return await end_of(desk, import_id, owner_id)


async def end_of(desk: Desk, import_id: str, owner_id: str = LOCAL_OWNER) -> Undo:
    def last() -> Undo | None:
        current = desk.chat.undoing.current(owner_id)
        return current if current and current.past.id == import_id and current.state == 'done' else None

    found = await until(last)
    assert found
    return found


async def numbers(desk: Desk) -> dict[str, int]:
    """Count what is left in the tables, when the trash is empty."""
    await desk.chat.trash.erase_now()
    return {table: rows for table in TABLES if (rows := await count(desk, table))}


async def imports(desk: Desk, owner_id: str = LOCAL_OWNER) -> list[PastImport]:
    return await desk.chat.undoing.imports(owner_id)


async def test_what_came_new_goes_and_comes_again(desk: Desk) -> None:
    await desk.exchange('Mine')
    before = await numbers(desk)
    given = [chat(f'c{number}', 'Pineapple?', 'Yes.') for number in range(120)]
    last = await bring(desk, given)
    [past] = await imports(desk)
    assert (past.id, past.sources, past.conversations, past.is_undoing) == (last.import_id, ('chatgpt',), 120, False)
    done = await undone(desk, last.import_id)
    assert (done.taken.gone, done.taken.kept, done.part) == (120, 0, 1.0)
    assert await numbers(desk) == before
    assert await imports(desk) == []
    found = await Search(desk.parts.database).find(LOCAL_OWNER, SearchQuery(text='pineapple'), limit=9)
    assert found.conversations == ()
    assert [each.title for each in await listed(desk)] == ['Mine']
    assert (await bring(desk, given)).tally == Tally(new=120, sources=('chatgpt',))


async def test_what_somebody_went_on_with_stays(desk: Desk, server: OllamaServer) -> None:
    last = await bring(desk, [chat(key, 'one', 'two') for key in 'abcdef'])
    by_title = {each.title: each for each in await listed(desk)}
    await desk.exchange('And then?', by_title['a'].id)
    server.script = 'kind=num tokens=2000 rate=50'
    _, streams = await desk.ask('Long', by_title['b'].id)
    await desk.chat.asking.send(LOCAL_OWNER, question('Waits', by_title['b'].id))
    await desk.chat.organising.rename(LOCAL_OWNER, by_title['c'].id, 'Renamed')
    await desk.chat.organising.pin(LOCAL_OWNER, by_title['d'].id)
    await desk.chat.organising.delete(LOCAL_OWNER, by_title['e'].id)
    done = await undone(desk, last.import_id)
    assert (done.taken.gone, done.taken.kept) == (4, 2)
    assert sorted(each.title for each in await listed(desk)) == ['a', 'b']
    assert desk.chat.live.streaming() == {by_title['b'].id}
    await desk.chat.asking.stop(LOCAL_OWNER, by_title['b'].id)
    assert (await desk.ended(streams)).content
    assert (await numbers(desk))['conversation'] == 2
    assert 'imported' not in await numbers(desk)


async def test_an_answer_that_was_continued_stays(desk: Desk) -> None:
    given = chat('a', 'one', 'two')
    last = await bring(desk, [given])
    [conversation] = await listed(desk)
    await desk.chat.reading.open(LOCAL_OWNER, conversation.id)
    await desk.chat.asking.resume(LOCAL_OWNER, str(conversation.head_id))
    await desk.ended(await desk.messages.get(str(conversation.head_id)))
    assert (await undone(desk, last.import_id)).taken.kept == 1
    assert [each.id for each in await listed(desk)] == [conversation.id]


async def test_what_was_added_to_a_conversation_goes_and_it_stands_as_before(desk: Desk) -> None:
    await bring(desk, [chat('a', 'one', 'two')])
    [was] = await listed(desk)
    before = await numbers(desk)
    longer = chat('a', 'one', 'two', 'three', 'four', update_time=1.8e9)
    last = await bring(desk, [longer])
    [now] = await listed(desk)
    assert (now.head_id, now.updated_at) != (was.head_id, was.updated_at)
    state = await desk.chat.reading.open(LOCAL_OWNER, was.id)
    done = await undone(desk, last.import_id)
    assert (done.taken.gone, done.taken.cut, done.taken.kept) == (0, 1, 0)
    assert await listed(desk) == [was]
    assert state.conversation.head_id == was.head_id
    assert await numbers(desk) == before
    assert (await bring(desk, [longer])).tally == Tally(with_news=1, sources=('chatgpt',))


async def test_a_branch_that_came_beside_the_one_shown_goes(desk: Desk) -> None:
    await bring(desk, [chat('a', 'one', 'two')])
    [was] = await listed(desk)
    branched = chat('a', 'one', 'two')
    branched['mapping']['a-x'] = node('a-0', 'assistant', 'another', 1_700_000_009)
    last = await bring(desk, [branched])
    state = await desk.chat.reading.open(LOCAL_OWNER, was.id)
    ids = (await desk.messages.versions_of([str(was.head_id)]))[str(was.head_id)]
    await desk.chat.branching.show(LOCAL_OWNER, next(each for each in ids if each != was.head_id))
    assert state.conversation.head_id != was.head_id
    await undone(desk, last.import_id)
    assert await listed(desk) == [was]


async def test_what_stands_above_an_own_message_stays(desk: Desk) -> None:
    await bring(desk, [chat('a', 'one', 'two')])
    longer = chat('a', 'one', 'two', 'three', 'four')
    longer['mapping']['a-x'] = node('a-1', 'user', 'aside', 1_700_000_009)
    last = await bring(desk, [longer])
    [conversation] = await listed(desk)
    await desk.exchange('And then?', conversation.id)
    done = await undone(desk, last.import_id)
    assert (done.taken.gone, done.taken.cut, done.taken.kept) == (0, 0, 1)
    [conversation] = await listed(desk)
    assert (await texts(desk, conversation))[:5] == ['one', 'two', 'three', 'four', 'And then?']
    assert await count(desk, 'message') == 6


@pytest.mark.parametrize('order', [*permutations(range(3))], ids=str)
@pytest.mark.parametrize('own', [True, False], ids=['known', 'new'])
async def test_imports_are_undone_in_any_order(desk: Desk, order: tuple[int, ...], own: bool) -> None:
    if own:
        await bring(desk, [chat('a', 'zero')])
        await desk.parts.database.write(
            lambda session: [session.connection().exec_driver_sql(f'DELETE FROM {name}') for name in TABLES[-2:]]
        )
    before, was = await numbers(desk), await listed(desk)
    made = [
        (await bring(desk, [chat('a', *map(str, ['zero', *range(length)]), update_time=1.8e9 + length)])).import_id
        for length in (1, 3, 4)
    ]
    for number in order[:-1]:
        await undone(desk, made[number])
        [conversation] = await listed(desk)
        shown = await texts(desk, conversation)
        there = {past.id for past in await imports(desk)}
        left = max(each for each in range(3) if made[each] in there)
        assert shown == ['zero', *map(str, range((1, 3, 4)[left]))]
    await undone(desk, made[order[-1]])
    assert await listed(desk) == was
    assert await numbers(desk) == before


async def test_one_of_two_conversations_in_a_file_was_here(desk: Desk) -> None:
    await bring(desk, [chat('a', 'one')])
    both = await bring(desk, [chat('a', 'one', 'two'), chat('b', 'one')])
    assert both.tally == Tally(new=1, with_news=1, sources=('chatgpt',))
    done = await undone(desk, both.import_id)
    assert (done.taken.gone, done.taken.cut) == (1, 1)
    [conversation] = await listed(desk)
    assert await texts(desk, conversation) == ['one']


async def test_nothing_is_recorded_of_an_import_that_brought_nothing(desk: Desk) -> None:
    await bring(desk, [chat('a', 'one')])
    assert (await bring(desk, [chat('a', 'one')])).import_id == ''
    assert len(await imports(desk)) == 1


async def test_what_is_here_after_it_was_deleted_for_good_is_of_the_later_import(desk: Desk) -> None:
    first = await bring(desk, [chat('a', 'one'), chat('b', 'one')])
    [conversation] = [each for each in await listed(desk) if each.title == 'a']
    await desk.chat.organising.delete(LOCAL_OWNER, conversation.id)
    await desk.chat.trash.empty(LOCAL_OWNER)
    await bring(desk, [chat('a', 'one'), chat('b', 'one')])
    assert (await undone(desk, first.import_id)).taken.gone == 1
    assert [each.title for each in await listed(desk)] == ['a']


async def test_another_persons_import_cannot_be_undone(desk: Desk) -> None:
    last = await bring(desk, [chat('a', 'one')])
    with pytest.raises(NotFound):
        await desk.chat.importing.undo('bia', last.import_id)
    assert not desk.chat.undoing.is_busy('bia')
    assert await imports(desk, 'bia') == []
    assert len(await listed(desk)) == 1


async def test_importing_and_undoing_take_turns(desk: Desk) -> None:
    last = await bring(desk, [chat(f'c{number}', 'one') for number in range(300)])
    begin(desk, json.dumps([chat('z', 'one')]))
    with pytest.raises(ImportRefused, match='busy'):
        await desk.chat.importing.undo(LOCAL_OWNER, last.import_id)
    await ended(desk)
    await desk.chat.importing.undo(LOCAL_OWNER, last.import_id)
    with pytest.raises(ImportRefused, match='undoing'):
        begin(desk, json.dumps([chat('y', 'one')]))
    await end_of(desk, last.import_id)
    assert (await bring(desk, [chat('y', 'one')])).tally == Tally(new=1, sources=('chatgpt',))


async def test_an_undo_that_was_broken_off_goes_on_at_the_next_start(
    tmp_path: Path, server: OllamaServer, database_url: str
) -> None:
    settings: dict[str, Any] = {'ollama_host': server.url, 'database_url': database_url}
    async with open_desk(tmp_path / 'data', **settings) as desk:
        last = await bring(desk, [chat(f'c{number}', 'one', 'two') for number in range(400)])
        told: list[str] = []
        desk.chat.undoing.changed.subscribe(told.append)
        await desk.chat.importing.undo(LOCAL_OWNER, last.import_id)
        await until(lambda: (current := desk.chat.undoing.current(LOCAL_OWNER)) and current.taken.gone)
    async with open_desk(tmp_path / 'data', **settings) as desk:
        assert desk.chat.undoing.is_busy(LOCAL_OWNER)
        desk.chat.undoing.go_on()
        done = await end_of(desk, last.import_id)
        assert (done.taken.gone, done.taken.kept) == (400, 0)
        assert await numbers(desk) == {}
