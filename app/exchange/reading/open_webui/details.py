"""What Open WebUI (until 0.9) writes into the text of an answer itself: `<details type="…">` for thoughts, tools, code.

Each begins a line, its attributes are escaped, and nothing in it but code holds a `</details>` of its own. What stands
in a code block, or behind a backtick, is the model's text, and so are `<details>` without a type that we know.
"""

import html
import re
from collections.abc import Callable, Iterator, Mapping

from app.exchange.reading import fences, tool_use
from app.exchange.reading.fences import FENCE
from app.exchange.reading.open_webui.files import tell_embedded, tell_made
from app.exchange.reading.written import Written

_MARK = re.compile(FENCE + r'|<details(?P<attributes>(?:\s++[\w:-]++="[^"]*+")++)\s*+>', re.MULTILINE)
"""A `<details` within a value ends that of whoever reads the quotation marks the other way: two at most read on."""

_CLOSING = re.compile(r'^>[^\n]*+\n?|(?P<closing></details>)', re.MULTILINE)
"""A line that is quoted, so that what it says is a thought; or the end."""

_CODE_END = re.compile(r'^(?P<fence>`{3,})[ \t]*+\s*+</details>', re.MULTILINE)
_ATTRIBUTE = re.compile(r'([\w:-]++)="([^"]*+)"')
_SUMMARY = '<summary>', '</summary>'
_QUOTE_MARK = re.compile(r'^>[ ]?', re.MULTILINE)

LOOKED_BACK = 300
"""Characters of a line before a tag that are looked at, so that many tags in one line cost no more than its length."""


def unfold(content: str, written: Written) -> None:
    """Add a text to what was written, with what the program wrote into it in its own places."""
    if '<details' not in content:
        written.say(content)
        return
    told = 0
    for attributes, body, start, end in _blocks(content):
        written.say(content[told:start].strip('\n').rstrip())
        KINDS[attributes['type']](attributes, body, written)
        told = end
    written.say(content[told:].strip('\n').rstrip() if told else content)


def _blocks(content: str) -> Iterator[tuple[Mapping[str, str], str, int, int]]:
    """Yield attributes, body, begin and end of each block of the program's own."""
    ends = _Ends(content)
    at = line = 0  # a line with one of them may go on behind it
    while (mark := _MARK.search(content, at)) is not None:
        at = mark.end()
        if mark['fence']:
            if (at := fences.behind(content, mark)) < 0:
                return
            continue
        attributes = {name: unescaped(value) for name, value in _ATTRIBUTE.findall(mark['attributes'])}
        if attributes.get('type') not in KINDS or _is_quoted(content, line, mark.start()):
            continue
        found = ends.behind(at, attributes['type'])
        if found is None:
            return
        yield attributes, content[at : found[0]], mark.start(), found[1]
        at = line = found[1]


def _is_quoted(content: str, begin: int, start: int) -> bool:
    """Tell whether a tag is the model's: in a quotation, indented as code, or behind a backtick in its line."""
    before = content[max(begin, start - LOOKED_BACK) : start].rpartition('\n')[2]
    return '`' in before or before.lstrip().startswith('>') or before.startswith(('    ', '\t'))


class _Ends:
    """Finds the ends of blocks. What is not there is looked for only once."""

    def __init__(self, content: str) -> None:
        self._content = content
        self._more = self._more_code = True

    def behind(self, at: int, kind: str) -> tuple[int, int] | None:
        """Give where the body of a block ends that begins at `at`, and where the block does; None if it has no end."""
        if kind == 'code_interpreter' and self._more_code and '```' in self._content[at : at + LOOKED_BACK]:
            found = _CODE_END.search(self._content, at)
            self._more_code = found is not None
            if found is not None:
                return found.start(), found.end()
        if self._more:
            for closing in _CLOSING.finditer(self._content, at):
                if closing['closing']:
                    return closing.start(), closing.end()
        self._more = False
        return None


def unescaped(text: str) -> str:
    """Put characters in the place of their names and numbers."""
    try:
        return html.unescape(text)
    except ValueError:  # the number of a character has thousands of digits
        return text


def _without_summary(body: str) -> str:
    begin, end = _SUMMARY
    head, closed, below = body.partition(end)
    return below if closed and head.lstrip().startswith(begin) else body


def _thought(_: Mapping[str, str], body: str, written: Written) -> None:
    written.think(_QUOTE_MARK.sub('', unescaped(_without_summary(body)).strip()))


def _tool(attributes: Mapping[str, str], body: str, written: Written) -> None:
    name, given = attributes.get('name', ''), attributes.get('arguments', '')
    result = attributes.get('result', '') or unescaped(_without_summary(body)).strip()
    tool_use.tell(written, name, given, result)
    tell_made(tool_use.unwrapped(attributes.get('files', '')), written)
    tell_embedded(tool_use.unwrapped(attributes.get('embeds', '')), written)


def _code(attributes: Mapping[str, str], body: str, written: Written) -> None:
    shown = _without_summary(body).strip()
    if shown.startswith('```'):
        language, _, code = shown[3:].partition('\n')
        tool_use.run(written, code, language, attributes.get('output', ''))
    else:
        written.say(shown)
        tool_use.run(written, '', '', attributes.get('output', ''))


KINDS: Mapping[str, Callable[[Mapping[str, str], str, Written], None]] = {
    'reasoning': _thought,
    'tool_calls': _tool,
    'code_interpreter': _code,
}
"""What the program writes, and how each is taken; blocks of another type stay in the text as they are."""
