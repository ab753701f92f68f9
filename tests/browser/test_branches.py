"""Versions side by side: answers again, questions written anew, copies from a message on."""

import re

from playwright.async_api import expect

from tests.browser.conftest import BrowserLog, OpenTab
from tests.browser.screen import Screen, numbered
from tests.browser.seeding import Seeding
from tests.support.app_process import AppProcess

IMPATIENT = """() => {
  const press = () => document.querySelector('[data-testid=message-editor-send]:not(:disabled)')?.click();
  new MutationObserver(press).observe(document, { subtree: true, childList: true, attributes: true });
  press();
}"""
"""A person who presses the button as often as it can be pressed."""


async def test_versions_of_an_answer(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    first = await tab.ask('tokens=10')
    await tab.has_status('complete')
    await tab.reply.get_by_test_id('message-regenerate').click()
    await expect(tab.reply).to_contain_text('2/2')
    await tab.has_status('complete')
    assert await tab.reply_id() != first
    assert await tab.words() == numbered(10)
    await tab.reply.get_by_test_id('message-previous').click()
    await expect(tab.reply).to_have_attribute('data-message-id', first)
    await expect(tab.reply).to_contain_text('1/2')
    await expect(tab.reply.get_by_test_id('message-previous')).to_be_disabled()
    await tab.page.reload()
    await expect(tab.reply).to_have_attribute('data-message-id', first)
    await tab.reply.get_by_test_id('message-next').click()
    await expect(tab.reply).to_contain_text('2/2')
    assert await tab.questions.count() == 1


async def test_going_back_to_a_version_while_the_other_streams(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.ask('tokens=100 rate=60')
    await tab.has_status('complete')
    await tab.reply.get_by_test_id('message-regenerate').click()
    await tab.has_status('streaming')
    await tab.shows('w5 ')
    await tab.reply.get_by_test_id('message-previous').click()
    await tab.has_status('complete')
    assert await tab.words() == numbered(100)
    await tab.reply.get_by_test_id('message-next').click()
    await expect(tab.reply).to_contain_text('2/2')
    await tab.has_status('complete')
    assert await tab.words() == numbered(100)


async def begin_edit(tab: Screen, text: str, question: int = -1) -> None:
    """Open a question for editing and write another text."""
    chosen = tab.questions.nth(question)
    await chosen.hover()
    await chosen.get_by_test_id('message-edit').click()
    await expect(tab.part('message-editor-text')).to_be_focused()
    await tab.part('message-editor-text').fill(text)


async def test_a_question_is_edited_with_the_keyboard(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.ask('tokens=10')
    await tab.has_status('complete')
    await begin_edit(tab, 'tokens=30')
    await tab.part('message-editor-text').press('Enter')
    await expect(tab.questions).to_contain_text('2/2')
    await tab.has_status('complete')
    assert await tab.words() == numbered(30)
    await tab.questions.get_by_test_id('message-previous').click()
    await expect(tab.questions).to_contain_text('tokens=10')
    assert await tab.words() == numbered(10)


async def test_escape_leaves_an_edit_and_lines_can_be_broken(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.ask('tokens=10')
    await tab.has_status('complete')
    await begin_edit(tab, 'one')
    await tab.part('message-editor-text').press('Shift+Enter')
    await tab.page.keyboard.type('two')
    await expect(tab.part('message-editor-text')).to_have_value('one\ntwo')
    await tab.page.keyboard.press('Escape')
    await expect(tab.part('message-editor')).to_have_count(0)
    await expect(tab.questions.get_by_test_id('message-body')).to_have_text('tokens=10')
    await expect(tab.questions.get_by_test_id('message-edit')).to_be_focused()


async def test_what_was_typed_into_an_edit_waits_while_one_looks_elsewhere(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.ask('tokens=10')
    await tab.has_status('complete')
    first = tab.conversation_id
    await begin_edit(tab, 'half a thought')
    await tab.new_chat()
    await tab.switch_to(first)
    await expect(tab.part('message-editor-text')).to_have_value('half a thought')


async def test_a_question_with_a_literal_slash_is_edited_as_it_was_typed(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.ask('//help me')
    await tab.has_status('complete')
    await expect(tab.questions.get_by_test_id('message-body')).to_have_text('/help me')
    await tab.questions.hover()
    await tab.questions.get_by_test_id('message-edit').click()
    await expect(tab.part('message-editor-text')).to_have_value('//help me')
    await tab.part('message-editor-text').press('Enter')
    await expect(tab.questions).to_contain_text('2/2')
    await expect(tab.questions.get_by_test_id('message-body')).to_have_text('/help me')
    await tab.ask('/help')
    await tab.has_status('complete')
    await tab.questions.last.hover()
    await tab.questions.last.get_by_test_id('message-edit').click()
    await expect(tab.part('message-editor-text')).to_have_value('/help')


async def test_an_edit_sent_without_a_line_makes_one_version(
    app: AppProcess, open_tab: OpenTab, browser_log: BrowserLog
) -> None:
    browser_log.expect_lost_line()
    tab = await open_tab(app)
    await tab.ask('tokens=300 rate=50')
    await tab.shows('w5 ')
    await begin_edit(tab, 'tokens=20')
    await tab.page.context.set_offline(True)
    await expect(tab.line).to_have_attribute('data-state', 'offline')
    await tab.evaluate(IMPATIENT)  # what streamed meanwhile builds the list anew, with the editor in it
    await tab.page.context.set_offline(False)
    await expect(tab.line).to_have_attribute('data-state', 'online')
    await expect(tab.part('message-editor')).to_have_count(0)
    await expect(tab.questions.get_by_test_id('message-body')).to_have_text('tokens=20')
    await tab.has_status('complete')
    await expect(tab.questions).to_contain_text('2/2')


async def test_an_edit_that_is_refused_can_be_sent_otherwise(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.ask('tokens=10')
    await tab.has_status('complete')
    await begin_edit(tab, '/nonsense')
    await tab.part('message-editor-send').click()
    await expect(tab.part('toast')).to_contain_text('/nonsense')
    await tab.part('message-editor-text').fill('tokens=20')
    await tab.part('message-editor-send').click()
    await expect(tab.questions).to_contain_text('2/2')
    await tab.has_status('complete')
    assert await tab.words() == numbered(20)


async def test_the_first_answer_goes_on_when_its_question_is_edited(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    old = await tab.ask('tokens=150 rate=60')
    await tab.shows('w5 ')
    await begin_edit(tab, 'tokens=10 kind=num')
    await tab.page.keyboard.press('Enter')
    await expect(tab.questions).to_contain_text('2/2')
    await tab.has_status('complete')
    await tab.questions.get_by_test_id('message-previous').click()
    await expect(tab.reply).to_have_attribute('data-message-id', old)
    await tab.has_status('complete')
    assert await tab.words() == numbered(150)


async def test_a_version_far_above_is_chosen_without_losing_the_place(app: AppProcess, open_tab: OpenTab) -> None:
    texts = [f'message {number}\n\n' + 'and more of it ' * (number * 7 % 60) for number in range(120)]
    async with Seeding(app) as seeding:
        conversation_id = await seeding.conversation('A long one', texts)
    tab = await open_tab(app, f'/c/{conversation_id}')
    await tab.page.locator('.chat-scroll').press('Home')
    question = tab.questions.nth(2)
    await expect(question).to_be_visible()
    await begin_edit(tab, 'tokens=10', question=2)
    await tab.page.keyboard.press('Enter')
    changed = tab.questions.filter(has_text='tokens=10')
    await expect(changed).to_contain_text('2/2')
    await tab.has_status('complete')
    before = await tab.questions.nth(1).evaluate('each => each.getBoundingClientRect().top')
    await changed.get_by_test_id('message-previous').click()
    await expect(question).to_contain_text('1/2')
    after = await tab.questions.nth(1).evaluate('each => each.getBoundingClientRect().top')
    assert abs(before - after) < 2


async def test_another_model_is_chosen_from_a_menu_by_keyboard(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.ask('tokens=10')
    await tab.has_status('complete')
    button = tab.reply.get_by_test_id('message-models')
    await button.press('Enter')
    menu = tab.part('message-menu')
    await expect(menu.get_by_role('menuitem').first).to_be_focused()
    await tab.page.keyboard.press('Escape')
    await expect(menu).to_have_count(0)
    await expect(button).to_be_focused()
    await button.press('Enter')
    await menu.get_by_role('menuitem', name='qwen3:4b').click()
    await expect(tab.reply).to_contain_text('2/2')
    await tab.has_status('complete')
    await expect(tab.reply.get_by_test_id('message-stats')).to_contain_text('qwen3:4b')


async def test_a_copy_begins_at_a_message(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.ask('tokens=10')
    await tab.has_status('complete')
    first = tab.conversation_id
    await tab.reply.get_by_test_id('message-fork').click()
    await tab.page.wait_for_url(re.compile(f'/c/(?!{first})'))
    await expect(tab.part('toast')).to_be_visible()
    assert await tab.words() == numbered(10)
    await tab.ask('tokens=20')
    await tab.has_status('complete')
    await tab.switch_to(first)
    await expect(tab.questions).to_have_count(1)


async def test_an_address_leads_to_a_message_and_marks_it(app: AppProcess, open_tab: OpenTab) -> None:
    texts = [f'message {number}' for number in range(120)]
    async with Seeding(app) as seeding:
        conversation_id = await seeding.conversation('A long one', texts)
    tab = await open_tab(app, f'/c/{conversation_id}')
    await tab.page.locator('.chat-scroll').press('Home')
    wanted = tab.part('message').filter(has=tab.page.get_by_text('message 10', exact=True))
    message_id = await wanted.get_attribute('data-message-id')
    await tab.open(f'/c/{conversation_id}?m={message_id}')
    await expect(wanted).to_have_class(re.compile('found'))
    await expect(wanted).to_be_in_viewport()
