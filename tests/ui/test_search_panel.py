"""The search beside the list: what the browser is told when it asks."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from app.bootstrap import Parts
from app.domain.conversation import LOCAL_OWNER
from app.storage.database import SEARCHER_THREADS
from app.ui.components.search_panel import SearchPanel
from tests.replies.waiting import until
from tests.storage.endless import busy_searches, one, searches_counted
from tests.ui.simulated import Browser

NO_FILTERS = {'folder': '', 'tag': '', 'model': '', 'role': '', 'since': '', 'until': ''}


async def answered(page: Browser, parts: Parts, text: str) -> str:
    """Ask something and wait for the end of the answer; give the conversation's id."""
    conversation_id = page.send(text)
    await until(lambda: page.screen().statuses == ['complete', 'complete'])
    return conversation_id


async def search(page: Browser, text: str, ticket: int = 1, **filters: str) -> list[dict[str, Any]]:
    """Let the browser ask, and give the items it gets."""
    asked = {'ticket': ticket, 'query': text, 'filters': NO_FILTERS | filters}
    page.trigger(page.element(SearchPanel), 'search', asked)
    await until(lambda: any(call[0] == ticket for call in page.calls(SearchPanel, 'fill')))
    [items] = [call[1] for call in page.calls(SearchPanel, 'fill') if call[0] == ticket]
    return list(items)


async def test_what_was_found_comes_as_text_with_its_marks(page: Browser, parts: Parts) -> None:
    await page.open('/')
    conversation_id = await answered(page, parts, 'tokens=3 Olá <b>Coração</b>')
    [item] = await search(page, 'coracao')
    assert item['id'] == conversation_id
    assert item['hits'][0]['own']
    assert item['hits'][0]['snippet'] == [['tokens=3 Olá <b>', False], ['Coração', True], ['</b>', False]]
    assert (item['beyond'], item['archived']) == ('', False)
    [item] = await search(page, 'w2', 2)
    assert [hit['own'] for hit in item['hits']] == [False]
    assert await search(page, 'nothing like that', 3) == []


async def test_filters_and_what_they_offer(page: Browser, parts: Parts) -> None:
    await page.open('/')
    conversation_id = await answered(page, parts, 'tokens=3 gato')
    folder = await parts.chat.filing.make(LOCAL_OWNER, 'Casa')
    await parts.chat.organising.move(LOCAL_OWNER, folder.id, conversation_id)
    await parts.chat.organising.tag(LOCAL_OWNER, 'bicho', conversation_id)
    page.trigger(page.element(SearchPanel), 'choices')
    await until(lambda: page.calls(SearchPanel, 'offer'))
    [[offered]] = page.calls(SearchPanel, 'offer')
    model = offered['model'][0][0]
    assert (offered['folder'], offered['tag']) == ([[folder.id, 'Casa']], [['bicho', 'bicho']])
    now = datetime.now(UTC).isoformat()
    fitting = [{'folder': folder.id, 'tag': 'bicho'}, {'role': 'user'}, {'until': now}]
    for ticket, filters in enumerate(fitting, 1):
        assert [each['id'] for each in await search(page, 'gato', ticket, **filters)] == [conversation_id]
    for ticket, filters in enumerate([{'since': now}, {'role': 'assistant'}, {'tag': 'other'}], 11):
        assert await search(page, 'gato', ticket, **filters) == []
    assert [each['id'] for each in await search(page, '', 21, model=model)] == [conversation_id]


async def test_a_hit_is_opened_at_its_message(page: Browser, parts: Parts) -> None:
    await page.open('/')
    conversation_id = await answered(page, parts, 'tokens=3 gato')
    [item] = await search(page, 'gato')
    page.trigger(page.element(SearchPanel), 'open', {'conversation': None})
    await until(lambda: page.screen().conversation is None)
    page.trigger(page.element(SearchPanel), 'open', {'conversation': conversation_id, 'message': item['hits'][0]['id']})
    await until(lambda: page.screen().conversation == conversation_id)


async def test_pages_follow_each_other(page: Browser, parts: Parts) -> None:
    await page.open('/')
    for _ in range(17):
        await parts.chat.branching.fork(LOCAL_OWNER, await some_message(page, parts))
    first = await search(page, 'gato')
    [[_, _, after, _]] = page.calls(SearchPanel, 'fill')
    asked = {'ticket': 1, 'query': 'gato', 'filters': NO_FILTERS, 'after': after}
    page.trigger(page.element(SearchPanel), 'more', asked)
    await until(lambda: page.calls(SearchPanel, 'extend'))
    [[_, second, rest, _]] = page.calls(SearchPanel, 'extend')
    assert rest is None
    assert len({each['id'] for each in [*first, *second]}) == len(first) + len(second) == 18


async def some_message(page: Browser, parts: Parts) -> str:
    if not page.screen().states:
        await answered(page, parts, 'tokens=1 gato')
    return next(iter(page.screen().states))


@pytest.mark.expects_log  # whatever else misses the database
async def test_a_search_that_fails_says_so(page: Browser, parts: Parts) -> None:
    await page.open('/')
    await parts.database.close()
    page.trigger(page.element(SearchPanel), 'search', {'ticket': 1, 'query': 'gato', 'filters': NO_FILTERS})
    await until(lambda: page.calls(SearchPanel, 'fail'))
    [[ticket, sentence]] = page.calls(SearchPanel, 'fail')
    assert ticket == 1
    assert 'does not work right now' in sentence


def ask(page: Browser, ticket: int) -> None:
    page.trigger(page.element(SearchPanel), 'search', {'ticket': ticket, 'query': 'gato', 'filters': NO_FILTERS})


async def test_only_the_newest_search_of_a_page_goes_on(page: Browser, parts: Parts) -> None:
    await page.open('/')
    with searches_counted(parts.database) as begun:
        async with busy_searches(parts.database):
            for ticket in range(1, 6):
                ask(page, ticket)
            await until(lambda: page.element(SearchPanel)._running)
        await until(lambda: page.calls(SearchPanel, 'fill'))
    assert [ticket for ticket, *_ in page.calls(SearchPanel, 'fill')] == [5]
    assert len(begun) == SEARCHER_THREADS + 1


@pytest.mark.parametrize('how', ['empty the field', 'close the page', 'lose the line'])
async def test_a_search_nobody_waits_for_ends(how: str, page: Browser, parts: Parts) -> None:
    await page.open('/')
    panel = page.element(SearchPanel)
    with searches_counted(parts.database) as begun:
        async with busy_searches(parts.database):
            ask(page, 1)
            await until(lambda: panel._running)
            if how == 'empty the field':
                page.trigger(panel, 'leave')
            elif how == 'close the page':
                page.close()
            else:
                page.lose_line()
            await until(lambda: panel._running is None)
        await parts.database.search(one)
    assert len(begun) == SEARCHER_THREADS + 1


async def test_what_was_asked_before_the_line_was_lost_is_asked_again(page: Browser) -> None:
    await page.open('/')
    page.lose_line()
    await page.find_line()
    await until(lambda: page.calls(SearchPanel, 'resume'))


async def test_a_search_that_takes_too_long_says_so_and_the_next_one_works(page: Browser, parts: Parts) -> None:
    await page.open('/')
    conversation_id = await answered(page, parts, 'tokens=1 gato')
    lane = parts.database._searching
    async with busy_searches(parts.database):
        parts.database._searching = replace(lane, seconds=0.05)
        ask(page, 1)
        await until(lambda: page.calls(SearchPanel, 'fail'))
    [[ticket, sentence]] = page.calls(SearchPanel, 'fail')
    assert (ticket, 'took too long' in sentence) == (1, True)
    parts.database._searching = lane
    assert [each['id'] for each in await search(page, 'gato', 2)] == [conversation_id]


async def test_what_was_left_out_of_a_long_text_is_said(page: Browser, parts: Parts) -> None:
    await page.open('/')
    await answered(page, parts, 'tokens=1 gato')
    await search(page, 'gato')
    assert len(await search(page, 'gato ' * 3000, 2)) == 1
    notes = [note for _, _, _, note in page.calls(SearchPanel, 'fill')]
    assert notes[0] == ''
    assert 'only its first words' in notes[1]
