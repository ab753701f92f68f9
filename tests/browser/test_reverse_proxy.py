"""Behind nginx and Caddy as `deploy/` sets them up: over TLS, on a host of its own and below a path."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from urllib.parse import urlsplit
from zipfile import ZipFile

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.conftest import BrowserLog, OpenTab
from tests.browser.screen import Screen, numbered
from tests.exchange.reading_files import FILES
from tests.support.app_process import AppProcess, running_app
from tests.support.browser import chromium
from tests.support.ollama_server import OllamaServer
from tests.support.reverse_proxy import Certificate, Proxy, caddy, certificate, nginx

SITES: dict[str, tuple[Callable[[Path, str, int, Certificate], AbstractAsyncContextManager[Proxy]], str, str]] = {
    'nginx': (nginx, 'nginx.conf', ''),
    'caddy': (caddy, 'Caddyfile', ''),
    'nginx below a path': (nginx, 'nginx-sub-path.conf', '/chat'),
    'caddy below a path': (caddy, 'Caddyfile-sub-path', '/chat'),
}


class Site:
    """The app as people reach it: through a proxy, below a path."""

    def __init__(self, app: AppProcess, proxy: Proxy, path: str) -> None:
        self.app = app
        self.proxy = proxy
        self.path = path
        self.url = proxy.url + path


@pytest_asyncio.fixture(scope='module', loop_scope='session')
async def apps(tmp_path_factory: pytest.TempPathFactory, ollama: OllamaServer) -> AsyncIterator[dict[str, AppProcess]]:
    """Run two apps, by the path each is served below."""
    folder = tmp_path_factory.mktemp('proxied')
    async with (
        running_app(folder / 'root', ollama.url, GUILHERME_ALLOWED_HOSTS='chat.example.org') as root,
        running_app(
            folder / 'below', ollama.url, GUILHERME_ROOT_PATH='/chat', GUILHERME_ALLOWED_HOSTS='*.example.org'
        ) as below,
    ):
        yield {'': root, '/chat': below}


@pytest_asyncio.fixture(scope='module', loop_scope='session')
async def own(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """Make the certificate of all proxies."""
    return await certificate(tmp_path_factory.mktemp('certificate'))


@pytest_asyncio.fixture(scope='module', loop_scope='session')
async def browser(own: Certificate) -> AsyncIterator[Browser]:
    """Start a browser that takes the certificate. One that is told to let errors pass asks again after each of them,
    and gives up now and then.
    """
    async with chromium(f'--ignore-certificate-errors-spki-list={own.fingerprint}') as started:
        yield started


@pytest.fixture(params=SITES)
async def site(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    apps: dict[str, AppProcess],
    own: Certificate,
    browser_log: BrowserLog,
) -> AsyncIterator[Site]:
    """Run a proxy before an app; whatever either complains of fails the test."""
    serve, file, path = SITES[request.param]
    app = apps[path]
    async with serve(tmp_path, file, app.port, own) as proxy:
        browser_log.apps.append(app)
        yield Site(app, proxy, path)
    assert proxy.complaints() == app.new_complaints() == ''


@pytest.fixture
async def tab(site: Site, open_tab: OpenTab) -> AsyncIterator[Screen]:
    """Open the site; all that is asked must be below its path, answered, and shown over the encrypted line."""
    screen = await open_tab(site.url)
    asked: list[str] = []
    refused: list[str] = []
    screen.page.on('request', lambda each: asked.append(each.url))
    screen.page.on('websocket', lambda each: asked.append(each.url.replace('wss:', 'https:')))
    screen.page.on('response', lambda each: refused.append(each.url) if each.status >= 400 else None)
    await screen.open()
    yield screen
    assert await screen.evaluate('window.socket.io.engine.transport.name') == 'websocket'
    addresses = [url for url in asked if not url.startswith(('data:', 'blob:'))]
    assert len(addresses) > 10
    assert [url for url in addresses if not url.startswith(site.url + '/')] == []
    assert refused == []


async def test_a_chat_survives_switch_reload_and_a_lost_line(tab: Screen, site: Site, browser_log: BrowserLog) -> None:
    browser_log.expect_lost_line()
    await tab.ask('tokens=5')
    await tab.has_status('complete')
    first = tab.conversation_id
    assert urlsplit(tab.page.url).path == f'{site.path}/c/{first}'
    await tab.new_chat()
    await tab.ask('tokens=200 rate=100')
    await tab.shows('w10 ')
    second = tab.conversation_id
    await tab.page.reload()
    await tab.switch_to(first)
    await expect(tab.body).to_have_text(' '.join(numbered(5)))
    await tab.page.go_back()
    await tab.page.wait_for_url(f'{site.url}/c/{second}')
    await tab.page.context.set_offline(True)
    await expect(tab.line).to_have_attribute('data-state', 'offline')
    await tab.page.context.set_offline(False)
    await tab.shows('w199', 15)
    await tab.has_status('complete')
    assert await tab.words() == numbered(200)


@pytest.mark.parametrize('site', ['nginx below a path'], indirect=True)
async def test_settings_import_and_export(tab: Screen, site: Site, tmp_path: Path) -> None:
    await tab.part('settings').click()
    await tab.page.wait_for_url(f'{site.url}/settings')
    await tab.part('import-file').set_input_files(FILES / 'chatgpt.json')
    await tab.part('import-confirm').click()
    await expect(tab.part('import-result')).to_have_text('2 conversations were imported.')
    async with tab.page.expect_download() as archive:
        await tab.part('export-all').click()
    await (await archive.value).save_as(tmp_path / 'all.zip')
    with ZipFile(tmp_path / 'all.zip') as file:
        assert file.testzip() is None
        assert len(file.namelist()) >= 2
    await tab.page.keyboard.press('Escape')
    await tab.page.wait_for_url(f'{site.url}/')
    await tab.part('conversation-item').first.locator('a').click()
    await tab.page.wait_for_url(f'{site.url}/c/*')
    async with httpx.AsyncClient(verify=False) as client:
        text = await client.get(tab.page.url + '/export/md')
    assert text.headers['content-disposition'].startswith('attachment')
    assert text.text.startswith('# ')


async def test_requests_go_through_as_they_are(site: Site) -> None:
    async with httpx.AsyncClient(base_url=site.url, verify=False) as client:
        page = await client.get('/')
        assert page.headers['content-encoding'] == 'gzip'
        assert page.headers['content-security-policy']
        manifest = (await client.get('/manifest.webmanifest')).json()
        assert {manifest['start_url'], manifest['scope']} == {f'{site.path}/'}
        assert (await client.get(site.proxy.url + manifest['icons'][0]['src'])).status_code == 200
        for short in ('/settings/', ''):
            moved = await client.get(site.url + short, follow_redirects=True)
            assert moved.status_code == 200
            assert str(moved.url).startswith(site.url), moved.history
        large = await client.post(
            '/import', content=b'[' + b' ' * 20_000_000 + b']', headers={'Origin': site.proxy.url}
        )
        assert large.status_code == 202


async def test_other_origins_are_refused(site: Site) -> None:
    foreign = {'Origin': 'https://elsewhere.example'}
    async with httpx.AsyncClient(base_url=site.url, verify=False) as client:
        assert (await client.post('/import', content=b'[]', headers=foreign)).status_code == 403
        address = '/_nicegui_ws/socket.io/?EIO=4&transport=polling'
        assert (await client.get(address, headers=foreign)).status_code == 400
        assert (await client.get(address, headers={'Origin': site.proxy.url})).status_code == 200
    assert f'{foreign["Origin"]} is not an accepted origin' in site.app.log()
    site.app.new_complaints()  # that line; an app says it once


@pytest.mark.parametrize('site', ['nginx', 'nginx below a path'], indirect=True)
async def test_the_name_people_type_has_to_be_known(site: Site) -> None:
    async with httpx.AsyncClient(base_url=site.url, verify=False) as client:
        for host, status in (('chat.example.org', 200), ('evil.example', 421)):
            headers = {'Host': host, 'Origin': f'https://{host}'}
            assert (await client.get('/', headers=headers)).status_code == status
            line = await client.get('/_nicegui_ws/socket.io/?EIO=4&transport=polling', headers=headers)
            assert line.status_code == status
