"""Pages that no browser connects to are few, and those who load slowly still find theirs."""

import time

import pytest
from nicegui import Client

from app.bootstrap import Parts
from app.ui.edge import unseen_pages
from tests.ui.simulated import Browser


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unseen_pages, 'MOST', 5)


def grow_older(seconds: float) -> None:
    for client in Client.instances.values():
        client.created -= seconds


async def test_beyond_so_many_there_is_a_word_and_no_page(parts: Parts, page: Browser) -> None:
    answers = [await page.http.get('/') for _ in range(30)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [503] * 25
    assert {answer.headers['refresh'] for answer in answers[5:]} == {'5'}
    assert len(Client.instances) == 5


async def test_the_oldest_go_once_they_had_their_time(parts: Parts, page: Browser) -> None:
    for _ in range(5):
        await page.http.get('/')
    first = next(iter(Client.instances))
    grow_older(unseen_pages.GRACE / 4)
    assert (await page.http.get('/')).status_code == 503
    assert first in Client.instances
    grow_older(unseen_pages.GRACE)
    assert (await page.http.get('/')).status_code == 200
    assert first not in Client.instances
    assert len(Client.instances) == 5


async def test_pages_that_are_looked_at_or_lost_their_line_do_not_count(parts: Parts, page: Browser) -> None:
    tabs = [Browser() for _ in range(8)]
    for tab in tabs:
        await tab.open('/')
    for tab in tabs[:4]:
        tab.lose_line()
    grow_older(time.time())
    for _ in range(20):
        await page.http.get('/')
    assert [tab.user.client.id in Client.instances for tab in tabs if tab.user.client] == [True] * 8


async def test_what_is_not_there_makes_no_page(parts: Parts, page: Browser) -> None:
    for _ in range(20):
        assert (await page.http.get('/nothing')).status_code == 404
    assert len(Client.instances) == 0


async def test_what_is_not_there_is_said_in_the_language_of_the_person(parts: Parts) -> None:
    page = Browser('pt-BR')
    html = await page.http.get('/nada')
    assert 'Não há nada aqui.' in html.text
    assert html.headers['content-security-policy']
    assert (await page.http.get('/nada', headers={'sec-fetch-dest': 'empty'})).text == ''
