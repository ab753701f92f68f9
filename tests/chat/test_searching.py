"""Searching through the whole app: what was just said is found, and what one can narrow a search by."""

import asyncio
from typing import Any

import pytest

from app.chat.searching import Searching
from app.domain.conversation import LOCAL_OWNER
from app.domain.search import Findings, SearchQuery
from app.errors import QueryTooSlow
from app.storage.database import Database
from app.storage.search import Search
from tests.chat.desk import Desk
from tests.storage.endless import Endless


async def found(desk: Desk, text: str, owner_id: str = LOCAL_OWNER) -> list[str]:
    findings = await desk.chat.searching.find(owner_id, SearchQuery(text=text), limit=10)
    return [hit.message_id for each in findings.conversations for hit in each.hits]


async def test_question_is_found_at_once_and_the_answer_when_it_has_ended(desk: Desk) -> None:
    state, reply = await desk.exchange('tokens=5 Olá, Coração')
    [question_id] = await found(desk, 'coracao')
    assert question_id == reply.parent_id
    assert await found(desk, 'w4') == [reply.id]
    assert await found(desk, 'w4', 'someone else') == []
    await desk.chat.organising.archive(LOCAL_OWNER, state.id)
    assert await found(desk, 'w4') == [reply.id]
    await desk.chat.organising.delete(LOCAL_OWNER, state.id)
    assert await found(desk, 'w4') == []
    await desk.chat.organising.restore(LOCAL_OWNER, state.id)
    assert await found(desk, 'w4') == [reply.id]
    await desk.chat.organising.delete(LOCAL_OWNER, state.id)
    await desk.chat.trash.empty(LOCAL_OWNER)
    assert await found(desk, 'w4') == []


async def test_choices_are_ones_own(desk: Desk) -> None:
    state, reply = await desk.exchange('tokens=1')
    await desk.chat.organising.tag(LOCAL_OWNER, 'casa', state.id)
    choices = await desk.chat.searching.choices(LOCAL_OWNER)
    assert choices.tags == ('casa',)
    assert choices.models == (reply.model,)
    others = await desk.chat.searching.choices('someone else')
    assert (others.folders, others.tags, others.models) == ((), (), ())


class EndlessSearch(Search):
    """A search for what is never found."""

    def __init__(self, database: Database, backend: str) -> None:
        super().__init__(database)
        self.endless = Endless(backend)

    async def find(self, *_: Any, **__: Any) -> Findings:
        await self._database.search(self.endless)
        return Findings(())


async def test_one_search_of_a_person_runs_at_a_time(desk: Desk, backend: str) -> None:
    """However many pages they have open, there is room for others."""
    search = EndlessSearch(desk.parts.database, backend)
    searching, query = Searching(search, desk.chat.listing), SearchQuery(text='x')
    own = [asyncio.create_task(searching.find(LOCAL_OWNER, query, limit=1)) for _ in range(9)]
    await search.endless.begun()
    other = asyncio.create_task(searching.find('someone else', query, limit=1))
    await search.endless.begun()  # it did not wait for all of those
    own[0].cancel()
    await search.endless.begun()  # the next one has its turn
    for task in (*own, other):
        task.cancel()
    await asyncio.wait([*own, other])


async def test_waiting_for_ones_turn_has_an_end(desk: Desk, backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('app.chat.searching.PATIENCE', 0.05)
    searching = Searching(EndlessSearch(desk.parts.database, backend), desk.chat.listing)
    finds = (searching.find(LOCAL_OWNER, SearchQuery(text='x'), limit=1) for _ in range(9))
    assert {type(each) for each in await asyncio.gather(*finds, return_exceptions=True)} == {QueryTooSlow}
