"""Task lists: `[ ]` and `[x]` at the beginning of an item become boxes."""

import re

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

_BOX = re.compile(r'\[([ xX])][ \t\n\v\f\r]+')
_BOX_LENGTH = 3
"""Characters of `[x]`."""


def find_tasks(state: StateCore) -> None:
    """Mark items that begin with a box, and the lists they stand in."""
    lists: list[Token] = []
    for index, token in enumerate(state.tokens):
        if token.type in ('bullet_list_open', 'ordered_list_open'):
            lists.append(token)
        elif token.type in ('bullet_list_close', 'ordered_list_close'):
            lists.pop()
        elif token.type == 'list_item_open' and (box := _box(state.tokens[index + 1 : index + 3])):
            token.attrSet('class', 'task')
            lists[-1].attrSet('class', 'task-list')
            _put_box(state.tokens[index + 2], done=box != ' ')


def _box(inside: list[Token]) -> str:
    """Give what stands in the box an item begins with, nothing if it has none."""
    if [token.type for token in inside] != ['paragraph_open', 'inline']:
        return ''
    found = _BOX.match(inside[1].content)
    return found[1] if found else ''


def _put_box(inline: Token, *, done: bool) -> None:
    box = Token('html_inline', '', 0)
    checked = 'checked="checked" ' if done else ''
    box.content = f'<input {checked}disabled="disabled" type="checkbox">'
    children = inline.children or []
    children[0].content = children[0].content[_BOX_LENGTH:]
    inline.children, inline.content = [box, *children], inline.content[_BOX_LENGTH:]
