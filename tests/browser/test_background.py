"""In the background: the tab tells that something streams or has finished, and a notification does if it may."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenTab, StartApp
from tests.browser.screen import Screen
from tests.support.app_process import AppProcess

SLOW = 'tokens=5000 rate=50'
SHORT = 'tokens=60 rate=30'

WATCHED = """
// Lets a test say whether the tab can be seen, and keeps what notifications were shown.
window.inSight = true;
Object.defineProperty(document, 'hidden', { get: () => !window.inSight });
window.shown = [];
window.Notification = class extends Notification {
  constructor(title, options) {
    super(title, options);
    window.shown.push({ notification: this, text: `${title}: ${options.body}` });
  }
};
"""
LOOK = 'seen => { window.inSight = seen; document.dispatchEvent(new Event("visibilitychange")); }'
LATER = 'const now = performance.now.bind(performance); performance.now = () => now() + 20_000'


@pytest.fixture
async def own(start_app: StartApp) -> AppProcess:
    """Give an app in which nothing streams but what the test lets stream."""
    return await start_app()


async def watched(tab: Screen) -> Screen:
    """Make what a test needs to look away part of the tab, and of those opened beside it."""
    await tab.page.context.add_init_script(WATCHED)
    await tab.open()
    return tab


async def look(tab: Screen, seen: bool) -> None:
    await tab.evaluate(LOOK, seen)


async def icon(tab: Screen) -> str:
    return str(await tab.evaluate('document.querySelector("link[rel~=icon]").href'))


async def notifications(tab: Screen) -> list[str]:
    return list(await tab.evaluate('window.shown.map(each => each.text)'))


async def finish(tab: Screen) -> None:
    """Wait until the answer has ended and the tab knows."""
    await tab.has_status('complete')
    await expect(tab.page.locator('[data-streaming=true]')).to_have_count(0)


async def test_title_and_icon_tell_what_streams_elsewhere(own: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(own)
    idle = await icon(tab)
    await tab.ask(SHORT)
    conversation_id = tab.conversation_id
    await expect(tab.page).to_have_title(re.compile('^● tokens=60.* · Guilherme$'))
    streaming = await icon(tab)
    assert streaming.startswith('data:image/svg+xml')
    await tab.new_chat()
    await expect(tab.page).to_have_title('● Guilherme')
    await expect(tab.page).to_have_title('(1) Guilherme')
    await expect(tab.part('announcer')).to_contain_text(re.compile('The answer in “tokens=60.*” is finished'))
    assert await icon(tab) not in (idle, streaming)
    await tab.switch_to(conversation_id)
    await expect(tab.page).to_have_title(re.compile('^tokens=60.* · Guilherme$'))
    assert await icon(tab) == idle


async def test_page_that_opens_in_mid_stream(own: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(own)
    await tab.ask(SLOW)
    other = await open_tab(own)
    await expect(other.page).to_have_title('● Guilherme')
    await tab.part('stop').click()
    await expect(other.page).to_have_title('Guilherme')


async def test_answer_that_ends_while_nobody_looks(own: AppProcess, open_tab: OpenTab) -> None:
    tab = await watched(await open_tab(own))
    await tab.ask(SHORT)
    await look(tab, False)
    await finish(tab)
    await expect(tab.page).to_have_title(re.compile(r'^\(1\) tokens=60'))
    await look(tab, True)
    await expect(tab.page).to_have_title(re.compile('^tokens=60'))
    assert await notifications(tab) == [], 'nobody wanted them'


async def test_one_notification_for_several_tabs(own: AppProcess, open_tab: OpenTab) -> None:
    tab = await watched(await open_tab(own, permissions=['notifications']))
    await tab.evaluate('localStorage.setItem("guilherme:notifications", "on")')
    other = await open_tab(own, beside=tab)
    await tab.ask(SHORT)
    conversation_id = tab.conversation_id
    for each in (tab, other):
        await look(each, False)
    await finish(tab)
    await expect(other.page).to_have_title(re.compile('^(\\(1\\) )?Guilherme'))
    for each in (tab, other):
        await each.page.wait_for_function('() => !document.title.startsWith("●")')
    shown = [*await notifications(tab), *await notifications(other)]
    assert len(shown) == 1
    assert re.fullmatch('Your answer is ready: tokens=60.*', shown[0])
    shower = tab if await notifications(tab) else other
    await shower.evaluate('window.shown[0].notification.onclick()')
    await shower.page.wait_for_url(f'**/c/{conversation_id}')


async def test_no_notification_while_a_tab_can_be_seen(own: AppProcess, open_tab: OpenTab) -> None:
    tab = await watched(await open_tab(own, permissions=['notifications']))
    await tab.evaluate('localStorage.setItem("guilherme:notifications", "on")')
    other = await open_tab(own, beside=tab)
    await tab.ask(SHORT)
    await look(tab, False)
    await finish(tab)
    await tab.page.wait_for_function('() => !document.title.startsWith("●")')
    await tab.evaluate('navigator.locks.query()')
    assert [await notifications(each) for each in (tab, other)] == [[], []]


async def test_notifications_are_offered_once_after_a_long_answer(own: AppProcess, open_tab: OpenTab) -> None:
    tab = await watched(await open_tab(own))
    offer = tab.part('notification-offer')
    await tab.ask(SHORT)
    await look(tab, False)
    await finish(tab)
    await look(tab, True)
    await expect(offer).to_be_hidden()  # it was not long
    await tab.ask(SHORT)
    await look(tab, False)
    await tab.shows('w5 ')
    await tab.evaluate(LATER)
    await finish(tab)
    await tab.page.wait_for_function('() => document.title.startsWith("(1)")')
    await look(tab, True)
    await expect(offer).to_be_visible()
    await tab.page.context.grant_permissions(['notifications'])
    await offer.get_by_role('button', name='Yes, tell me').click()
    await expect(offer).to_be_hidden()
    await tab.page.wait_for_function('localStorage.getItem("guilherme:notifications") === "on"')


async def test_offer_that_is_refused_does_not_come_again(own: AppProcess, open_tab: OpenTab) -> None:
    tab = await watched(await open_tab(own))
    offer = tab.part('notification-offer')
    for expected in (True, False):
        await tab.ask(SHORT)
        await look(tab, False)
        await tab.shows('w5 ')
        await tab.evaluate(f'{{ {LATER} }}')
        await finish(tab)
        await tab.page.wait_for_function('() => document.title.startsWith("(1)")')
        await look(tab, True)
        await expect(offer).to_be_visible(visible=expected)
        if expected:
            await offer.get_by_role('button', name='No').click()


async def test_notifications_are_switched_in_the_settings(own: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(own, '/settings', permissions=['notifications'])
    switch = tab.page.get_by_role('switch', name='Tell me when an answer is ready')
    await expect(switch).not_to_be_checked()
    await switch.check()
    await tab.open('/settings')
    await expect(switch).to_be_checked()
    await switch.uncheck()
    await tab.page.wait_for_function('localStorage.getItem("guilherme:notifications") === "off"')
