import pytest

from app.rendering.outline import Code, Listing, Paragraph, Quote, Run, Table, open_fence, outline, plain


def test_styles_and_links() -> None:
    [part] = outline('a **b *c*** ~~d~~ `e` [f](https://g.h) [i](ftp://j) ![k](https://l.m/n.png)')
    assert isinstance(part, Paragraph)
    styled = [run for run in part.runs if run != Run(run.text)]
    assert styled == [
        Run('b ', bold=True),
        Run('c', bold=True, italic=True),
        Run('d', struck=True),
        Run('e', code=True),
        Run('f', link='https://g.h'),
        Run('k', link='https://l.m/n.png'),
    ]
    assert plain(part.runs) == 'a b c d e f i k'


def test_blocks() -> None:
    heading, listing, quote, code, table = outline(
        '## Top\n\n3. one\n4. two\n\n> said\n\n```Py x\nf()\n```\n\n| a | b |\n|--:|---|\n| 1 | |'
    )
    assert heading == Paragraph((Run('Top'),), 2)
    assert isinstance(listing, Listing)
    assert (listing.start, len(listing.items)) == (3, 2)
    assert quote == Quote((Paragraph((Run('said'),)),))
    assert code == Code('f()', 'py')
    assert table == Table((((Run('a'),), (Run('b'),)), ((Run('1'),), ())), ('right', ''))


def test_tasks() -> None:
    [listing] = outline('- [x] done\n- [ ] **open**\n- plain')
    assert isinstance(listing, Listing)
    assert [item.done for item in listing.items] == [True, False, None]
    assert listing.items[1].parts == (Paragraph((Run('open', bold=True),)),)


@pytest.mark.parametrize('mark', ['> ', '- ', '1. '])
def test_what_lies_deep_is_there(mark: str) -> None:
    assert 'hello' in repr(outline(mark * 9 + 'hello'))


def test_a_fence_that_is_not_closed() -> None:
    assert open_fence('a\n\n~~~~ py\nx') == '~~~~'
    assert open_fence('```') == '```'
    assert [open_fence(text) for text in ('', 'a', '```\nx\n```', '```\nx\n````  ', '> ```')] == [''] * 5
    assert open_fence('<details>\n\n~~~\nx') == '~~~'
    assert open_fence('<details>\n\n~~~\nx\n~~~\n</details>') == open_fence('<details>\n\n~~~\nx\n~~~') == ''
