r"""Formulas on the page: set, in a box that scrolls, shown as their source until they end, copied as LaTeX."""

from urllib.parse import quote

from playwright.async_api import expect

from tests.browser.conftest import OpenTab
from tests.support.app_process import AppProcess

WATCH_FORMS = """
() => {
  window.forms = new Set();
  const look = () => {
    const body = [...document.querySelectorAll('[data-testid=message-body]')].pop();
    if (!body) return;
    if (body.querySelector('em, li')) window.forms.add('markdown');
    window.forms.add(body.querySelectorAll('math').length);
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
}
"""
SELECT = """
([first, last]) => {
  const range = document.createRange();
  range.setStart(document.querySelector(first), 0);
  const end = document.querySelector(last);
  range.setEnd(end, end.childNodes.length);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}
"""
BODY = '[data-role=assistant] [data-testid=message-body]'


async def test_a_formula_is_set_once_it_has_its_end(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.evaluate(WATCH_FORMS)
    await tab.ask(
        'rate=60 piece=3 say=' + quote('So $x_{i}^{*} * y_{j}^{*}$ and\n\n$$\n- x_1\n- y_2\n$$\n\nfor $5 and $10.')
    )
    await tab.has_status('complete')
    assert await tab.evaluate('[...window.forms].sort()') == [0, 1, 2]
    await expect(tab.body.locator('math[display=block] msub')).to_have_count(2)
    await expect(tab.body).to_contain_text('for $5 and $10.')


async def test_a_selection_is_copied_with_the_source_of_its_formulas(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app, permissions=['clipboard-read', 'clipboard-write'])
    text = 'Take $x_1^*$ and\n\n\\[ \\frac{a}{b} \\]\n\n```sh\nls\n```\n\n- one $y$'
    await tab.ask('say=' + quote(text))
    await tab.has_status('complete')
    await tab.evaluate(SELECT, [f'{BODY} > :first-child', f'{BODY} > :last-child'])
    await tab.page.keyboard.press('Control+c')
    copied = await tab.evaluate('navigator.clipboard.readText()')
    assert [line for line in copied.split('\n') if line.strip()] == [
        *('Take $x_1^*$ and', '\\[ \\frac{a}{b} \\]', 'ls', 'one $y$'),
    ]
    await tab.reply.get_by_test_id('message-copy').click()
    await expect(tab.reply.get_by_test_id('message-copy')).to_contain_class('done')
    assert await tab.evaluate('navigator.clipboard.readText()') == text


async def test_a_selection_within_a_formula_is_copied_as_the_whole(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app, permissions=['clipboard-read', 'clipboard-write'])
    await tab.ask('say=' + quote('Take $a + b$ now'))
    await tab.has_status('complete')
    await tab.evaluate(SELECT, [f'{BODY} mi:first-child', f'{BODY} mo'])
    await tab.page.keyboard.press('Control+c')
    assert await tab.evaluate('navigator.clipboard.readText()') == '$a + b$'


async def test_a_wide_formula_scrolls_in_its_own_box(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app, viewport={'width': 390, 'height': 800})
    await tab.ask('say=' + quote('$$' + '+'.join(f'a_{{{number}}}' for number in range(40)) + '$$'))
    await tab.has_status('complete')
    assert await tab.evaluate(
        "(() => { const box = document.querySelector('.formula'); return box.scrollWidth > box.clientWidth; })()"
    )
    assert await tab.evaluate(
        "(() => { const all = document.querySelector('.chat-scroll'); return all.scrollWidth === all.clientWidth; })()"
    )
