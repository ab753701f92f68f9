import re

import pytest

from app.exchange.text_file import plain_text
from app.rendering.bare_links import LONGEST
from app.rendering.growing import GrowingMarkdown
from app.rendering.markdown import render_blocks
from app.rendering.outline import Paragraph, Run, outline
from tests.rendering.viewer import Viewer


def links(text: str) -> list[tuple[str, str]]:
    """Give the address and the text of each link in the render of `text`."""
    html = ''.join(render_blocks(text)).replace('&amp;', '&')
    return re.findall(r'<a href="([^"]*)"[^>]*>(.*?)</a>', html)


@pytest.mark.parametrize(
    'address',
    [
        'https://a.example',
        'http://a.example/b/c_d_e*f*g/?h=1&i=2#j',
        'https://a.example/x_(y)_(z)',
        'https://a.example/~me/!$&,;=:@%20',
        'http://localhost:11434/api/tags',
        'http://127.0.0.1:8080',
        'https://docs.python.org/3/reference/datamodel.html#object.__init__',
        'https://a.example/search?q=(business))+ok',
        'HTTPS://A.EXAMPLE/',
    ],
)
@pytest.mark.parametrize(
    'around', ['{}', 'see {} now', 'see {}.', '({})', '"{}"', '**{}**', '访问{}。后', '（{}）', '- {}\n', '> {}, a']
)
def test_an_address_is_a_link_and_what_stands_around_it_is_not(address: str, around: str) -> None:
    assert links(around.format(address)) == [(address, address)]


@pytest.mark.parametrize(
    ('text', 'address'),
    [
        ('https://a.example, b', 'https://a.example'),
        ('https://a.example?!.', 'https://a.example'),
        ("'https://a.example/b'", 'https://a.example/b'),
        ('https://a.example/b).', 'https://a.example/b'),
        ('https://a.example/b_(c)).', 'https://a.example/b_(c)'),
        ('https://a.example/&copy; b', 'https://a.example/'),
        ('https://a.example/<b>', 'https://a.example/'),
        ('https://a.example/“b”', 'https://a.example/'),
        ('https://a.example，然后', 'https://a.example'),
        ('https://a.example/b、https', 'https://a.example/b'),
        ('https://a.example/b,然后', 'https://a.example/b'),
        ('(见https://a.example/b)后面', 'https://a.example/b'),
        ('https://a.example에서', 'https://a.example'),
        ('https://a.example/b👍', 'https://a.example/b'),
        ('https://a.example[1] and [^1]', 'https://a.example'),
        ('https://a.example/b** c', 'https://a.example/b'),
        ('_https://a.example/b_', 'https://a.example/b'),
        ('https://a.example/b\u202etxt', 'https://a.example/b'),
        ('javascript:https://a.example', 'https://a.example'),
    ],
)
def test_where_an_address_ends(text: str, address: str) -> None:
    assert links(text) == [(address, address)]


@pytest.mark.parametrize(
    ('text', 'link'),
    [
        ('https://a.example/b\\_c', ('https://a.example/b_c', 'https://a.example/b_c')),
        ('https://a.example/?b=1&amp;c=2', ('https://a.example/?b=1&c=2', 'https://a.example/?b=1&c=2')),
        ('https://a.example/?b[]=1', ('https://a.example/?b%5B%5D=1', 'https://a.example/?b[]=1')),
        ('https://a.example/中文', ('https://a.example/%E4%B8%AD%E6%96%87', 'https://a.example/中文')),
        ('https://münchen.example', ('https://xn--mnchen-3ya.example', 'https://münchen.example')),
        ('see www.a.example/b_c.', ('http://www.a.example/b_c', 'www.a.example/b_c')),
        ('write to me.too+x@a-b.example.', ('mailto:me.too+x@a-b.example', 'me.too+x@a-b.example')),
        ('邮箱：a@b.example。', ('mailto:a@b.example', 'a@b.example')),
    ],
)
def test_what_is_shown_and_where_it_leads(text: str, link: tuple[str, str]) -> None:
    assert links(text) == [link]


@pytest.mark.parametrize(
    'text',
    [
        '`https://a.example www.a.example a@b.example`',
        '    https://a.example',
        '```\nhttps://a.example\n```',
        'ftp://a.example and ftp://www.a.example',
        'git+https://a.example',
        'javascript://a.example file:///etc/passwd data:text/html,a',
        'http:// https://. https://- https://…',
        'www. and awww.a.example',
        'git@a.example:b/c.git ssh://git@a.example/b',
        'pkg@1.2.3 a@b @user@mastodon.example @a.b/c x\\@y.example',
        f'https://a.example/{"b" * LONGEST}',
    ],
)
def test_what_is_no_address_or_stands_in_code_stays_text(text: str) -> None:
    assert links(text) == []


def test_a_link_that_has_an_address_as_its_text_leads_where_it_says() -> None:
    assert links('[https://a.example](https://b.example)') == [('https://b.example', 'https://a.example')]
    assert links('[see www.a.example/x](/c) <https://d.example>') == [
        ('/c', 'see www.a.example/x'),
        ('https://d.example', 'https://d.example'),
    ]
    assert links('[a]: https://a.example\n\n[a]') == [('https://a.example', 'a')]


def test_addresses_in_tables_are_links() -> None:
    table = '| https://a.example | b |\n|---|---|\n| **www.c.example**| d@e.example|'
    assert [address for address, _ in links(table)] == [
        'https://a.example',
        'http://www.c.example',
        'mailto:d@e.example',
    ]


def test_files_have_them_too() -> None:
    text = 'See https://a.example/中, www.b.example and c@d.example'
    assert outline(text) == (
        Paragraph(
            (
                Run('See '),
                Run('https://a.example/中', link='https://a.example/%E4%B8%AD'),
                Run(', '),
                Run('www.b.example', link='http://www.b.example'),
                Run(' and '),
                Run('c@d.example', link='mailto:c@d.example'),
            )
        ),
    )
    assert plain_text(text) == text


@pytest.mark.parametrize(
    'text',
    [
        'See https://a.example/b_c/?d=1&e=(f)#g_h, and',
        'See https://a.example/~b*c;d. And',
        '访问https://a.example/路径。然后',
        'Ask me@a-b.example or',
        '- See www.a.example/b_c\n- and',
        '| a |\n|---|\n| https://a.example/b |\n',
        '**https://a.example/b** and',
    ],
)
def test_while_it_grows_an_address_is_text_and_then_a_link_once(text: str) -> None:
    growing, viewer = GrowingMarkdown(), Viewer()
    shown = []
    for character in text:
        growing.append(character)
        viewer.apply(growing.changes())
        assert viewer.html == growing.blocks()
        shown.append(re.findall('<a href="([^"]*)"', ''.join(viewer.html)))
    [final] = re.findall('<a href="([^"]*)"', ''.join(render_blocks(text)))
    assert [each for each in shown if each] == [[final]] * len([each for each in shown if each])
    assert shown[-1] == [final]
    assert shown == sorted(shown)


def test_an_address_grows_without_a_parse() -> None:
    growing = GrowingMarkdown('Some words, then https:')
    growing.append('//www')
    growing.changes()
    parsed = growing.parsed_characters
    for piece in ('.a.', 'example', '/b', '_c', '?d=', '1&', 'e=f', '#g'):
        growing.append(piece)
        growing.changes()
    assert growing.parsed_characters == parsed
    growing.append(' x')
    growing.changes()
    assert growing.blocks() == render_blocks(growing.text)


def test_an_address_at_the_very_end_is_a_link_in_the_end() -> None:
    growing = GrowingMarkdown('See https://a.example')
    assert growing.blocks() == ['<p>See https://a.example</p>']
    growing.finish()
    assert growing.blocks() == render_blocks(growing.text)
    assert '<a href="https://a.example"' in growing.blocks()[0]
