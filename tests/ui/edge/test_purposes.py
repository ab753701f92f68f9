"""What browsers say a request is for: pages and files are neither images nor scripts, and not for other sites."""

import httpx
import pytest

from app.bootstrap import Parts
from app.ui.theme import static
from tests.storage.samples import new_id
from tests.ui.simulated import Browser

PAGES = '/', '/settings', '/c/00000000-0000-4000-8000-000000000000', '/nothing', '/readyz'
FILES = '/export/archive', '/c/00000000-0000-4000-8000-000000000000/export/md'
LINE = '/_nicegui_ws/socket.io/?EIO=4&transport=polling'
OWN = 'same-origin', 'none'
FOREIGN = 'cross-site', 'same-site'
EMBEDDED = 'image', 'script', 'style', 'font', 'audio', 'video', 'track', 'object', 'embed', 'manifest', 'worker'


async def ask(page: Browser, path: str, purpose: str, site: str, **headers: str) -> httpx.Response:
    given = {'Sec-Fetch-Dest': purpose, 'Sec-Fetch-Site': site} | headers
    return await page.http.get(path, headers=given)


@pytest.mark.parametrize('path', [*PAGES, *FILES, LINE])
async def test_nothing_but_an_asset_is_an_image_or_a_script(parts: Parts, page: Browser, path: str) -> None:
    for purpose in EMBEDDED:
        for site in OWN + FOREIGN:
            assert (await ask(page, path, purpose, site)).status_code == 403


@pytest.mark.parametrize('path', [*PAGES, *FILES, LINE, static('guilherme.css')])
async def test_scripts_and_frames_of_other_sites_get_nothing(parts: Parts, page: Browser, path: str) -> None:
    for site in FOREIGN:
        for purpose in ('empty', 'iframe', 'frame', 'script', 'image'):
            assert (await ask(page, path, purpose, site)).status_code == 403


async def test_other_sites_may_link_to_pages_and_not_to_files(parts: Parts, page: Browser) -> None:
    assert (await ask(page, '/', 'document', 'cross-site')).status_code == 200
    for path in FILES:
        refused = await ask(page, path, 'document', 'cross-site')
        assert refused.status_code == 403
        assert 'Guilherme' in refused.text
        assert (await ask(page, path, 'iframe', 'same-origin')).status_code == 403
        assert (await page.http.get(path, headers={'Origin': 'http://evil.example'})).status_code == 403


async def test_what_a_click_a_script_of_ours_and_curl_ask_for_is_given(parts: Parts, page: Browser) -> None:
    for purpose in ('document', 'empty'):
        for site in OWN:
            archive = await ask(page, '/export/archive', purpose, site)
            assert archive.headers['content-disposition'].startswith('attachment')
            assert (await ask(page, '/', purpose, site)).status_code == 200
    assert (await page.http.get('/export/archive')).status_code == 200
    assert (await page.http.get(f'/c/{new_id()}/export/md')).status_code == 404  # asked for, and not there
    for asset, purpose in ((static('guilherme.css'), 'style'), ('/manifest.webmanifest', 'manifest')):
        assert (await ask(page, asset, purpose, 'same-origin')).status_code == 200
