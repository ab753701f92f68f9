"""What the server does for its window: may it close, and where was it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from nicegui.events import NativeEventArguments

from app.errors import WindowOpenAlready
from app.native import opening, place
from app.native.channel import CLOSE, FORWARD, STAY
from app.native.place import Place
from app.native.window import DOUBLE_CLICK, Asking, Window
from tests.replies.waiting import until


@dataclass
class Desk:
    """A window's server, with an app that answers or does not, and a page that is there or is not.

    `stands`: the page has asked and nobody has answered it.
    """

    folder: Path
    answering: bool = False
    page: bool = True
    stands: bool = False
    asked: int = 0
    ended: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        asking = Asking(needed=lambda: self.answering, ask=self._ask)
        self.window = Window(
            self.folder, port=8123, icon=Path('icon.png'), asking=asking, end=lambda: self.ended.append('end')
        )

    def _ask(self) -> bool:
        asks = self.page and not self.stands
        self.asked += asks
        self.stands |= asks
        return asks

    async def wish(self, word: str) -> str:
        return await asyncio.to_thread(self.window._listener.address.ask, word)

    def moved(self, kind: str, **args: int) -> None:
        """Tell what happened to the window, as NiceGUI does."""
        self.window._moved(NativeEventArguments(type=kind, args=args))

    async def rests_at(self, expected: Place) -> None:
        await until(lambda: place.read(opening.place_file(self.folder)) == expected)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    one = Desk(tmp_path)
    await one.window._start()
    yield one
    await one.window._listener.close()


async def test_with_nothing_being_written_it_closes_at_once(desk: Desk) -> None:
    assert await desk.wish(CLOSE) == CLOSE
    await until(lambda: desk.ended == ['end'])
    assert desk.asked == 0


async def test_while_an_answer_comes_it_stays_and_the_page_asks(desk: Desk) -> None:
    desk.answering = True
    assert await desk.wish(CLOSE) == STAY
    assert await desk.wish(CLOSE) == STAY  # the second half of a double click
    assert (desk.asked, desk.ended) == (1, [])
    desk.window.end()
    await until(lambda: desk.ended == ['end'])


async def test_who_stays_is_asked_again_next_time(desk: Desk) -> None:
    desk.answering = True
    await desk.wish(CLOSE)
    desk.stands = False
    desk.window._asked_at -= DOUBLE_CLICK
    assert await desk.wish(CLOSE) == STAY
    assert desk.asked == 2


async def test_asked_twice_it_closes_though_the_page_says_nothing(desk: Desk) -> None:
    desk.answering = True
    await desk.wish(CLOSE)
    desk.window._asked_at -= DOUBLE_CLICK
    assert await desk.wish(CLOSE) == CLOSE
    await until(lambda: desk.ended == ['end'])


async def test_without_a_page_to_ask_it_closes(desk: Desk) -> None:
    desk.answering, desk.page = True, False
    assert await desk.wish(CLOSE) == CLOSE
    await until(lambda: desk.ended == ['end'])


async def test_a_second_start_reaches_the_first(desk: Desk) -> None:
    assert await desk.wish(FORWARD) == FORWARD
    with pytest.raises(WindowOpenAlready):
        await asyncio.to_thread(opening.bring_forward, desk.folder)


async def test_once_it_is_closed_it_does_not_come_forward(desk: Desk) -> None:
    await desk.wish(CLOSE)
    assert await desk.wish(FORWARD) == ''
    await asyncio.to_thread(opening.bring_forward, desk.folder)


async def test_where_it_comes_to_rest_is_remembered(desk: Desk) -> None:
    desk.moved('resized', width=900, height=700)
    desk.moved('moved', x=10, y=20)
    await desk.rests_at(Place(900, 700, 10, 20, port=8123))
    # A window that is being maximized says its new size before it says what happened.
    desk.moved('moved', x=0, y=0)
    desk.moved('resized', width=1920, height=1080)
    desk.moved('maximized')
    await desk.rests_at(Place(900, 700, 10, 20, maximized=True, port=8123))
    desk.moved('restored')
    desk.moved('moved', x=30, y=40)
    await desk.rests_at(Place(900, 700, 30, 40, port=8123))


async def test_it_opens_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('sys.argv', ['main.py'])
    place.write(opening.place_file(tmp_path), Place(900, 700, 10, 20, maximized=True, port=1))
    from nicegui import app

    kept: dict[str, Any] = {'window_args': {}, 'settings': {}, 'start_args': {}}
    for name, value in kept.items():
        monkeypatch.setattr(app.native, name, value)
    assert Desk(tmp_path).window.install() == {'native': True, 'window_size': (900, 700)}
    assert {'x': 10, 'y': 20, 'maximized': True}.items() <= kept['window_args'].items()
