"""The manifest and the head of a page: in the person's language, and right below a path of a server in front."""

import re
import struct
from typing import Any

import pytest

from app.bootstrap import Parts
from app.ui.installing import page_colour
from tests.ui.simulated import Browser


async def manifest(page: Browser, **headers: str) -> dict[str, Any]:
    response = await page.http.get('/manifest.webmanifest', headers=headers)
    assert response.headers['content-type'] == 'application/manifest+json'
    return dict(response.json())


@pytest.mark.parametrize(
    ('language', 'description'),
    [
        ('en', 'A local AI chat whose answers never stop.'),
        ('pt-BR', 'Um chat de IA local cujas respostas nunca param.'),
    ],
)
async def test_manifest_in_the_language_of_the_person(parts: Parts, language: str, description: str) -> None:
    found = await manifest(Browser(language))
    assert (found['lang'], found['description']) == (language, description)
    assert (found['name'], found['start_url'], found['display']) == ('Guilherme', '/', 'standalone')


async def test_icons_are_there_and_as_large_as_they_say(page: Browser) -> None:
    found = await manifest(page)
    assert {(icon['sizes'], icon['purpose']) for icon in found['icons']} == {
        ('192x192', 'any'),
        ('512x512', 'any'),
        ('512x512', 'maskable'),
    }
    for icon in found['icons']:
        picture = (await page.http.get(icon['src'])).content
        width, height = struct.unpack('>II', picture[16:24])
        assert (picture[:4], f'{width}x{height}') == (b'\x89PNG', icon['sizes'])


async def test_everything_is_asked_for_below_the_path_of_a_server_in_front(page: Browser) -> None:
    found = await manifest(page, **{'X-Forwarded-Prefix': '/chat'})
    assert (found['id'], found['start_url'], found['scope']) == ('/chat/', '/chat/', '/chat/')
    assert all(icon['src'].startswith('/chat/static/') for icon in found['icons'])
    html = (await page.http.get('/', headers={'X-Forwarded-Prefix': '/chat'})).text
    own = re.findall(r'<link [^>]*href="(/[^"]*)"', html)
    assert len(own) >= 4
    assert [link for link in own if not link.startswith('/chat/')] == []
    assert re.findall(r'"href":"(/[^"]*)"', html) == ['/chat/', '/chat/settings']


async def test_a_path_cannot_break_out_of_the_page(page: Browser) -> None:
    html = (await page.http.get('/', headers={'X-Forwarded-Prefix': '/"><script>alert(1)</script>'})).text
    assert '<script>alert(1)' not in html


@pytest.mark.parametrize(('theme', 'colours'), [('dark', ['dark']), ('light', ['light']), ('auto', ['light', 'dark'])])
async def test_the_window_has_the_colour_of_the_page(parts: Parts, theme: str, colours: list[str]) -> None:
    html = (await Browser(guilherme_theme=theme).http.get('/')).text
    expected = [page_colour(each) for each in colours]
    assert re.findall(r'<meta name="theme-color"[^>]* content="(.*?)">', html) == expected
