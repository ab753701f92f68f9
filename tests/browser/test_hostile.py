"""Hostile text is harmless (P7), in a real browser: as an answer, as a question, as a title."""

import re
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from playwright.async_api import Dialog, Request, expect

from tests.browser.conftest import BrowserLog, OpenTab, StartApp
from tests.browser.screen import Screen
from tests.browser.seeding import Seeding
from tests.support.app_process import AppProcess
from tests.support.hostile_markdown import HOSTILE_MARKDOWN
from tests.support.ollama_server import OllamaServer

ATTACKS = [text.encode('utf-8', 'replace').decode() for _, text in HOSTILE_MARKDOWN]
"""Half a surrogate pair cannot go over a wire; everything else goes as it is."""

ALLOWED = 'p br hr h1 h2 h3 h4 h5 h6 blockquote ul ol li em strong s table thead tbody tr th td pre code div span a img'
ALLOWED += ' details summary sup button input'
SWALLOWING = re.compile(r'<details|\$\$|\\\[|\\begin|^ *(```|~~~)', re.MULTILINE)
"""What takes in all that follows, if it is not closed."""

FORBIDDEN = f':not({", ".join(ALLOWED.split())}, math, math *)'

INSPECT = """
forbidden => {
  const found = [];
  const say = (what, node) => found.push(what + ': ' + node.outerHTML.slice(0, 120));
  for (const body of document.querySelectorAll('[data-testid=message-body]')) {
    const room = body.getBoundingClientRect();
    for (const node of body.querySelectorAll('*')) {
      if (node.matches(forbidden)) say('tag', node);
      if (node.matches('input:not([type=checkbox][disabled])')) say('field', node);
      if (node.matches('button:not([data-action=copy-code])')) say('button', node);
      for (const name of node.getAttributeNames())
        if (/^(on.*|id|name|style|srcset|action|formaction)$/.test(name)) say(name, node);
      if (node.closest('math')) {
        if (node.namespaceURI !== 'http://www.w3.org/1998/Math/MathML') say('no part of a formula', node);
        if (node.getAttributeNames().some((name) => /href|src/.test(name))) say('a formula leads away', node);
      }
      if (node.href && !/^(https?|mailto):/.test(node.href)) say('link', node);
      if (node.src && new URL(node.src).origin !== location.origin) say('source', node);
      if (['fixed', 'absolute', 'sticky'].includes(getComputedStyle(node).position)) say('position', node);
      const box = node.getBoundingClientRect();
      const isOutside = box.top < room.top - 2 || box.bottom > room.bottom + 2;
      if (isOutside && box.width && node.checkVisibility()) say('outside', node);
    }
  }
  if (window.attacked) found.push('a script ran');
  const foreign = 'iframe, frame, object, embed, base, form:not(.composer)';
  for (const node of document.querySelectorAll(foreign)) say('page', node);
  return found;
}
"""

OUTSIDE = """
() => [...document.querySelectorAll('body, header, main, aside, .composer, .top-bar *, .composer *')].map(node => {
  const { display, position, color, visibility } = getComputedStyle(node);
  return [node.tagName, node.id, node.className, display, position, color, visibility].join(' ');
})
"""


class Guard:
    """Notes what a page must not do: ask other hosts, open dialogs or windows."""

    def __init__(self, tab: Screen) -> None:
        self.seen: list[str] = []
        self._host = urlsplit(tab.url).netloc
        tab.page.on('request', self._request)
        tab.page.on('dialog', self._dialog)
        tab.page.on('popup', lambda page: self.seen.append(f'popup {page.url}'))

    def _request(self, request: Request) -> None:
        scheme, host, *rest = urlsplit(request.url)
        if scheme != 'data' and host != self._host:
            self.seen.append(request.url)
        if request.resource_type == 'image' and not rest[0].startswith(('/files/', '/static/', '/favicon.ico')):
            self.seen.append(f'image {request.url}')

    async def _dialog(self, dialog: Dialog) -> None:
        self.seen.append(f'dialog {dialog.message}')
        await dialog.dismiss()


@pytest.fixture(autouse=True)
def pictures_are_missing(browser_log: BrowserLog) -> None:
    """Let pass that pictures of our own origin, which a text may show, do not exist."""
    browser_log.expect('Failed to load resource: the server responded with a status of 404')


async def look_outside(tab: Screen) -> list[str]:
    """Give how everything outside the messages looks."""
    await tab.page.reload()
    await tab.connected()
    return list(await tab.evaluate(OUTSIDE))


def with_own_labels(attack: str, number: int) -> str:
    """Keep the link definitions of attacks that stand in one text apart: the first of a name would win."""
    return re.sub(r'\[([ri])\](?!\()', rf'[\g<1>{number}]', attack)


@pytest.mark.parametrize('part', range(3))
async def test_as_an_answer_that_streams(
    part: int, ollama: OllamaServer, app: AppProcess, open_tab: OpenTab, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = await open_tab(app)
    await tab.ask('tokens=5')
    await tab.has_status('complete')
    outside, guard = await look_outside(tab), Guard(tab)
    attacks = [with_own_labels(attack, number) for number, attack in enumerate(ATTACKS[part::3])]
    attacks.sort(key=lambda attack: SWALLOWING.search(attack) is not None)
    # Not in the question, which would be too long; and in pieces of which few are alike, or Ollama gives up.
    monkeypatch.setattr(ollama, 'script', 'rate=120 piece=64 say=' + quote('\n\n'.join(attacks)))
    await tab.ask('go on')
    while await tab.reply.get_attribute('data-status') == 'streaming':
        assert await tab.evaluate(INSPECT, FORBIDDEN) == []
    await tab.has_status('complete')
    assert await tab.body.locator('.block').count() > 60
    assert await tab.evaluate(INSPECT, FORBIDDEN) == []
    assert await look_outside(tab) == outside
    assert guard.seen == []
    streamed = await tab.body.inner_html()
    await tab.page.reload()
    await tab.has_status('complete')
    assert await tab.body.inner_html() == streamed


async def test_as_a_question_that_is_sent(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    guard = Guard(tab)
    text = '\n\n'.join(ATTACKS)
    await tab.ask(text + '\n\nsay=ok')
    await tab.has_status('complete')
    for _ in range(2):
        assert await tab.evaluate(INSPECT, FORBIDDEN) == []
        shown = await tab.questions.get_by_test_id('message-body').text_content() or ''
        assert (
            shown.split() == (text + '\n\nsay=ok').replace('\0', '\ufffd').split()
        )  # as it was typed, and nothing else
        await tab.page.reload()
    assert guard.seen == []


async def test_each_by_itself_as_question_and_answer(start_app: StartApp, open_tab: OpenTab, tmp_path: Path) -> None:
    app = await start_app()
    async with Seeding(app) as seeding:
        conversation_id = await seeding.conversation('attacks', [text for attack in ATTACKS for text in (attack,) * 2])
    tab = await open_tab(app, f'/c/{conversation_id}')
    outside, guard = await look_outside(tab), Guard(tab)
    messages = tab.part('message')
    while (count := await messages.count()) < 2 * len(ATTACKS):
        await tab.evaluate('document.querySelector(".chat-scroll").scrollTop = 0')
        await tab.page.wait_for_function('n => document.querySelectorAll("article").length > n', arg=count)
    assert await tab.evaluate(INSPECT, FORBIDDEN) == []
    assert await look_outside(tab) == outside
    assert guard.seen == []


async def test_as_titles(start_app: StartApp, open_tab: OpenTab) -> None:
    app = await start_app()
    async with Seeding(app) as seeding:
        ids = [await seeding.conversation(' '.join(attack.split())[:200], ['x', 'y']) for attack in ATTACKS]
    tab = await open_tab(app)
    guard, items = Guard(tab), tab.part('conversation-item')
    while (count := await items.count()) < len(ids):
        await items.last.scroll_into_view_if_needed()
        await tab.page.wait_for_function('n => document.querySelectorAll(".conversation-item").length > n', arg=count)
    assert await tab.page.locator('.conversation-item .title *').count() == 0
    for conversation_id in ids[::20]:
        await tab.switch_to(conversation_id)
        title = await tab.item(conversation_id).locator('.title').text_content()
        await expect(tab.page.locator('header .title')).to_have_text(title or '')
        assert await tab.page.locator('header .title *').count() == 0
    assert not await tab.evaluate('window.attacked')
    assert guard.seen == []


async def test_link_opens_in_a_window_that_cannot_reach_back(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.ask('say=' + quote(f'[a link]({app.url}/healthz)'))
    await tab.has_status('complete')
    async with tab.page.expect_popup() as popup:
        await tab.body.get_by_role('link').click()
    opened = await popup.value
    assert await opened.evaluate('window.opener') is None
    await expect(tab.body.get_by_role('link')).to_have_attribute('rel', re.compile('noreferrer'))
