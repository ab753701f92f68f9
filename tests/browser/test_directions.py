"""Texts that run from right to left, beside those that do not; and how large headings are."""

from typing import Any
from urllib.parse import quote

from playwright.async_api import Locator, expect

from tests.browser.conftest import OpenTab
from tests.browser.screen import Screen
from tests.support.app_process import AppProcess

HEBREW = """## כותרת עם **הדגשה**

שלום עולם, זה `code()` כאן.

- פריט ראשון
- English item
- `ls` פריט שלישי

1. ראשון

   פסקה שנייה

   A paragraph within.

> ציטוט קצר.

> - פריט בציטוט

| שם | value |
|---|---|
| ערך | text |

Plain English.

```python
x = 1
```

مرحبا بالعالم (test).
"""
DIRECTION = 'piece => getComputedStyle(piece).direction'
ENDS = """
(piece) => {
  const walker = document.createTreeWalker(piece, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) if (walker.currentNode.data.trim()) texts.push(walker.currentNode);
  const at = (node, offset) => {
    const range = document.createRange();
    range.setStart(node, offset);
    range.setEnd(node, offset + 1);
    return range.getBoundingClientRect().left;
  };
  const last = texts.at(-1);
  const box = piece.getBoundingClientRect();
  return { first: at(texts[0], 0), last: at(last, last.data.trimEnd().length - 1), left: box.left, right: box.right };
}
"""
"""Where the first and the last character of an element stand, and its edges."""


async def directions(pieces: Locator) -> list[str]:
    return [await piece.evaluate(DIRECTION) for piece in await pieces.all()]


async def begins_at_the_right(piece: Locator) -> bool:
    """Say whether the text begins at the right edge and ends further left."""
    ends: dict[str, Any] = await piece.evaluate(ENDS)
    return bool(ends['right'] - ends['first'] < 40 and ends['last'] < ends['first'])


async def told(tab: Screen, text: str) -> None:
    await tab.ask('say=' + quote(text))
    await tab.has_status('complete')


async def test_each_piece_of_an_answer_runs_its_own_way(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await told(tab, HEBREW)
    body = tab.body
    assert await directions(body.locator('h2')) == ['rtl']
    assert await directions(body.locator('.block > p')) == ['rtl', 'ltr', 'rtl']
    assert await directions(body.locator('.block > ul > li')) == ['rtl', 'ltr', 'rtl']
    assert await directions(body.locator('.block > ol > li')) == ['rtl']
    assert await directions(body.locator('blockquote')) == ['rtl', 'rtl']
    assert await directions(body.locator('th')) == ['rtl', 'ltr']
    assert await directions(body.locator('.table')) == ['rtl']
    assert set(await directions(body.locator('code'))) == {'ltr'}
    for piece in (
        body.locator('h2'),
        body.locator('.block > p').first,
        body.locator('li').first,
        body.locator('td').first,
    ):
        assert await begins_at_the_right(piece)
    assert await begins_at_the_right(body.locator('ol p').nth(1))
    assert not await begins_at_the_right(body.locator('ol p').nth(2))
    assert not await begins_at_the_right(body.locator('.block > p').nth(1))


async def test_marks_and_bars_stand_at_the_right_of_what_runs_to_the_left(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await told(tab, HEBREW)
    style = '(piece, name) => parseFloat(getComputedStyle(piece)[name])'
    hebrew, english = tab.body.locator('.block > ul > li').first, tab.body.locator('.block > ul > li').nth(1)
    assert [await hebrew.evaluate(style, name) for name in ('marginLeft', 'marginRight')] == [0, 24]
    assert [await english.evaluate(style, name) for name in ('marginLeft', 'marginRight')] == [24, 0]
    for quoted in await tab.body.locator('blockquote').all():
        widths = [await quoted.evaluate(style, f'border{side}Width') for side in ('Left', 'Right')]
        assert widths == [0, 3]


async def test_it_is_so_while_it_grows(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.ask('rate=20 say=' + quote('- 12 ' + ' '.join(['שלום'] * 40)))
    await expect(tab.body.locator('li')).to_contain_text('שלום שלום')
    await expect(tab.reply).to_have_attribute('data-status', 'streaming')
    assert await directions(tab.body.locator('li')) == ['rtl']


async def test_what_a_person_writes_runs_its_own_way_too(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.composer.fill('مرحبا (test).')
    assert await directions(tab.composer) == ['rtl']
    await tab.composer.press('Enter')
    await tab.has_status('complete')
    question = tab.questions.first.get_by_test_id('message-body')
    assert await directions(question) == ['rtl']
    await expect(tab.item(tab.conversation_id).locator('.title')).to_have_text('مرحبا (test).')
    assert await directions(tab.item(tab.conversation_id).locator('.title')) == ['rtl']
    assert await directions(tab.part('conversation-title')) == ['rtl']
    await tab.part('search-conversations').fill('مرحبا')
    await expect(tab.part('search-hit').first).to_be_visible()
    assert await directions(tab.part('search-hit').first) == ['rtl']
    assert await directions(tab.part('search-hit').first.locator('.said-by')) == ['ltr']


async def test_headings_have_four_sizes(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await told(tab, '\n\n'.join(f'{"#" * level} Level {level}\n\nText.' for level in range(1, 7)))
    sizes = [
        await each.evaluate('each => getComputedStyle(each).fontSize')
        for each in await tab.body.locator(':is(h1, h2, h3, h4, h5, h6)').all()
    ]
    assert sizes == ['24px', '20px', '17px', '15px', '15px', '15px']
