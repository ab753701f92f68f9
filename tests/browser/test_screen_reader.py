"""What a screen reader is told: names, headings, landmarks, a few announcements, and a focus that is never lost."""

import re

from playwright.async_api import expect

from tests.browser.conftest import OpenTab, StartApp
from tests.browser.screen import Screen
from tests.browser.seeding import Seeding
from tests.support.app_process import AppProcess

LISTEN = """
() => {
  window.said = [];
  const live = '[aria-live=polite], [aria-live=assertive], [role=status], [role=alert], [role=log]';
  new MutationObserver((changes) => {
    for (const { target, addedNodes } of changes) {
      const isText = target.nodeType === Node.TEXT_NODE;
      const node = isText ? target.parentElement : target;
      if (node.closest('[aria-live=off]') || !node.closest(live)?.checkVisibility()) continue;
      window.said.push(isText ? target.data : [...addedNodes].map((each) => each.textContent).join());
    }
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}
"""


async def said(tab: Screen) -> list[str]:
    """Give what was said since LISTEN was run."""
    return [text for text in await tab.evaluate('window.said') if text]


async def test_an_answer_is_announced_and_no_token_of_it(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.evaluate(LISTEN)
    await tab.ask('tokens=60 rate=60')
    await tab.has_status('complete')
    await expect(tab.part('announcer')).to_contain_text('The answer is finished.')
    assert await said(tab) == ['The answer has begun.', 'The answer is finished.']
    await expect(tab.reply).to_have_attribute('aria-busy', 'false')
    await tab.ask('tokens=5000 rate=50')
    await tab.shows('w5 ')
    await expect(tab.reply).to_have_attribute('aria-busy', 'true')
    await tab.part('stop').click()
    await tab.has_status('stopped')
    assert (await said(tab))[2:] == ['The answer has begun.', 'The answer was stopped.']


async def test_what_was_finished_before_is_not_announced(start_app: StartApp, open_tab: OpenTab) -> None:
    app = await start_app()
    async with Seeding(app) as seeding:
        first, second = [await seeding.conversation(title, ['question', 'answer']) for title in 'ab']
    tab = await open_tab(app, f'/c/{first}')
    await tab.evaluate(LISTEN)
    await tab.switch_to(second)
    await tab.shows('answer')
    assert await said(tab) == []


async def test_messages_are_articles_with_headings(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.ask('say=%23%20Title')
    await tab.has_status('complete')
    times = r'\d{1,2}:\d\d [AP]M'
    await expect(tab.page.get_by_role('article', name=re.compile(f'^You, {times}$'))).to_have_count(1)
    await expect(tab.page.get_by_role('article', name=re.compile(f'^Answer, {times}$'))).to_have_count(1)
    await expect(tab.page.locator('h1:not([aria-level])')).to_have_count(2)  # the welcome page's is hidden
    await expect(tab.page.locator('h1:not([aria-level]):visible')).to_have_text(re.compile('say='))
    await expect(tab.reply.get_by_role('heading', level=2, name=re.compile('^Answer'))).to_have_count(1)
    await expect(tab.body.get_by_role('heading', name='Title')).to_have_attribute('aria-level', '3')


async def test_landmarks(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    for role in ('main', 'complementary', 'navigation'):
        await expect(tab.page.get_by_role(role)).to_have_count(1)
    await expect(tab.page.locator('html')).to_have_attribute('lang', 'en')


async def test_focus_stays_with_the_message_that_is_answered_again(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    first = await tab.ask('tokens=3')
    await tab.has_status('complete')
    await tab.part('message-regenerate').focus()
    await tab.page.keyboard.press('Enter')
    await expect(tab.reply).not_to_have_attribute('data-message-id', first)
    await tab.has_status('complete')
    await expect(tab.reply).to_be_focused()
    await tab.part('message-previous').focus()
    await tab.page.keyboard.press('Enter')
    await expect(tab.reply).to_have_attribute('data-message-id', first)
    await expect(tab.part('message-previous')).to_be_disabled()
    await expect(tab.reply).to_be_focused()


async def test_focus_after_stop_and_after_continue(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.ask('tokens=200 rate=50')
    await tab.shows('w5 ')
    await tab.part('stop').focus()
    await tab.page.keyboard.press('Enter')
    await tab.has_status('stopped')
    await expect(tab.composer).to_be_focused()
    await tab.part('message-continue').focus()
    await tab.page.keyboard.press('Enter')
    await tab.has_status('streaming')
    await expect(tab.reply).to_be_focused()
    await tab.part('stop').click()
