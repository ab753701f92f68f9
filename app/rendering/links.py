"""Which links of a text may lead somewhere: found in one pass over each paragraph, before it is rendered."""

from collections.abc import Sequence

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from app.rendering.sanitise import is_link

LEADS_THERE = 'leads_there'
"""In the `meta` of an image: it may become a link to its address."""


def keep_links_harmless(state: StateCore) -> None:
    """Hide links that may not lead where they point, so that only their text is left.

    One in angle brackets was none: `<dc:title>` is a tag somebody writes about.
    """
    for token in state.tokens:
        if token.type == 'inline' and token.children:
            _look_through(token.children)


def _look_through(children: Sequence[Token]) -> None:
    hidden = inside = False
    for child in children:
        if child.type == 'link_open':
            hidden = child.hidden = not is_link(str(child.attrGet('href') or ''))
            inside = not hidden
            _show_brackets(child)
        elif child.type == 'link_close':
            child.hidden, inside = hidden, False
            _show_brackets(child)
        elif child.type == 'image':
            child.meta[LEADS_THERE] = not inside and is_link(str(child.attrGet('src') or ''))


def _show_brackets(token: Token) -> None:
    """Make an angle bracket of the beginning or end of a hidden link that stood in them."""
    if token.hidden and token.markup == 'autolink':
        token.content = '<' if token.nesting == 1 else '>'
        token.type, token.tag, token.nesting, token.hidden = 'text', '', 0, False
