"""The rules of conftest.py hold; those about the log are proven on a test file of their own, run by `pytester`."""

import asyncio
import socket
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser

from tests.support.network import NetworkRefused

LOGGING_TESTS = """
import logging, pytest
app, other = logging.getLogger('app.x'), logging.getLogger('other')

def test_passes_calm() -> None:
    app.info('calm')
def test_passes_warning_of_others() -> None:
    other.warning('not ours')
def test_breaks_warning_of_ours() -> None:
    app.warning('hm')
def test_breaks_error_of_others() -> None:
    other.error('boom')
@pytest.mark.expects_log
def test_passes_announced() -> None:
    app.error('boom')
@pytest.mark.expects_log('bo+m')
def test_passes_announced_by_pattern() -> None:
    app.error('boom')
@pytest.mark.expects_log('boom')
def test_breaks_another_line() -> None:
    app.error('boom')
    app.error('crash')
@pytest.mark.expects_log('boom')
def test_breaks_unseen() -> None:
    pass
"""


def test_an_error_in_the_log_fails_the_test_unless_announced(pytester: pytest.Pytester) -> None:
    root = Path(__file__).parents[1]
    pytester.makeini(f'[pytest]\npythonpath = "{root}"\nasyncio_default_fixture_loop_scope = session')
    pytester.makeconftest('from tests.conftest import clean_log, pytest_configure')
    pytester.makepyfile(LOGGING_TESTS)
    result = pytester.runpytest_subprocess('-rE', '-p', 'no:cacheprovider')
    failed = [line for line in result.outlines if line.startswith('ERROR ') and '.py::' in line]
    assert result.parseoutcomes() == {'passed': 8, 'errors': 4}
    assert all('::test_breaks' in line for line in failed)


async def test_the_network_is_refused_to_sockets_asyncio_and_httpx() -> None:
    with pytest.raises(NetworkRefused), socket.socket() as sock:
        sock.connect(('192.0.2.1', 80))
    with pytest.raises(NetworkRefused):
        await asyncio.open_connection('192.0.2.1', 80)
    async with httpx.AsyncClient() as client:
        with pytest.raises(NetworkRefused):
            await client.get('http://example.org/')


async def test_loopback_is_open() -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), '127.0.0.1', 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        assert await reader.read() == b''
        writer.close()
        await writer.wait_closed()


def test_the_data_folder_is_temporary(own_home: Path) -> None:
    from app.settings import load

    assert Path.cwd() == own_home
    assert load().data_dir.is_relative_to(own_home)


async def test_the_browser_shows_local_pages_and_nothing_else(browser: Browser) -> None:
    page = await browser.new_page()
    await page.set_content('<h1>Olá</h1>')
    assert await page.inner_text('h1') == 'Olá'
    with pytest.raises(Exception, match='ERR_NAME_NOT_RESOLVED'):
        await page.goto('http://example.org/')
    await page.close()
