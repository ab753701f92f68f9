import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from app.rendering.growing import GrowingMarkdown
from app.rendering.markdown import normalise, render_blocks, render_plain
from app.rendering.sanitise import ATTRIBUTES, CLASSES, LINK_REL, TAGS, is_link, is_own_image, sanitise
from tests.support.hostile_markdown import HOSTILE_MARKDOWN

FIXED = {
    'a': {'target': '_blank', 'rel': LINK_REL},
    'button': {'type': 'button', 'data-action': 'copy-code'},
    'input': {'type': 'checkbox', 'disabled': '', 'checked': 'checked'},
    'img': {'loading': 'lazy'},
}
VOID = {'br', 'hr', 'img', 'input'}


class Inspector(HTMLParser):
    """Reads HTML as a parser does and collects whatever is not allowed, or would not close what it opened."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        self.faults += [f'<{tag}> stays open' for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.faults.append(f'<{tag}>')
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if not self.is_allowed(tag, name, value or ''):
                self.faults.append(f'<{tag} {name}={value!r}>')

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f'</{tag}>')

    def handle_comment(self, data: str) -> None:
        self.faults.append(f'<!--{data}-->')

    def handle_decl(self, decl: str) -> None:
        self.faults.append(f'<!{decl}>')

    def is_allowed(self, tag: str, name: str, value: str) -> bool:
        if name == 'class':
            return set(value.split()) <= CLASSES.get(tag, set()) or (tag == 'code' and value.startswith('language-'))
        if name in FIXED.get(tag, {}):
            return value == FIXED[tag][name]
        if name == 'href':
            is_note = re.fullmatch(r'#note(ref)?-\d+', value) is not None
            return is_note or urlsplit(value).scheme in ('http', 'https', 'mailto') or is_path(value)
        if name == 'src':
            return value.startswith('/files/')
        return name in ATTRIBUTES.get(tag, set())


def is_path(address: str) -> bool:
    return address.startswith('/') and not address.startswith(('//', '/\\')) and address.isprintable()


@pytest.mark.parametrize(('name', 'markdown'), HOSTILE_MARKDOWN, ids=[name for name, _ in HOSTILE_MARKDOWN])
def test_hostile_markdown_becomes_allowed_html(name: str, markdown: str) -> None:
    growing = GrowingMarkdown()
    shown = [*render_blocks(markdown), render_plain(markdown)]
    for start in range(0, len(markdown), 7):
        growing.append(markdown[start : start + 7])
        growing.changes()
        shown += growing.blocks()
    assert [fault for html in shown for fault in Inspector(html).faults] == []


@pytest.mark.parametrize(('name', 'markdown'), HOSTILE_MARKDOWN, ids=[name for name, _ in HOSTILE_MARKDOWN])
def test_the_net_alone_holds_when_html_gets_through(name: str, markdown: str) -> None:
    faults = Inspector(sanitise(normalise(markdown))).faults
    assert [fault for fault in faults if 'stays open' not in fault] == []


def test_the_inspector_sees_what_is_not_allowed() -> None:
    html = '<p id=a>x</p><a href="javascript:x">y</a><script></script><img src=//e><i class=q>z</i><!--c--><div>'
    assert Inspector(html).faults == [
        "<p id='a'>",
        "<a href='javascript:x'>",
        '<script>',
        "<img src='//e'>",
        '<i>',
        "<i class='q'>",
        '<!--c-->',
        '<div> stays open',
    ]


@pytest.mark.parametrize(
    'address', ['//a.example', '/\\a.example', '\\\\a.example', 'javascript:x', ' https://a', 'https:']
)
def test_addresses_that_lead_elsewhere_are_no_links_and_no_images(address: str) -> None:
    assert not is_link(address)
    assert not is_own_image(address)
    assert sanitise(f'<a href="{address}">x</a><img src="{address}">').count(address) == 0


def test_every_name_is_attacked_once() -> None:
    names = [name for name, _ in HOSTILE_MARKDOWN]
    assert len(names) == len(set(names)) > 200


def test_an_input_is_always_a_box_that_cannot_be_used() -> None:
    assert sanitise('<input type="password" name="p">') == sanitise('<input type="checkbox" disabled>')


def test_only_our_own_action_stays_on_a_button() -> None:
    assert 'data-action' not in sanitise('<button data-action="delete-message">x</button>')
