"""Sections that fold: `<details>`, its `<summary>` and `</details>`, the only HTML that a text may use.

A tag counts at the beginning of a line, `</details>` at the end of one too; attributes other than `open` are ignored,
what is inside is Markdown, and code is code. In a summary `<b>`, `<strong>`, `<i>` and `<em>` count too. Tags become
marks while the blocks are parsed, without looking ahead; then one pass over the tokens makes sections of them. A
section ends with its text, or with the item or quote it stands in.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from app.rendering.bounds import plain_paragraph

DEEPEST_SECTIONS = 10
"""Sections in each other; the tags of those further in are shown as text."""

UNENDED = 'unended'
"""In the `meta` of a section's first token: it has no closing tag."""

_OPEN_MARK, _CLOSE_MARK = 'details_mark', 'details_end_mark'
_CLOSING = '</details>'
_TAG = re.compile(r'<details(?P<attributes>[ \t][^<>\n]{0,200})?>|(?P<end></details[ \t]*>)', re.IGNORECASE)
_SUMMARY = re.compile(r'<summary(?:[ \t][^<>\n]{0,200})?>', re.IGNORECASE)
_SUMMARY_END = re.compile(r'</summary[ \t]*>', re.IGNORECASE)
_HALF_AN_END = re.compile(r'<(?:/s?u?m?m?a?r?y?)?\Z', re.IGNORECASE)
_BOLD_OR_ITALIC = re.compile(r'<(b|strong|i|em)>([^<>]*)</\1>', re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"|\'[^\']*\'')
_IS_OPEN = re.compile(r'\bopen\b', re.IGNORECASE)

_MARKERS = re.compile(r'[\s>\-*+]*(?:\d{1,9}[.)][ \t]+)?')
_BEGUN = re.compile(r'<details(?:[ \t][^<>\n]*)?>?|</details[ \t]*|<summary(?:[ \t][^<>\n]*)?>?', re.IGNORECASE)


def fold_sections(parser: MarkdownIt) -> None:
    """Let a parser know sections that fold."""
    ends = ['paragraph', 'reference', 'blockquote']
    parser.block.ruler.before('code', 'details', _tags, {'alt': ends})
    parser.core.ruler.after('block', 'details', _make_sections)


def undecided_from(source: str, start: int) -> int | None:
    """Give where the end of a growing source begins that may become a section or its end; None if nothing may.

    `start` is where the last line begins. A section that has no summary yet is part of it.
    """
    at = _past_markers(source, start)
    if at < len(source) and source[at] != '<':
        return None
    last = source[at:].lower()
    if not _BEGUN.fullmatch(last) and not any(tag.startswith(last) for tag in ('<details', _CLOSING, '<summary')):
        return None
    before = source[:start].rstrip()
    line = before.rfind('\n') + 1
    at = _past_markers(before, line)
    return line if before.endswith('>') and _BEGUN.fullmatch(before, at) and before[at + 1 : at + 2] in 'dD' else start


def _past_markers(source: str, start: int) -> int:
    found = _MARKERS.match(source, start)
    return found.end() if found else start


def _tags(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Take the tags a line begins with, and the summary; what follows them on the line is a block of its own."""
    position, line = state.bMarks[start] + state.tShift[start], start
    if not state.src.startswith('<', position) and not (silent and state.env.get('details')):
        return False
    opened = _open_here(state)
    if silent and opened and _without_ends(state.src[state.bMarks[start - 1] : state.eMarks[start - 1]])[1]:
        return True  # the line before ended a section
    first = _TAG.match(state.src, position, state.eMarks[start])
    if first is None or (not opened if first['end'] else state.is_code_block(start)):
        return False
    if silent:
        return True
    while (tag := _TAG.match(state.src, position, state.eMarks[line])) and (opened or not tag['end']):
        state.env['effort'].spend()
        if tag['end']:
            opened.pop()
        else:
            opened.append(state.level)
        mark = state.push(_CLOSE_MARK if tag['end'] else _OPEN_MARK, '', 0)
        position = tag.end()
        if not tag['end']:
            line, position, summary = _summary(state, line, position, end)
            mark.content = _BOLD_OR_ITALIC.sub(_with_stars, summary)
            mark.meta = {'open': bool(_IS_OPEN.search(_QUOTED.sub('', tag['attributes'] or '')))}
            mark.info = state.src[tag.start() : position]
        mark.map = [start, line + 1]
        position = state.skipSpaces(position)
    _go_on(state, line, position, end)
    return True


def _open_here(state: StateBlock) -> list[int]:
    """Give the levels of the sections that are open here; what stood in a list or quote ended with it."""
    opened: list[int] = state.env.setdefault('details', [])
    while opened and opened[-1] > state.level:
        opened.pop()
    return opened


def _summary(state: StateBlock, line: int, position: int, end: int) -> tuple[int, int, str]:
    """Read the summary behind an opening tag. Gives the line and position behind it, and its text."""
    at, begin = line, state.skipSpaces(position)
    if begin >= state.eMarks[line]:
        at = state.skipEmptyLines(line + 1)
        if at >= end or state.sCount[at] < state.blkIndent:
            return line, position, ''
        begin = state.bMarks[at] + state.tShift[at]
    found = _SUMMARY.match(state.src, begin, state.eMarks[at])
    if found is None:
        return line, position, ''
    line, begin, said = at, found.end(), []
    while not (closing := _SUMMARY_END.search(state.src, begin, state.eMarks[line])):
        said.append(state.src[begin : state.eMarks[line]].strip())
        if not _goes_on(state, line + 1, end):  # never closed: it is all up to a blank line
            return line, state.eMarks[line], _HALF_AN_END.sub('', '\n'.join(said).strip())
        line += 1
        begin = state.bMarks[line] + state.tShift[line]
    said.append(state.src[begin : closing.start()].strip())
    return line, closing.end(), '\n'.join(said).strip()


def _with_stars(found: 're.Match[str]') -> str:
    """Give in Markdown what models set bold or italic in HTML, which they do in summaries."""
    stars = '**' if found[1].lower() in ('b', 'strong') else '*'
    return f'{stars}{found[2].strip()}{stars}' if found[2].strip() else found[0]


def _goes_on(state: StateBlock, line: int, end: int) -> bool:
    if line >= end or state.isEmpty(line) or state.sCount[line] < state.blkIndent:
        return False
    return not _TAG.match(state.src, state.bMarks[line] + state.tShift[line])


def _go_on(state: StateBlock, line: int, position: int, end: int) -> None:
    """Parse what stands behind tags on their line; the next line may be indented as HTML is."""
    state.line = line + 1
    if position < state.eMarks[line]:
        state.bMarks[line], state.tShift[line], state.sCount[line] = position, 0, state.blkIndent
        for rule in state.md.block.ruler.getRules(''):
            if rule(state, line, end, False):
                break
    elif line + 1 < end and not state.isEmpty(line + 1) and state.is_code_block(line + 1):
        state.sCount[line + 1] = state.blkIndent


def _without_ends(text: str) -> tuple[int, int]:
    """Give where the closing tags at the end of a text begin, and how many they are."""
    end, count = len(text.rstrip()), 0
    while text[end - len(_CLOSING) : end].lower() == _CLOSING:
        end, count = end - len(_CLOSING), count + 1
        while end and text[end - 1].isspace():
            end -= 1
    return end, count


def _make_sections(state: StateCore) -> None:
    """Make sections of the marks."""
    if 'details' in state.env and any(token.type == _OPEN_MARK for token in state.tokens):
        state.tokens = _Sections().of(state.tokens)


@dataclass(slots=True)
class _Frame:
    """The sections open within one block (None for one too deep), and how many of them have to end."""

    opened: list[Token | None] = field(default_factory=list)
    due: int = 0


class _Sections:
    """Puts sections around tokens, so that they nest properly in lists and quotes, and these in them."""

    def __init__(self) -> None:
        self._tokens: list[Token] = []
        self._frames = [_Frame()]
        self._depth = 0
        self._line = 0

    def of(self, tokens: list[Token]) -> list[Token]:
        """Give the tokens with sections in the place of marks."""
        for token in tokens:
            self._end_due()
            if token.type == _OPEN_MARK:
                self._open(token)
            elif token.type == _CLOSE_MARK:
                self._close(token)
            else:
                self._pass(token)
            self._line = max(self._line, token.map[1] if token.map else 0)
            if token.type == 'inline':
                self._end_behind(token)
        self._end_due()
        self._end_frame()
        return self._tokens

    def _pass(self, token: Token) -> None:
        if token.nesting < 0:
            self._end_frame()
        token.level += self._depth
        self._tokens.append(token)
        if token.nesting > 0:
            self._frames.append(_Frame())

    def _open(self, mark: Token) -> None:
        start, end = mark.map or (0, 0)
        if self._depth >= DEEPEST_SECTIONS:
            self._frames[-1].opened.append(None)
            self._tokens += plain_paragraph(mark.info, start, end, mark.level + self._depth)
            return
        attributes: dict[str, str | int | float] = {'open': ''} if mark.meta['open'] else {}
        level = mark.level + self._depth
        section = Token('details_open', 'details', 1, attributes, [start, end], level, info=mark.info, block=True)
        self._tokens += [section, *_heading(mark, level + 1)]
        self._frames[-1].opened.append(section)
        self._depth += 1

    def _close(self, mark: Token) -> None:
        if self._let_end():
            self._line = max(self._line, mark.map[1] if mark.map else 0)
            self._end_due()
        else:
            start, end = mark.map or (0, 0)
            opening, inline, closing = plain_paragraph(_CLOSING, start, end, mark.level + self._depth)
            opening.attrs, inline.children = {}, []
            self._tokens += [opening, inline, closing]

    def _let_end(self) -> bool:
        """Let the innermost section end, at once or with the list or quote within; False if there is none."""
        frame = next((frame for frame in reversed(self._frames) if len(frame.opened) > frame.due), None)
        if frame is not None:
            frame.due += 1
        return frame is not None

    def _end_behind(self, inline: Token) -> None:
        """Let sections end whose closing tag stands at the end of a paragraph."""
        is_parsed = self._tokens[-2].type == 'paragraph_open' and not inline.children
        end, count = _without_ends(inline.content) if is_parsed else (0, 0)
        if count and self._let_end():
            inline.content = inline.content[:end]
            inline.map = None  # what comes does not go on here
            for _ in range(count - 1):
                self._let_end()

    def _end_due(self) -> None:
        frame = self._frames[-1]
        for _ in range(frame.due):
            self._end(frame.opened.pop())
        frame.due = 0

    def _end_frame(self) -> None:
        frame = self._frames.pop()
        while frame.opened:
            if (section := frame.opened.pop()) is not None:
                section.meta[UNENDED] = True
            self._end(section)

    def _end(self, section: Token | None) -> None:
        if section is None:
            return
        self._depth -= 1
        section.map = [section.map[0] if section.map else 0, self._line]
        self._tokens.append(Token('details_close', 'details', -1, level=section.level, block=True))


def _heading(mark: Token, level: int) -> Iterator[Token]:
    if mark.content:
        yield Token('summary_open', 'summary', 1, level=level, block=True)
        yield Token('inline', '', 0, {}, mark.map, level + 1, [], mark.content, block=True)
        yield Token('summary_close', 'summary', -1, level=level, block=True)
