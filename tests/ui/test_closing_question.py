"""The question before the window closes, in the page of the simulated browser."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.ui.components.closing_question import Closing, ClosingQuestion
from tests.replies.waiting import until
from tests.support.ollama_server import OllamaServer
from tests.ui.simulated import Browser, running_app


@pytest.fixture
async def said() -> list[str]:
    return []


@pytest.fixture
async def closing(said: list[str], tmp_path: Path, server: OllamaServer) -> AsyncIterator[Closing]:
    one = Closing(resumes=False, close=lambda: said.append('close'))
    async with running_app(tmp_path / 'data', closing=one, ollama_host=server.url):
        yield one


async def test_without_a_page_nobody_is_asked(closing: Closing) -> None:
    assert not closing.ask()


async def test_it_is_asked_once_until_it_is_answered(closing: Closing, said: list[str]) -> None:
    page = Browser()
    await page.open('/')
    assert closing.ask()
    assert not closing.ask()
    await until(lambda: page.calls(ClosingQuestion) == [('ask', [])])
    page.trigger(page.element(ClosingQuestion), 'stay')
    assert closing.ask()
    page.trigger(page.element(ClosingQuestion), 'close')
    assert said == ['close']


async def test_who_stays_in_one_page_stays_in_all(closing: Closing) -> None:
    window, tab = Browser(), Browser()
    await window.open('/')
    await tab.open('/settings')
    assert closing.ask()
    window.trigger(window.element(ClosingQuestion), 'stay')
    await until(lambda: tab.calls(ClosingQuestion) == [('ask', []), ('withdraw', [])])


async def test_a_page_that_was_loaded_again_asks_again(closing: Closing) -> None:
    page = Browser()
    await page.open('/')
    assert closing.ask()
    page.lose_line()
    await page.open('/')
    assert closing.ask()


async def test_an_answer_may_have_been_lost_with_the_connection(closing: Closing) -> None:
    page = Browser()
    await page.open('/')
    assert closing.ask()
    page.lose_line()
    await page.find_line()
    assert closing.ask()


async def test_a_page_that_is_away_or_closed_is_not_asked(closing: Closing) -> None:
    page = Browser()
    await page.open('/settings')
    page.lose_line()
    assert not closing.ask()
    await page.find_line()
    assert closing.ask()
    page.close()
    assert not closing.ask()
    assert closing.pages == set()


@pytest.mark.parametrize(('resumes', 'kept'), [(True, 'goes on by itself at the next start'), (False, 'go on later')])
async def test_it_says_what_becomes_of_the_answer(closing: Closing, resumes: bool, kept: str) -> None:
    closing.resumes = resumes
    page = Browser()
    await page.open('/')
    assert kept in page.element(ClosingQuestion).props['labels']['text']


async def test_in_a_browser_there_is_no_such_question(page: Browser) -> None:
    await page.open('/')
    with pytest.raises(ValueError, match='not enough values'):
        page.element(ClosingQuestion)
