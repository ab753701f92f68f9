import json
import re
from urllib.parse import urljoin

import pytest

from app.bootstrap import Parts
from tests.ui.simulated import Browser

PRELOADED = re.compile(r'<link rel="modulepreload" href="([^"]+)"')
IMPORTED = re.compile(r'^\s*import [^;]*?from "([^"]+)"', re.MULTILINE)
IMPORT_MAP = re.compile(r'<script[^>]* type="importmap">\s*({.*?})\s*</script>', re.DOTALL)


@pytest.mark.parametrize('path', ['/', '/settings'])
async def test_a_browser_learns_of_every_module_from_the_page(parts: Parts, page: Browser, path: str) -> None:
    html = (await page.http.get(path, headers={'accept': 'text/html'})).text
    found = IMPORT_MAP.search(html)
    assert found is not None
    names = json.loads(found[1])['imports']
    preloaded = set(PRELOADED.findall(html))
    imported = set(IMPORTED.findall(html))
    for url in preloaded:
        script = (await page.http.get(url)).raise_for_status().text
        imported |= set(IMPORTED.findall(script)) if 'static' not in url else set()
    assert {_resolved(each, names) for each in imported} <= preloaded
    assert {'dompurify', 'identifiers', 'guilherme-list/row.js'} <= imported


async def test_below_a_path_too(parts: Parts, page: Browser) -> None:
    html = (await page.http.get('/', headers={'accept': 'text/html', 'x-forwarded-prefix': '/chat'})).text
    assert all(url.startswith('/chat/_nicegui/') for url in PRELOADED.findall(html))


def _resolved(name: str, names: dict[str, str]) -> str:
    if name.startswith('/'):
        return name
    if name in names:
        return names[name]
    folder, _, file = name.partition('/')
    return urljoin(names[f'{folder}/'], file)
