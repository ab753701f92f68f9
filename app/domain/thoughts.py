"""Thoughts that a model writes into its text, between tags: told apart from what it says, as the text comes.

Servers that know a model's tags do this themselves and send thoughts in a field of their own. Others pass on what the
model writes: `<think>…</think>` before the answer, or no opening tag at all where the template of the prompt ends with
it (DeepSeek R1, Qwen 3). What stands in code is code, also when it looks like a tag.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Literal

from app.domain.code import Code
from app.domain.delta import Delta, DeltaKind, recast, recast_text, text, thinking

_NAMES = 'think|thinking|thought|thoughts|reason|reasoning'
PAIRS: Mapping[str, str] = {
    '<|begin_of_thought|>': '<|end_of_thought|>',
    '◁think▷': '◁/think▷',
    '[think]': '[/think]',
    '<seed:think>': '</seed:think>',
}
"""Tags of other shapes: OpenThinker and Sky-T1, Kimi, Magistral, Seed-OSS; in lower case."""

_LITERAL = '|'.join(map(re.escape, PAIRS))
_OPENING = re.compile(rf'<(?P<name>{_NAMES})(?:\s[^<>\n]{{0,100}})?>|{_LITERAL}', re.IGNORECASE)
_CLOSING = re.compile(rf'</(?:{_NAMES})\s?>|{"|".join(map(re.escape, PAIRS.values()))}', re.IGNORECASE)
_ANY = re.compile(rf'{_OPENING.pattern}|{_CLOSING.pattern}', re.IGNORECASE)
_STARTS = re.compile(r'[<◁\[]')
_BEGUN = re.compile(r'</?(?P<name>[a-z]{0,9})(?P<rest>\s[^<>\n]{0,100})?', re.IGNORECASE)

_BLANK = re.compile(r'[ \t\r]*(?:\n|\Z)')
AT_A_TIME = 4_000
"""Characters looked at in one go, so that the cost stays linear however much comes at once."""

LONGEST_ASIDE = 1_000
"""Characters of a line in mid-text that begins with an opening tag: held back until it is clear what it is."""

UNSEEN = '\ufeff\u200b\u2060'
"""What may stand before the first tag though nobody sees it: a byte order mark, spaces of no width."""

LONGEST_GAP = 200
"""White space that is held back until it is clear whether it stands before a tag; more is part of the text."""


class ThoughtSplitter:
    """Tells the thoughts in one answer from its text. `said` is what the answer holds already, when it goes on.

    Nothing is held back but what may still become a tag, and white space around one.
    """

    def __init__(self, said: str = '') -> None:
        self._held = ''
        self._mode: Literal['start', 'text', 'thought'] = 'text' if said.strip() else 'start'
        self._closing = _CLOSING
        self._has_thought = False
        self._is_told = False  # the server itself tells thoughts apart
        self._is_nested = False  # the thought holds an opening tag, so the first closing one may not be its end
        self._is_fresh = False  # a thought, or the text after one, of which only white space came so far
        self._code = Code()
        self._code.read(said)
        self._length = len(said)  # of the text, for thoughts that turn out to be some at their end only
        self._may_lack_opening = not _ANY.search(said)

    def believe(self) -> None:
        """Take no text for a thought because of its end alone: the server itself tells thoughts apart.

        What stands between tags is one all the same: not every server that sends some knows all that a model writes.
        """
        self._is_told = True

    def feed(self, piece: str) -> list[Delta]:
        """Take what came, and give what is clear by now."""
        if not (self._held or self._mode != 'text' or self._is_fresh or _may_matter(piece)):
            self._length += len(piece)
            self._code.read(piece)
            return [text(piece)]
        clear: list[Delta] = []
        for start in range(0, len(piece), AT_A_TIME):
            self._held += piece[start : start + AT_A_TIME]
            clear += self._clear(is_end=False)
        return clear

    def end(self) -> list[Delta]:
        """Give the rest."""
        return [*self._clear(is_end=True)]

    def _clear(self, *, is_end: bool) -> Iterator[Delta]:
        steps = {'start': self._begin, 'text': self._say, 'thought': self._think}
        while self._held:
            before = self._mode, len(self._held)
            yield from steps[self._mode](is_end)
            if (self._mode, len(self._held)) == before:
                return

    def _begin(self, is_end: bool) -> Iterator[Delta]:
        """Read up to the first character that is no white space: a thought begins there, or the answer."""
        rest = _without_unseen(self._held)
        if self._has_thought:
            self._held = rest
        if opening := _OPENING.match(rest):
            yield from self._open(opening, rest)
        elif self._is_told and (closing := _CLOSING.match(rest)):
            self._held, self._has_thought = rest[closing.end() :], True  # that of the thoughts in the other field
        elif is_end or not (_may_become_tag(rest) if rest else len(self._held) <= LONGEST_GAP):
            self._mode = 'text'

    def _think(self, is_end: bool) -> Iterator[Delta]:
        if self._is_fresh:
            self._held = self._held.lstrip()
            self._is_fresh = not self._held
        if closing := self._closing.search(self._held):
            self._is_nested |= _OPENING.search(self._held, 0, closing.start()) is not None
            yield from _thoughts(self._held[: closing.start()].rstrip())
            self._held = self._held[closing.end() :]
            self._after_thought()
            return
        ready = len(self._held) if is_end else _undecided_from(self._held)
        if not is_end and ready - len(gap := self._held[:ready].rstrip()) <= LONGEST_GAP:
            ready = len(gap)
        self._is_nested |= _OPENING.search(self._held, 0, ready) is not None
        yield from _thoughts(self._held[:ready])
        self._held = self._held[ready:]

    def _say(self, is_end: bool) -> Iterator[Delta]:
        """Give text up to the next tag, or to where one may be coming."""
        if self._is_fresh:
            self._held = self._held.lstrip()
            self._is_fresh = not self._held
        code, read = self._code.copy(), 0
        for tag in _ANY.finditer(self._held):
            code.read(self._held[read : tag.start()])
            read = tag.start()
            if opening := _OPENING.fullmatch(tag[0]):
                if code.is_at_line_start and not code.is_open and self._is_aside(tag, code, is_end):
                    yield from self._text(tag.start())
                    yield from self._open(opening, self._held)
                    return
                self._may_lack_opening = False  # it speaks of tags, so a closing one ends no thought
            elif self._may_lack_opening and not (self._is_told or code.is_open):
                ends = self._has_thought or code.is_at_line_start or self._ends_line(tag, is_end)
                if ends is not False:
                    yield from self._text(tag.start())
                    if ends:
                        yield from self._recast(tag)
                    return
        yield from self._text(len(self._held) if is_end else self._clear_up_to())

    def _ends_line(self, tag: re.Match[str], is_end: bool) -> bool | None:
        """Tell whether nothing stands behind a tag on its line, None while that is not clear.

        A closing tag without an opening one ends a thought there, or alone; within a sentence the text speaks of tags.
        """
        blank = _BLANK.match(self._held, tag.end())
        if blank is None:
            return False
        is_clear = is_end or blank[0].endswith('\n') or len(blank[0]) > LONGEST_GAP
        return True if is_clear else None

    def _is_aside(self, tag: re.Match[str], code: Code, is_end: bool) -> bool:
        """Tell whether a tag at the beginning of a line opens a thought in mid-text.

        It does if it is alone on its line, closed in it, or if a new paragraph begins with it and a word right behind;
        otherwise the text may speak of tags.
        """
        if code.is_at_paragraph_start and self._held[tag.end() : tag.end() + 1].isalnum():
            return True
        blank = _BLANK.match(self._held, tag.end())
        if blank is not None and (is_end or blank[0].endswith('\n')):
            return True
        line = self._held[tag.end() : tag.start() + LONGEST_ASIDE].partition('\n')[0]
        return _end_of(tag).search(line) is not None

    def _clear_up_to(self) -> int:
        """Give how much can be said: neither a line that may be a thought by its end, nor the beginning of a tag."""
        end = _undecided_from(self._held)
        last = self._held.rfind('\n', 0, end) + 1
        start = last + len(line := self._held[last:]) - len(line.lstrip(' \t'))
        if _OPENING.match(self._held, start) and len(self._held) - start < LONGEST_ASIDE:
            code = self._code.copy()
            code.read(self._held[:last])
            if code.is_at_line_start and not code.is_open:
                return last
        return end

    def _text(self, end: int) -> Iterator[Delta]:
        said, self._held = self._held[:end], self._held[end:]
        if said:
            self._length += len(said)
            self._code.read(said)
            yield text(said)

    def _open(self, opening: re.Match[str], rest: str) -> Iterator[Delta]:
        self._closing = _end_of(opening)
        if self._has_thought or self._is_told:
            yield thinking('\n\n')
        self._held = rest[opening.end() :]
        self._mode, self._has_thought, self._is_fresh = 'thought', True, True
        self._may_lack_opening = False

    def _recast(self, closing: re.Match[str]) -> Iterator[Delta]:
        """Say that all so far was a thought, whose opening tag stood in the prompt."""
        if self._length:
            yield recast(self._length)
        self._held = self._held[len(closing[0]) :]
        self._length = 0
        self._after_thought()

    def _after_thought(self) -> None:
        self._has_thought, self._may_lack_opening, self._is_nested = True, self._is_nested, False
        self._mode = 'text' if self._length else 'start'
        self._is_fresh = True


def apart(content: str, thoughts: str = '') -> tuple[str, str]:
    """Give thoughts and text of a whole answer; `thoughts` are those that came with it in a field of their own."""
    if not _ANY.search(content):
        return thoughts, content
    splitter, said = ThoughtSplitter(), ''
    if thoughts:
        splitter.believe()
    for delta in (*splitter.feed(content), *splitter.end()):
        if delta.kind is DeltaKind.THINKING:
            thoughts += delta.text
        elif delta.kind is DeltaKind.TEXT:
            said += delta.text
        else:
            said, thoughts = recast_text(said, thoughts, delta.data['characters'])
    return thoughts, said


def _end_of(opening: re.Match[str]) -> re.Pattern[str]:
    name = opening['name']
    return re.compile(rf'</{name}\s?>' if name else re.escape(PAIRS[opening[0].lower()]), re.IGNORECASE)


def _without_unseen(text: str) -> str:
    """Leave out what nobody sees before the first word."""
    bare = text.lstrip()
    while bare[:1] and bare[0] in UNSEEN:
        bare = bare.lstrip(UNSEEN).lstrip()
    return bare


def _thoughts(said: str) -> Iterator[Delta]:
    if said:
        yield thinking(said)


def _may_matter(piece: str) -> bool:
    """Tell whether there is anything in a piece that a tag could begin with: the least that is asked of every token."""
    return _STARTS.search(piece) is not None


def _undecided_from(held: str) -> int:
    """Give where the end of a text begins that may become a tag; its length if there is none."""
    for start in _STARTS.finditer(held, max(0, len(held) - 120)):
        if _may_become_tag(held[start.start() :]):
            return start.start()
    return len(held)


def _may_become_tag(rest: str) -> bool:
    """Tell whether a text is the beginning of a tag, and not yet a whole one."""
    begun = rest.lower()
    if any(tag.startswith(begun) and tag != begun for pair in PAIRS.items() for tag in pair):
        return True
    found = _BEGUN.fullmatch(begun)
    if found is None:
        return False
    names = _NAMES.split('|')
    return found['name'] in names if found['rest'] else any(name.startswith(found['name']) for name in names)
