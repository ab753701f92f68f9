"""What folds in the text of an answer, and its footnotes: by mouse and keyboard, and while the answer grows."""

from urllib.parse import quote

from playwright.async_api import expect

from tests.browser.conftest import OpenTab
from tests.browser.screen import numbered
from tests.support.app_process import AppProcess

WORDS = ' '.join(numbered(60))
SECTION = f'<details>\n<summary>The proof</summary>\n\n{WORDS}\n\n- *one*\n\n</details>\n\nAfter it.'


async def test_what_the_reader_opens_stays_open_while_it_grows(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.ask('rate=30 say=' + quote(SECTION))
    summary = tab.body.locator('summary')
    await summary.click()
    await expect(tab.body.get_by_text('w5')).to_be_visible()
    await tab.has_status('complete')
    await expect(tab.body.locator('details')).to_have_attribute('open', '')
    await expect(tab.body.get_by_text('one', exact=True)).to_be_visible()
    await expect(summary).to_be_focused()
    assert await tab.body.inner_text() == f'The proof\n\n{WORDS}\n\none\n\nAfter it.'


async def test_the_keyboard_folds_it(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.ask('say=' + quote(SECTION))
    await tab.has_status('complete')
    await expect(tab.body.get_by_text(WORDS)).to_be_hidden()
    await tab.body.locator('summary').focus()
    await tab.page.keyboard.press('Enter')
    await expect(tab.body.get_by_text(WORDS)).to_be_visible()
    await tab.page.keyboard.press('Space')
    await expect(tab.body.get_by_text(WORDS)).to_be_hidden()


NOTES = 'A claim.[^1] Another.[^b] And again.[^1]\n\n[^1]: First note.\n[^b]: Second note.'


async def test_the_way_to_a_footnote_and_back(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.ask('say=' + quote(NOTES))
    await tab.has_status('complete')
    await tab.ask('say=' + quote(NOTES))  # another message with the same numbers
    await tab.has_status('complete')
    address = tab.page.url
    again = tab.body.locator('[role=doc-noteref]').last
    await again.focus()
    await tab.page.keyboard.press('Enter')
    note = tab.body.get_by_role('listitem').filter(has_text='First note')
    await expect(note).to_be_focused()
    await tab.page.keyboard.press('Tab')
    back = note.get_by_label('Back to the text')
    await expect(back).to_be_focused()
    await tab.page.keyboard.press('Enter')
    await expect(again).to_be_focused()
    await tab.body.get_by_label('Back to the text').last.click()
    await expect(tab.body.locator('[role=doc-noteref]', has_text='2')).to_be_focused()
    assert tab.page.url == address


async def test_a_footnote_within_a_section_is_unfolded(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.ask(
        'say=' + quote('A claim.[^1]\n\n<details>\n<summary>Notes</summary>\n\n[^1]: The note.\n\n</details>')
    )
    await tab.has_status('complete')
    await expect(tab.body.get_by_text('The note.')).to_be_hidden()
    await tab.body.locator('[role=doc-noteref]').click()
    await expect(tab.body.get_by_role('listitem')).to_be_focused()
    await expect(tab.body.get_by_text('The note.')).to_be_visible()
