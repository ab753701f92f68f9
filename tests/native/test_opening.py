"""The first steps of a start with a window: what is missing, who is there already, which port."""

import asyncio
import os
import socket
import sys
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.errors import AlreadyRunning, WindowOpenAlready, WindowUnavailable
from app.native import opening, pieces, place
from app.native.channel import Listener, write_address
from app.native.place import Place
from app.settings import Settings
from app.storage.instance import InstanceLock
from tests.operating.running import run

LINUX = pytest.mark.skipif(not sys.platform.startswith('linux'), reason='of Linux')


@pytest.fixture
def complete(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Pretend to a machine that has everything."""
    monkeypatch.setattr(pieces, 'has', lambda module: True)
    monkeypatch.setattr(pieces, '_loads', lambda library: True)
    monkeypatch.setattr(os, 'geteuid', lambda: 1000)
    monkeypatch.setenv('DISPLAY', ':0')
    monkeypatch.delenv('WAYLAND_DISPLAY', raising=False)
    return monkeypatch


def reason() -> str:
    with pytest.raises(WindowUnavailable) as caught:
        pieces.check()
    return str(caught.value.details['reason'])


def test_a_machine_that_has_everything_is_fine(complete: pytest.MonkeyPatch) -> None:
    pieces.check()


def test_without_pywebview(complete: pytest.MonkeyPatch) -> None:
    complete.setattr(pieces, 'has', lambda module: module != 'webview')
    assert reason() == 'no_pywebview'


@LINUX
def test_without_an_engine(complete: pytest.MonkeyPatch) -> None:
    complete.setattr(pieces, 'has', lambda module: module == 'webview')
    assert reason() == 'no_engine'


def require(have: dict[str, str], name: str, version: str) -> None:
    """Stand in for GTK's look into what is installed."""
    if have.get(name) != version:
        raise ValueError(f'Namespace {name} not available for version {version}')


@LINUX
def test_with_gtk_alone(complete: pytest.MonkeyPatch) -> None:
    complete.setattr(pieces, 'has', lambda module: module in ('webview', 'gi'))
    have = {'WebKit2': '4.0'}
    complete.setitem(sys.modules, 'gi', SimpleNamespace(require_version=partial(require, have)))
    pieces.check()
    assert pieces.engine() == ''
    have.clear()
    assert reason() == 'no_webkit'


@LINUX
def test_without_a_screen(complete: pytest.MonkeyPatch) -> None:
    complete.delenv('DISPLAY')
    complete.delenv('QT_QPA_PLATFORM', raising=False)
    assert reason() == 'no_screen'


@LINUX
def test_for_root(complete: pytest.MonkeyPatch) -> None:
    complete.setattr(os, 'geteuid', lambda: 0)
    complete.delenv('QTWEBENGINE_DISABLE_SANDBOX', raising=False)
    assert reason() == 'window_as_root'
    complete.setenv('QTWEBENGINE_DISABLE_SANDBOX', '1')
    pieces.check()


@LINUX
def test_the_packages_that_are_missing_are_named(complete: pytest.MonkeyPatch) -> None:
    complete.setattr(pieces, '_loads', lambda library: library not in ('libnss3.so', 'libxcb-cursor.so.0'))
    with pytest.raises(WindowUnavailable) as caught:
        pieces.check()
    assert caught.value.details == {'reason': 'no_libraries', 'packages': 'libnss3 libxcb-cursor0'}
    complete.setenv('WAYLAND_DISPLAY', 'wayland-0')
    with pytest.raises(WindowUnavailable) as caught:
        pieces.check()
    assert caught.value.details['packages'] == 'libnss3'


def test_libraries_and_modules_are_really_looked_for() -> None:
    assert pieces.missing({'libnobody-has-this.so.7': 'some-package'}) == ['some-package']
    assert pieces.has('json')
    assert not pieces.has('nobody_has_this.at_all')


@LINUX
async def test_a_missing_piece_is_said_in_one_sentence(tmp_path: Path) -> None:
    """Whatever this machine lacks: a screen at least, since none is named."""
    code, out, err = await run('--native', '--data-dir', str(tmp_path / 'data'))
    assert (code, out, err.count('\n')) == (1, '', 1)
    assert 'window' in err
    assert not (tmp_path / 'data').exists()


async def test_a_second_start_lets_the_first_come_forward(tmp_path: Path) -> None:
    wishes: list[str] = []

    def answer(wish: str) -> str:
        wishes.append(wish)
        return wish

    listener = Listener(answer, lambda: None)
    await listener.start()
    write_address(opening.address_file(tmp_path), listener.address)
    try:
        code, out, err = await run('--native', '--data-dir', str(tmp_path))
    finally:
        await listener.close()
    assert (code, err) == (0, '')
    assert out == 'The window is open already and was brought forward.\n'
    assert wishes == ['forward']
    assert not (tmp_path / 'guilherme.db').exists()


async def test_what_a_killed_process_left_behind_is_no_window(tmp_path: Path) -> None:
    listener = Listener(str, lambda: None)
    await listener.start()
    write_address(opening.address_file(tmp_path), listener.address)
    await listener.close()
    await asyncio.to_thread(opening.bring_forward, tmp_path)
    await asyncio.to_thread(opening.bring_forward, tmp_path / 'nothing')


async def test_a_start_at_the_same_moment_waits_for_the_window_of_the_other(
    complete: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = InstanceLock(tmp_path / 'window.lock')
    other.take()
    listener = Listener(str, lambda: None)
    await listener.start()
    waiting = asyncio.create_task(asyncio.to_thread(opening.claim, tmp_path))
    write_address(opening.address_file(tmp_path), listener.address)
    with pytest.raises(WindowOpenAlready):
        await waiting
    await listener.close()
    other.release()


async def test_a_start_while_the_other_ends_waits_for_its_end(complete: pytest.MonkeyPatch, tmp_path: Path) -> None:
    other = InstanceLock(tmp_path / 'window.lock')
    other.take()
    waiting = asyncio.create_task(asyncio.to_thread(opening.claim, tmp_path))
    await asyncio.to_thread(lambda: None)
    other.release()
    (await waiting).release()


def test_a_start_that_neither_opens_nor_ends_is_not_waited_for_forever(
    complete: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = InstanceLock(tmp_path / 'window.lock')
    other.take()
    with pytest.raises(AlreadyRunning):
        opening.claim(tmp_path, patience=0)
    other.release()


def test_pages_are_for_this_machine_where_they_were(tmp_path: Path) -> None:
    settings = Settings(host='0.0.0.0', port=8080, root_path='/chat', data_dir=tmp_path)
    first = opening.prepared(settings, None)
    assert (first.host, first.root_path) == ('127.0.0.1', '')
    place.write(opening.place_file(tmp_path), Place(port=first.port))
    assert opening.prepared(settings, None).port == first.port
    assert opening.prepared(settings, 9123).port == 9123
    with socket.socket() as taken:
        taken.bind(('127.0.0.1', first.port))
        taken.listen()
        assert opening.prepared(settings, None).port not in (0, first.port)
