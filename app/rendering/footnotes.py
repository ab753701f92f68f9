"""Footnotes: `[^label]` in the text, and a list of notes where their definitions `[^label]: …` stand.

Notes are numbered in the order of their definitions and stay where they are written, which models do at the end: so a
growing text never has to move or renumber any. As with links, a reference to a note that is defined further down is
known when the whole is rendered; one to a note that is defined nowhere stays text. A note goes on with what is indented
by four columns. One that is defined twice is shown twice, and references lead to the first; one not used is shown too.
Links back come with the end, since they would stand in the way of what a note is still to say.

The footnote plugin of mdit-py-plugins leaves out notes that are not used, moves all of them to the end without their
lines, and seeks the end of a label again from each bracket; so it is not used.

Links lead to `#note-N` and back to `#noteref-N`, of which there is no element: `footnotes.js` finds the place in the
message, so that no message can take another's, or the page's, ids.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import normalizeReference
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

NOTES = 'notes'
"""Class of a list of notes."""

REFERENCE, BACK = 'footnote_ref', 'footnote_back'
"""Types of the tokens of a reference to a note, and of the link from a note back to the text."""

INDENT = 4
"""Columns by which what belongs to a note is indented, as with Pandoc and GitHub."""

GROWING = 'growing'
"""In the environment of a parse: the text goes on, so that no note has its link back yet."""

_LAST = ' ^'
"""Where the number of the last note of settled blocks stands among the definitions. No label begins with a space."""

_LABEL = re.compile(r'\[\^([^\s\[\]]{1,100})\]')
_BEGUN = re.compile(r'[\s>\-*+]*(?:\d{1,9}[.)][ \t]+)?\[(?:\^[^\s\[\]]{0,100}(?:\](?::[ \t]*)?)?)?')


def number_notes(parser: MarkdownIt) -> None:
    """Let a parser know footnotes."""
    ends = ['paragraph', 'reference', 'blockquote']
    parser.block.ruler.before('reference', 'footnotes', _notes, {'alt': ends})
    parser.inline.ruler.before('link', REFERENCE, _reference)
    parser.core.ruler.after('inline', BACK, _lead_back)


def may_begin_note(source: str, start: int) -> bool:
    """Say whether the last line of a growing source, from `start` on, is no more than the beginning of a note."""
    return _BEGUN.fullmatch(source, start) is not None


def with_last_number(references: Mapping[str, Any]) -> dict[str, Any]:
    """Give the definitions of blocks that are settled, so that the notes that come go on counting."""
    last = max((definition.get('number', 0) for definition in references.values()), default=0)
    return {**references, **({_LAST: {'number': last, 'map': [0, 0]}} if last else {})}


def is_notes(token: Token) -> bool:
    """Say whether a list is one of notes."""
    return NOTES in str(token.attrs.get('class', '')).split()


def _notes(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Make a list of the definitions that follow each other."""
    if not _label(state, start):
        return False
    if silent:
        return True
    opening = state.push('ordered_list_open', 'ol', 1)
    opening.attrs = {'class': NOTES}
    if (number := _count(state) + 1) > 1:
        opening.attrs['start'] = number
    state.line = start
    while state.line < end and state.sCount[state.line] >= state.blkIndent and (label := _label(state, state.line)):
        _note(state, label, end)
    opening.map = [start, state.line]
    state.push('ordered_list_close', 'ol', -1)
    return True


def _label(state: StateBlock, line: int) -> re.Match[str] | None:
    begin, end = state.bMarks[line] + state.tShift[line], state.eMarks[line]
    if not state.src.startswith('[^', begin):
        return None
    found = None if state.is_code_block(line) else _LABEL.match(state.src, begin, end)
    return found if found and found.end() < end and state.src[found.end()] == ':' else None


def _count(state: StateBlock) -> int:
    """Give the number of the last note so far."""
    last: int = state.env.get(NOTES) or state.env['references'].get(_LAST, {}).get('number', 0)
    return last


def _note(state: StateBlock, label: re.Match[str], end: int) -> None:
    """Parse a note, from the line where it is defined to what is no more indented."""
    line, number = state.line, _count(state) + 1
    state.env[NOTES] = number
    item = state.push('list_item_open', 'li', 1)
    item.attrs, item.info = {'data-note': number}, _key(label[1])
    before = state.bMarks[line], state.tShift[line], state.sCount[line], state.parentType
    state.blkIndent += INDENT
    state.bMarks[line], state.tShift[line] = state.skipSpaces(label.end() + 1), 0
    state.sCount[line], state.parentType = state.blkIndent, 'list'
    state.md.block.tokenize(state, line, end)
    state.blkIndent -= INDENT
    state.bMarks[line], state.tShift[line], state.sCount[line], state.parentType = before
    item.map = [line, state.line]
    references = state.env['references']
    key = item.info if item.info not in references else f'{item.info} {number}'
    references[key] = {'number': number, 'map': item.map}
    state.push('list_item_close', 'li', -1)


def _key(label: str) -> str:
    return f' ^{normalizeReference(label)}'


def _reference(state: StateInline, silent: bool) -> bool:
    """Take a reference to a note that is defined."""
    if silent or not state.src.startswith('[^', state.pos):
        return False  # silent: asked where the text of a link ends, which may hold references as it may hold brackets
    found = _LABEL.match(state.src, state.pos, state.posMax)
    note = state.env['references'].get(_key(found[1])) if found else None
    if found is None or note is None:
        return False
    token = state.push(REFERENCE, 'sup', 0)
    token.content, token.meta = str(note['number']), {'in_link': state.linkLevel > 0}
    note['used'] = True
    state.pos = found.end()
    return True


def _lead_back(state: StateCore) -> None:
    """Put links back to the text at the end of the notes that are used."""
    if NOTES not in state.env or state.env[GROWING]:
        return
    tokens: list[Token] = []
    items: list[Token] = []
    for token in state.tokens:
        if token.type == 'list_item_open':
            items.append(token)
        elif token.type == 'list_item_close' and _is_used(item := items.pop(), state.env['references']):
            back = Token(BACK, 'a', 0, content=str(item.attrs['data-note']), level=token.level + 1, block=True)
            tokens.insert(len(tokens) - (tokens[-1].type == 'paragraph_close'), back)
        tokens.append(token)
    state.tokens = tokens


def _is_used(item: Token, references: Mapping[str, Any]) -> bool:
    note = references.get(item.info) if 'data-note' in item.attrs else None
    return note is not None and note['number'] == item.attrs['data-note'] and 'used' in note


def reference_html(token: Token) -> str:
    """Render a reference; within a link it is none itself."""
    number = token.content
    return f'<sup>{number}</sup>' if token.meta['in_link'] else f'<sup><a href="#note-{number}">{number}</a></sup>'


def back_html(tokens: Sequence[Token], index: int) -> str:
    """Render the link back to the text; the arrow is told not to be an emoji."""
    gap = ' ' if tokens[index - 1].type == 'inline' else ''
    return f'{gap}<a href="#noteref-{tokens[index].content}">\u21a9\ufe0e</a>'
