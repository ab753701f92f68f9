"""No page asks another host for anything, and a browser would install the app."""

from urllib.parse import urlsplit

from tests.browser.conftest import BrowserLog, OpenTab
from tests.browser.test_accessibility import SCREENS
from tests.support.app_process import AppProcess

VISITED = (
    'welcome',
    'conversation',
    'sources and thoughts',
    'failed',
    'menu of commands',
    'search',
    'sheet of shortcuts',
    'list over a narrow page',
    'editing a question',
    'settings',
)
"""Screens with what differs in what they load; those left out change what is stored and load nothing else."""


async def test_no_screen_asks_another_host(
    furnished: tuple[AppProcess, dict[str, str]], open_tab: OpenTab, browser_log: BrowserLog
) -> None:
    app, ids = furnished
    browser_log.apps.append(app)
    asked: set[str] = set()
    for address, steps in (SCREENS[name] for name in VISITED):
        tab = await open_tab(app)
        tab.page.on('request', lambda request: asked.add(request.url))
        tab.page.on('websocket', lambda socket: asked.add(socket.url))
        await tab.open(address.format(**ids))
        await steps(tab)
        await tab.page.close()
    hosts = {urlsplit(url).netloc for url in asked if not url.startswith(('data:', 'blob:'))}
    assert hosts == {urlsplit(app.url).netloc}
    assert len(asked) > 20


async def test_a_browser_would_install_it(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    browser = await tab.page.context.new_cdp_session(tab.page)
    found = await browser.send('Page.getAppManifest')
    assert found['errors'] == []
    assert found['url'] == f'{app.url}/manifest.webmanifest'
    faults = (await browser.send('Page.getInstallabilityErrors'))['installabilityErrors']
    assert [fault['errorId'] for fault in faults if fault['errorId'] != 'in-incognito'] == []
