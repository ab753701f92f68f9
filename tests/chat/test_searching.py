"""Searching through the whole app: what was just said is found, and what one can narrow a search by."""

from app.domain.conversation import LOCAL_OWNER
from app.domain.search import SearchQuery
from tests.chat.desk import Desk


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
